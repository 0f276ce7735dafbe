/* SPDX-License-Identifier: Apache-2.0 */
/* A phone played against a running service: activation, keys, requests over HTTP. It keeps its half in the clear (no
 * PIN): a wrong PIN is another half. */
#ifndef HUFU_TESTS_PHONE_H
#define HUFU_TESTS_PHONE_H

#include <stdint.h>

#include "common/activation.h"
#include "common/encoding.h"
#include "common/err.h"
#include "tests/client/device_request.h"
#include "tests/client/stack.h"
#include "tests/client/web_client.h"

struct phone {
    struct web_client *web; /* carries the session token */
    struct device_key *key;
    char token[64];
    char device_id[UUID_TEXT_SIZE];
    uint8_t H_k[BOX_KEY_SIZE];
};

/* One key of the phone. */
struct phone_key {
    struct device_binding binding;
    char key_id[UUID_TEXT_SIZE];
    char binding_id[UUID_TEXT_SIZE];
};

/* A connection to the public port; NULL without memory. Free it with web_client_free. */
struct web_client *phone_connect(const struct stack *stack);

/* Redeems the code with a fresh device key and reads and verifies the service's box key. Release with phone_done, also
 * after a failure. HUFU_ERR_UNAUTHENTICATED: the code was refused. HUFU_ERR_SIGNATURE: the service's statement does not
 * verify under the identity key that the code names. */
enum hufu_err phone_enrol(struct phone *phone, const struct stack *stack,
                          const struct activation *activation) HUFU_MUST_CHECK;
void phone_done(struct phone *phone);
#define PHONE_DONE __attribute__((cleanup(phone_done)))
/* Reads the box key again (after a rotation). */
enum hufu_err phone_read_service(struct phone *phone, const uint8_t identity_hash[32]) HUFU_MUST_CHECK;

/* Asks for a key of usage "sign" or "decrypt" and takes its ids; its halves are still to be generated. */
enum hufu_err phone_key_create(struct phone *phone, struct phone_key *key, const char *usage) HUFU_MUST_CHECK;
/* Makes a key of usage "sign" or "decrypt": key generation with the service, no certificate yet. */
enum hufu_err phone_key_generate(struct phone *phone, struct phone_key *key,
                                 const char *usage) HUFU_MUST_CHECK;
/* The first co-signature: the certificate request, which makes the key usable. */
enum hufu_err phone_key_certify(struct phone *phone, struct phone_key *key) HUFU_MUST_CHECK;
/* Project, account, phone and a usable signing key, in one. */
enum hufu_err phone_ready(struct phone *phone, struct phone_key *key, const struct stack *stack,
                          const char *name, char account_id[UUID_TEXT_SIZE]) HUFU_MUST_CHECK;

/* POST /v1/keys/{id}/{resource} with frame and signature. resource: "signatures", "pin-checks", … HUFU_OK: there is an
 * answer, look at its status. web may be another connection than the phone's (with its token), for several threads. */
enum hufu_err phone_post(struct web_client *web, struct web_answer *answer, const struct phone_key *key,
                         const char *resource, const struct device_request *request) HUFU_MUST_CHECK;
/* The same with bytes of one's own. */
enum hufu_err phone_post_bytes(struct web_client *web, struct web_answer *answer, const struct phone_key *key,
                               const char *resource, struct bytes frame,
                               struct bytes signature) HUFU_MUST_CHECK;
/* Decodes the sealed answer into out (FRAME_ANSWER_MAX). */
enum hufu_err phone_sealed(const struct web_answer *answer, struct buf *out) HUFU_MUST_CHECK;

/* One signature of digests, whole: request, answer, check. HUFU_ERR_STATE: refused, answer has the problem. */
enum hufu_err phone_sign(struct phone *phone, struct web_answer *answer, const struct phone_key *key,
                         struct bytes digests, uint8_t signatures[][COSIGN_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

#endif
