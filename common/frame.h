/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a device to the private-key process (docs/protocol.md §7): the readable head, and the frame
 * that carries it with the sealed body. Parsing is strict: a field too many, too few or of another length
 * refuses the whole. Parsed slices point into the input. */
#ifndef HUFU_COMMON_FRAME_H
#define HUFU_COMMON_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define FRAME_ID_SIZE 16
#define FRAME_CTX_SIZE 52
#define FRAME_DEVICE_KEY_SIZE 65
#define FRAME_X25519_SIZE 32
#define FRAME_SIGNATURE_SIZE 64 /* ECDSA P-256, r ‖ s */
#define FRAME_PURPOSE_FIELD_MAX 128
#define FRAME_PURPOSE_MAX (3 * (4 + FRAME_PURPOSE_FIELD_MAX))
#define FRAME_BATCH_MAX 256
#define FRAME_HEAD_MAX 20480
#define FRAME_MAX 65536
#define FRAME_ANSWER_MAX 57344
#define FRAME_AGE_MAX_MS 120000 /* too old or too early beyond this (§7) */

/* The operations of §7, in its order. */
enum frame_op {
    FRAME_OP_KEYGEN_BEGIN,
    FRAME_OP_KEYGEN_FINISH,
    FRAME_OP_SIGN,
    FRAME_OP_DECRYPT,
    FRAME_OP_REFRESH,
    FRAME_OP_HANDOVER,
    FRAME_OP_POLICY,
    FRAME_OP_PIN_CHECK,
    FRAME_OP_COUNT
};

/* "sm2/sign", …; NULL for no operation. */
const char *frame_op_name(enum frame_op op);

struct frame_head {
    enum frame_op op;
    uint8_t key_id[FRAME_ID_SIZE];
    uint8_t binding_id[FRAME_ID_SIZE];
    uint32_t generation;
    uint8_t request_id[FRAME_ID_SIZE];
    uint64_t time_ms;
    struct bytes purpose; /* empty, or T(kind, relying party id, transaction id) */
    struct bytes public_part;
};

/* head = T("hufu/1", operation, ctx, time, purpose, public). Appends to out.
 * HUFU_ERR_FORM: purpose or public are not of the operation's form; HUFU_ERR_LIMIT: out is too small. */
enum hufu_err frame_head_encode(struct buf *out, const struct frame_head *head) HUFU_MUST_CHECK;
enum hufu_err frame_head_parse(struct frame_head *head, struct bytes encoded) HUFU_MUST_CHECK;

/* How many digests (sign) or points (decrypt) the head carries; 0 for every other operation. */
uint32_t frame_head_count(const struct frame_head *head);

/* public of sm2/refresh: empty, or the role that the next generation is to have (§5). */
#define FRAME_ROLE_PRIMARY "primary"
/* Whether the head is that of a refresh which asks for it. */
bool frame_head_asks_primary(const struct frame_head *head);

/* The exact length of the body that belongs to this head (before the box). */
size_t frame_body_size(const struct frame_head *head);

struct frame {
    struct bytes encoded;
    struct bytes head_encoded;
    struct frame_head head;
    const uint8_t *Y;   /* the device's X25519 key of this request */
    const uint8_t *H_k; /* the box key it was made for */
    struct bytes box;   /* nonce ‖ ciphertext ‖ tag */
};

/* Also refuses a box whose length is not that of the operation's body. */
enum hufu_err frame_parse(struct frame *frame, struct bytes encoded) HUFU_MUST_CHECK;

/* The bytes that the device signs, T("hufu/request", frame). Appends to out, which needs FRAME_MAX + 32. */
enum hufu_err frame_signed_message(struct buf *out, struct bytes frame_encoded) HUFU_MUST_CHECK;

/* policy (§5): T("hufu/policy", authorization id, from, until, operations, uses); an empty slice is "no
 * policy". */
#define FRAME_POLICY_SIZE 79
#define FRAME_ALLOW_SIGN \
    1u /* what a record or a policy allows to use the half for; role and state decide the rest */
#define FRAME_ALLOW_DECRYPT 2u
struct frame_policy {
    uint8_t authorization_id[FRAME_ID_SIZE];
    uint64_t from_ms;
    uint64_t until_ms;
    uint32_t operations; /* FRAME_ALLOW_… */
    uint64_t uses;
};
enum hufu_err frame_policy_encode(struct buf *out, const struct frame_policy *policy) HUFU_MUST_CHECK;
enum hufu_err frame_policy_parse(struct frame_policy *policy, struct bytes encoded) HUFU_MUST_CHECK;

/* public of sm2/handover: T("hufu/handover", new binding id, fingerprint, policy, sealed a2). */
#define FRAME_SEALED_HALF_SIZE 80
struct frame_handover {
    uint8_t binding_id[FRAME_ID_SIZE];
    uint8_t fingerprint[32];
    struct bytes policy; /* empty or of FRAME_POLICY_SIZE */
    uint8_t sealed_half[FRAME_SEALED_HALF_SIZE];
};
enum hufu_err frame_handover_encode(struct buf *out, const struct frame_handover *handover) HUFU_MUST_CHECK;
enum hufu_err frame_handover_parse(struct frame_handover *handover, struct bytes encoded) HUFU_MUST_CHECK;

/* public of policy: T("hufu/policy-for", target binding id, policy). */
struct frame_policy_for {
    uint8_t binding_id[FRAME_ID_SIZE];
    struct bytes policy;
};
enum hufu_err frame_policy_for_encode(struct buf *out, const struct frame_policy_for *target) HUFU_MUST_CHECK;
enum hufu_err frame_policy_for_parse(struct frame_policy_for *target, struct bytes encoded) HUFU_MUST_CHECK;

/* SHA-256(T("hufu/device", device key, X25519 key)), what a new device shows as a QR code (§5). */
void frame_device_fingerprint(uint8_t fingerprint[32], const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                              const uint8_t x25519_key[FRAME_X25519_SIZE]);

/* SHA-256(T("hufu/handover/back", key id, P, A2, sealed a2)), what the first device shows in turn (§5). P and A2 are points of
 * 65 bytes. */
void frame_handover_back(uint8_t hash[32], const uint8_t key_id[FRAME_ID_SIZE], const uint8_t P[65],
                         const uint8_t A2[65], const uint8_t sealed_half[FRAME_SEALED_HALF_SIZE]);

/* The box-key statement T("hufu/box-key", H_k, from, until), which the identity key signs. */
#define FRAME_STATEMENT_SIZE 76
struct frame_statement {
    uint8_t H_k[FRAME_X25519_SIZE];
    uint64_t from_ms;
    uint64_t until_ms;
};
enum hufu_err frame_statement_encode(struct buf *out,
                                     const struct frame_statement *statement) HUFU_MUST_CHECK;
enum hufu_err frame_statement_parse(struct frame_statement *statement, struct bytes encoded) HUFU_MUST_CHECK;

#endif
