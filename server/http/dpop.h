/* SPDX-License-Identifier: Apache-2.0 */
/* Reading DPoP proofs (RFC 9449 §4): a compact JWS of three parts, with bounds on everything. */
#ifndef HUFU_SERVER_HTTP_DPOP_H
#define HUFU_SERVER_HTTP_DPOP_H

#include "common/err.h"
#include "server/dpop.h"

#define DPOP_TEXT_MAX 2048 /* characters of a proof */
#define DPOP_JTI_MAX 128   /* bytes of its identifier */
#define DPOP_HTU_MAX 512   /* bytes of its address */

/* What a proof has to be for. */
struct dpop_request {
    const char *method;
    const char *service_url; /* as devices know it; without a final slash */
    const char *path;        /* without query */
    const char *token;       /* the session's, as it was sent */
};

/* Reads the proof; text must live as long as it is used. HUFU_ERR_FORM: it is none (not three parts of base64url; not JSON;
 * not type dpop+jwt, algorithm ES256 and a public key of P-256 alone; with critical headers; without one of jti, htm, htu,
 * iat, ath, or one of them of another form). HUFU_ERR_POLICY: it is for another method, address or token. */
enum hufu_err dpop_read(struct dpop_proof *proof, const char *text,
                        const struct dpop_request *request) HUFU_MUST_CHECK;

#endif
