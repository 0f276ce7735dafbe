/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of a played device, declared in device_request.h. */
#include <stdlib.h>
#include <string.h>

#include "common/secret.h"
#include "tests/client/device_request.h"
#include "tests/client/randomness.h"
#include "tests/client/signing_nonces.h"

#define NOTHING ((struct bytes){NULL, 0})

/* ---- Key generation ---- */

void device_new_key_done(struct device_new_key *keygen)
{
    cosign_keygen_wipe(&keygen->state);
    device_request_done(&keygen->begin);
    device_request_done(&keygen->finish);
}

static enum hufu_err keygen_begin_body(struct buf *body, struct bytes head, void *context)
{
    struct device_new_key *keygen = context;
    return cosign_device_keygen_begin(&keygen->state, body, head, &randomness);
}

enum hufu_err device_new_key_begin(struct device_new_key *keygen, const struct device_binding *binding,
                                   const struct device_options *options)
{
    *keygen = (struct device_new_key){0};
    return device_request_make(&keygen->begin, binding, FRAME_OP_KEYGEN_BEGIN,
                               bytes_of(device_key_public(binding->key), FRAME_DEVICE_KEY_SIZE),
                               keygen_begin_body, keygen, options);
}

struct keygen_finish {
    struct device_new_key *keygen;
    struct bytes answer;
};

static enum hufu_err keygen_finish_body(struct buf *body, struct bytes head, void *context)
{
    (void)head; /* the proof is bound to the head of begin */
    struct keygen_finish *finish = context;
    return cosign_device_keygen_finish(&finish->keygen->state, body,
                                       device_request_head(&finish->keygen->begin), finish->answer);
}

enum hufu_err device_new_key_continue(struct device_new_key *keygen, const struct device_binding *binding,
                                      struct bytes sealed, const struct device_options *options)
{
    uint8_t memory[FRAME_ANSWER_MAX], digest[COSIGN_DIGEST_SIZE];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    enum hufu_err err = device_request_open(&keygen->begin, &answer, sealed);
    if (err)
        return err;
    cosign_sm3(digest, keygen->begin.head, keygen->begin.head_len);
    struct keygen_finish finish = {.keygen = keygen, .answer = buf_bytes(&answer)};
    return device_request_make(&keygen->finish, binding, FRAME_OP_KEYGEN_FINISH,
                               bytes_of(digest, sizeof(digest)), keygen_finish_body, &finish, options);
}

enum hufu_err device_new_key_complete(struct device_new_key *keygen, struct device_binding *binding,
                                      struct bytes sealed)
{
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    enum hufu_err err = device_request_open(&keygen->finish, &answer, sealed);
    return err ? err : cosign_device_keygen_done(&keygen->state, &binding->half, buf_bytes(&answer));
}

/* ---- Signing ---- */

struct sign_begin {
    struct cosign_signing *signing;
    const struct device_binding *binding;
    struct bytes digests;
};

static enum hufu_err sign_body(struct buf *body, struct bytes head, void *context)
{
    struct sign_begin *begin = context;
    return cosign_device_sign_begin(begin->signing, body, &begin->binding->half, head, begin->digests,
                                    &randomness);
}

enum hufu_err device_request_sign(struct device_request *request, const struct device_binding *binding,
                                  struct bytes digests, const struct device_options *options)
{
    COSIGN_SIGNING_WIPED struct cosign_signing signing = {0};
    struct sign_begin begin = {.signing = &signing, .binding = binding, .digests = digests};
    enum hufu_err err =
        device_request_make(request, binding, FRAME_OP_SIGN, digests, sign_body, &begin, options);
    if (err)
        return err;
    request->nonces = device_nonces_keep(&signing);
    if (request->nonces)
        return HUFU_OK;
    device_request_done(request);
    return HUFU_ERR_INTERNAL;
}

enum hufu_err device_request_sign_finish(struct device_request *request,
                                         uint8_t signatures[][COSIGN_SIGNATURE_SIZE], struct bytes sealed)
{
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    struct frame_head head;
    enum hufu_err err = frame_head_parse(&head, device_request_head(request));
    if (!err)
        err = device_request_open(request, &answer, sealed);
    if (err)
        return err;
    if (!request->nonces)
        return HUFU_ERR_STATE;
    COSIGN_SIGNING_WIPED struct cosign_signing signing = {0};
    device_nonces_restore(&signing, request->nonces);
    device_nonces_free(request->nonces);
    request->nonces = NULL;
    return cosign_device_sign_finish(&signing, signatures, device_request_head(request), head.public_part,
                                     buf_bytes(&answer));
}

/* ---- Decryption and the PIN check ---- */

struct half_and_points {
    const struct cosign_device_half *half;
    struct bytes points;
};

static enum hufu_err decrypt_body(struct buf *body, struct bytes head, void *context)
{
    const struct half_and_points *in = context;
    return cosign_device_decrypt_begin(body, in->half, head, in->points, &randomness);
}

enum hufu_err device_request_decrypt(struct device_request *request, const struct device_binding *binding,
                                     struct bytes points, const struct device_options *options)
{
    struct half_and_points in = {.half = &binding->half, .points = points};
    return device_request_make(request, binding, FRAME_OP_DECRYPT, points, decrypt_body, &in, options);
}

static enum hufu_err pin_check_body(struct buf *body, struct bytes head, void *context)
{
    const struct half_and_points *in = context;
    return cosign_device_pin_check(body, in->half, head, &randomness);
}

enum hufu_err device_request_pin_check(struct device_request *request, const struct device_binding *binding,
                                       const struct device_options *options)
{
    struct half_and_points in = {.half = &binding->half, .points = NOTHING};
    return device_request_make(request, binding, FRAME_OP_PIN_CHECK, NOTHING, pin_check_body, &in, options);
}

/* ---- Refresh, hand-over, policy ---- */

struct refresh_begin {
    struct cosign_device_half *next;
    const struct cosign_device_half *half;
};

static enum hufu_err refresh_body(struct buf *body, struct bytes head, void *context)
{
    struct refresh_begin *begin = context;
    return cosign_device_refresh_begin(begin->next, body, begin->half, head, &randomness);
}

enum hufu_err device_request_refresh(struct device_request *request, struct cosign_device_half *next,
                                     const struct device_binding *binding,
                                     const struct device_options *options)
{
    struct refresh_begin begin = {.next = next, .half = &binding->half};
    bool to_primary = options && options->to_primary;
    struct bytes public_part = to_primary ? bytes_of_text(FRAME_ROLE_PRIMARY) : NOTHING;
    return device_request_make(request, binding, FRAME_OP_REFRESH, public_part, refresh_body, &begin,
                               options);
}

enum hufu_err device_request_refresh_finish(const struct device_request *request,
                                            const struct cosign_device_half *next,
                                            const struct device_binding *binding, struct bytes sealed)
{
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf answer;
    buf_init(&answer, memory, sizeof(memory));
    enum hufu_err err = device_request_open(request, &answer, sealed);
    return err ? err : cosign_device_refresh_finish(next, binding->generation, buf_bytes(&answer));
}

struct handover_body {
    const struct cosign_handover *handover;
    const struct cosign_device_half *half;
};

static enum hufu_err make_handover_body(struct buf *body, struct bytes head, void *context)
{
    const struct handover_body *in = context;
    return cosign_device_handover_body(body, in->handover, in->half, head, &randomness);
}

static enum hufu_err handover_public(struct buf *out, const struct cosign_handover *handover,
                                     const struct device_successor *successor)
{
    uint8_t random[BOX_KEY_SIZE];
    struct frame_handover public_part = {.policy = successor->policy};
    memcpy(public_part.binding_id, successor->binding_id, FRAME_ID_SIZE);
    frame_device_fingerprint(public_part.fingerprint, device_key_public(successor->key),
                             successor->x25519_public);
    randomness_fill(random, sizeof(random));
    enum hufu_err err =
        box_seal_half(public_part.sealed_half, handover->a2, successor->x25519_public, random);
    return err ? err : frame_handover_encode(out, &public_part);
}

enum hufu_err device_request_handover(struct device_request *request, struct cosign_handover *handover,
                                      const struct device_binding *binding,
                                      const struct device_successor *successor,
                                      const struct device_options *options)
{
    uint8_t memory[512];
    struct buf public_part;
    buf_init(&public_part, memory, sizeof(memory));
    enum hufu_err err = cosign_device_handover_split(handover, &binding->half, &randomness);
    if (!err)
        err = handover_public(&public_part, handover, successor);
    if (err)
        return err;
    struct handover_body in = {.handover = handover, .half = &binding->half};
    return device_request_make(request, binding, FRAME_OP_HANDOVER, buf_bytes(&public_part),
                               make_handover_body, &in, options);
}

enum hufu_err device_request_policy(struct device_request *request, const struct device_binding *binding,
                                    const uint8_t target_binding_id[FRAME_ID_SIZE], struct bytes policy,
                                    const struct device_options *options)
{
    uint8_t memory[256];
    struct buf public_part;
    buf_init(&public_part, memory, sizeof(memory));
    struct frame_policy_for target = {.policy = policy};
    memcpy(target.binding_id, target_binding_id, FRAME_ID_SIZE);
    enum hufu_err err = frame_policy_for_encode(&public_part, &target);
    return err ? err
               : device_request_make(request, binding, FRAME_OP_POLICY, buf_bytes(&public_part), NULL, NULL,
                                     options);
}
