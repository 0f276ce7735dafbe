/* SPDX-License-Identifier: Apache-2.0 */
/* The two QR codes of a hand-over (§5), as text:
 *
 *     hufu:bind?k=<key id>&b=<binding id>&f=<fingerprint>     the new device shows it, the primary scans it
 *     hufu:authorize?z=<authorization id>&k=…&b=…&f=…         the same of an authorized user's device
 *     hufu:bound?b=<binding id>&a=<A2>&h=<hash>               the primary shows it in turn
 *
 * That a half is for somebody else stands in the code itself: a service that kept it to itself would get one without a policy.
 * All values are base64url without padding, of their exact length. */
#ifndef HUFU_SDK_HANDOVER_CODE_H
#define HUFU_SDK_HANDOVER_CODE_H

#include "common/err.h"
#include "cosign/cosign.h"
#include "mobile-sdk/hufu.h"

struct bind_code {
    bool authorized;
    struct hufu_id authorization; /* zero: of another device of the holder's */
    struct hufu_id key;
    struct hufu_id binding;
    uint8_t fingerprint[HUFU_HASH_SIZE]; /* of the new device's keys: frame_device_fingerprint */
};
enum hufu_err bind_code_encode(char text[HUFU_BIND_CODE_MAX], const struct bind_code *code) HUFU_MUST_CHECK;
enum hufu_err bind_code_parse(struct bind_code *code, const char *text) HUFU_MUST_CHECK;

struct bound_code {
    struct hufu_id binding;
    uint8_t A2[COSIGN_POINT_SIZE];
    uint8_t hash[HUFU_HASH_SIZE]; /* frame_handover_back */
};
enum hufu_err bound_code_encode(char text[HUFU_BIND_CODE_MAX], const struct bound_code *code) HUFU_MUST_CHECK;
enum hufu_err bound_code_parse(struct bound_code *code, const char *text) HUFU_MUST_CHECK;

#endif
