/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of the protocol as functions of a WebAssembly module, for vectors.mjs, which also hands out what they draw.
 *
 * Arguments are addresses in the module's memory, and numbers. An input of any length is a struct bytes there: its address
 * and its length, 32 bits each. A step returns minus the error when it fails, and otherwise the length of the message that it
 * has made, which begins at message(). What only the device keeps from one step to the next stays in here. */
#include "cosign/drawn.h"

#define STEP(name) __attribute__((export_name(#name))) int32_t name
#define INPUT const struct bytes *

_Static_assert(sizeof(struct bytes) == 8, "an address and a length");
_Static_assert(sizeof(struct cosign_device_half) == 97, "a, P");
_Static_assert(sizeof(struct cosign_service_half) == 162, "b, A, P");
_Static_assert(sizeof(struct cosign_handover) == 129, "t, a2, A2");

/* ---- What is drawn: `index` counts the digests of a batch and is -1 for everything else ---- */

__attribute__((import_module("vectors"), import_name("draw"))) int32_t
vectors_draw(const char *role, int32_t index, uint8_t *out, size_t len);

static enum hufu_err listed(struct scalar *out, const char *role, int32_t index)
{
    uint8_t value[SCALAR_BYTES];
    if (vectors_draw(role, index, value, sizeof(value)) != 0)
        return HUFU_ERR_INTERNAL;
    return scalar_decode_nonzero(out, value) ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err listed_secret(const struct draw *draw, struct scalar *out, const char *role)
{
    (void)draw;
    return listed(out, role, -1);
}

static enum hufu_err listed_nonce(const struct draw *draw, struct scalar *out, const struct scalar *half,
                                  const struct draw_context *context, uint32_t index, const char *role)
{
    (void)draw;
    (void)half;
    (void)context;
    return listed(out, role, (int32_t)index);
}

static enum hufu_err listed_bytes(const struct draw *draw, uint8_t *out, size_t len, const char *role)
{
    (void)draw;
    return vectors_draw(role, -1, out, len) == 0 ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static const struct draw draw = {.secret = listed_secret, .nonce = listed_nonce, .bytes = listed_bytes};

/* ---- Messages ---- */

static uint8_t memory[COSIGN_ANSWER_MAX];
static struct buf out;

static struct buf *empty(void)
{
    buf_init(&out, memory, sizeof(memory));
    return &out;
}

static int32_t made(enum hufu_err err)
{
    return err ? -(int32_t)err : (int32_t)out.len;
}

STEP(message)(void)
{
    return (int32_t)(uintptr_t)memory;
}

/* ---- Digests and signatures ---- */

STEP(sm3)(uint8_t *digest, INPUT data)
{
    cosign_sm3(digest, data->data, data->len);
    return 0;
}

STEP(message_digest)(uint8_t *e, const uint8_t *P, INPUT message)
{
    return -(int32_t)cosign_message_digest(e, bytes_of_text(COSIGN_GM_IDENTITY), P, *message);
}

STEP(verify)(const uint8_t *P, const uint8_t *e, const uint8_t *signature)
{
    return -(int32_t)cosign_verify_var(P, e, signature);
}

/* ---- Key generation ---- */

static struct cosign_keygen keygen;

STEP(keygen_device_begin)(INPUT head)
{
    return made(device_keygen_begin(&keygen, empty(), *head, &draw));
}

STEP(keygen_service_begin)(uint8_t *b, uint8_t *com, INPUT head, INPUT body)
{
    return made(service_keygen_begin(b, com, empty(), *head, *body, bytes_of(NULL, 0), &draw));
}

STEP(keygen_device_finish)(INPUT head, INPUT answer)
{
    return made(cosign_device_keygen_finish(&keygen, empty(), *head, *answer));
}

STEP(keygen_service_finish)
(struct cosign_service_half *half, INPUT head_begin, const uint8_t *b, const uint8_t *com, INPUT body)
{
    return made(cosign_service_keygen_finish(half, empty(), *head_begin, b, com, *body));
}

STEP(keygen_device_done)(struct cosign_device_half *half, INPUT answer)
{
    return -(int32_t)cosign_device_keygen_done(&keygen, half, *answer);
}

/* ---- Signing ---- */

static struct cosign_signing signing;

STEP(sign_device_begin)(const struct cosign_device_half *half, INPUT head, INPUT digests)
{
    return made(device_sign_begin(&signing, empty(), half, *head, *digests, &draw));
}

STEP(sign_service)
(uint8_t r[][COSIGN_SCALAR_SIZE], const struct cosign_service_half *half, INPUT head, INPUT digests,
 INPUT body)
{
    return made(service_sign(half, empty(), r, *head, *digests, *body, bytes_of(NULL, 0), &draw));
}

STEP(sign_device_finish)
(uint8_t signatures[][COSIGN_SIGNATURE_SIZE], INPUT head, INPUT digests, INPUT answer)
{
    return -(int32_t)cosign_device_sign_finish(&signing, signatures, *head, *digests, *answer);
}

/* ---- Decryption ---- */

STEP(decrypt_device_begin)(const struct cosign_device_half *half, INPUT head, INPUT points)
{
    return made(device_decrypt_begin(empty(), half, *head, *points, &draw));
}

STEP(decrypt_service)
(uint8_t digests[][COSIGN_DIGEST_SIZE], const struct cosign_service_half *half, INPUT head, INPUT points,
 INPUT body)
{
    return made(cosign_service_decrypt(half, empty(), digests, *head, *points, *body));
}

STEP(decrypt_device_finish)
(uint8_t *plaintext, const struct cosign_device_half *half, uint32_t index, INPUT ciphertext, INPUT answer)
{
    return -(int32_t)cosign_device_decrypt_finish(plaintext, half, index, *ciphertext, *answer);
}

/* ---- Refresh ---- */

STEP(refresh_device_begin)
(struct cosign_device_half *next, const struct cosign_device_half *half, INPUT head)
{
    return made(device_refresh_begin(next, empty(), half, *head, &draw));
}

STEP(refresh_service)
(struct cosign_service_half *next, const struct cosign_service_half *half, uint32_t generation, INPUT head,
 INPUT body)
{
    return made(cosign_service_refresh(next, empty(), half, generation, *head, *body));
}

STEP(refresh_device_finish)(const struct cosign_device_half *next, uint32_t generation, INPUT answer)
{
    return -(int32_t)cosign_device_refresh_finish(next, generation, *answer);
}

/* ---- Hand-over ---- */

STEP(handover_device_split)(struct cosign_handover *handover, const struct cosign_device_half *half)
{
    return -(int32_t)device_handover_split(handover, half, &draw);
}

STEP(handover_device_body)
(const struct cosign_handover *handover, const struct cosign_device_half *half, INPUT head)
{
    return made(device_handover_body(empty(), handover, half, *head, &draw));
}

STEP(handover_service)
(struct cosign_service_half *other, const struct cosign_service_half *half, INPUT head, INPUT body)
{
    return made(cosign_service_handover(other, empty(), half, *head, *body));
}

STEP(handover_device_accept)(const uint8_t *a2, const uint8_t *A2)
{
    return -(int32_t)cosign_device_handover_accept(a2, A2);
}

/* ---- The PIN ---- */

STEP(pin_hide)(uint8_t *sigma, const uint8_t *a, const uint8_t *key)
{
    return -(int32_t)cosign_pin_hide(sigma, a, key);
}

STEP(pin_open)(uint8_t *a, const uint8_t *sigma, const uint8_t *key)
{
    return -(int32_t)cosign_pin_open(a, sigma, key);
}

STEP(pin_check_device)(const struct cosign_device_half *half, INPUT head)
{
    return made(device_pin_check(empty(), half, *head, &draw));
}

STEP(pin_check_service)(const struct cosign_service_half *half, INPUT head, INPUT body)
{
    return made(cosign_service_pin_check(half, empty(), *head, *body));
}
