/* SPDX-License-Identifier: Apache-2.0 */
#include "common/box.h"

#include <sodium.h>
#include <string.h>

#include "common/hash.h"
#include "common/secret.h"

_Static_assert(BOX_KEY_SIZE == crypto_scalarmult_BYTES, "X25519");
_Static_assert(BOX_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "XChaCha20-Poly1305");
_Static_assert(BOX_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "XChaCha20-Poly1305");
_Static_assert(BOX_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "XChaCha20-Poly1305");
_Static_assert(FRAME_SEALED_HALF_SIZE == crypto_box_SEALBYTES + 32, "libsodium sealed box");

/* k_in ‖ k_out of §7. */
struct box_keys {
    uint8_t k_in[BOX_KEY_SIZE];
    uint8_t k_out[BOX_KEY_SIZE];
};

static void box_keys_wipe(struct box_keys *keys)
{
    secret_wipe(keys, sizeof(*keys));
}

void box_session_wipe(struct box_session *session)
{
    secret_wipe(session, sizeof(*session));
}

void box_keypair(uint8_t public_key[BOX_KEY_SIZE], uint8_t private_key[BOX_KEY_SIZE],
                 const uint8_t random[BOX_KEY_SIZE])
{
    memcpy(private_key, random, BOX_KEY_SIZE);
    (void)crypto_scalarmult_base(public_key, private_key); /* fails for no input */
}

enum hufu_err box_agree(uint8_t dh[BOX_KEY_SIZE], const uint8_t private_key[BOX_KEY_SIZE],
                        const uint8_t their_key[BOX_KEY_SIZE])
{
    if (crypto_scalarmult(dh, private_key, their_key) == 0)
        return HUFU_OK;
    secret_wipe(dh, BOX_KEY_SIZE);
    return HUFU_ERR_FORM;
}

/* Y and H_k are hashed in whichever side asks. */
static enum hufu_err derive(struct box_keys *keys, const uint8_t dh[BOX_KEY_SIZE],
                            const uint8_t Y[BOX_KEY_SIZE], const uint8_t H_k[BOX_KEY_SIZE])
{
    uint8_t memory[96];
    struct buf info;
    buf_init(&info, memory, sizeof(memory));
    buf_put_field_text(&info, "hufu/box");
    buf_put_field(&info, Y, BOX_KEY_SIZE);
    buf_put_field(&info, H_k, BOX_KEY_SIZE);
    (void)crypto_generichash((uint8_t *)keys, sizeof(*keys), info.data, info.len, dh, BOX_KEY_SIZE);
    return buf_finish(&info);
}

/* nonce ‖ ciphertext ‖ tag */
static enum hufu_err seal(struct buf *out, const uint8_t key[BOX_KEY_SIZE],
                          const uint8_t nonce[BOX_NONCE_SIZE], struct bytes plain, struct bytes associated)
{
    uint8_t *room = buf_reserve(out, plain.len + BOX_OVERHEAD);
    if (!room)
        return HUFU_ERR_LIMIT;
    memcpy(room, nonce, BOX_NONCE_SIZE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(room + BOX_NONCE_SIZE, NULL, plain.data, plain.len,
                                                     associated.data, associated.len, NULL, nonce, key);
    return HUFU_OK;
}

static bool open_sealed(struct buf *out, const uint8_t key[BOX_KEY_SIZE], struct bytes sealed,
                        struct bytes associated)
{
    if (sealed.len < BOX_OVERHEAD)
        return false;
    size_t before = out->len;
    uint8_t *room = buf_reserve(out, sealed.len - BOX_OVERHEAD);
    if (!room)
        return false;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(room, NULL, NULL, sealed.data + BOX_NONCE_SIZE,
                                                   sealed.len - BOX_NONCE_SIZE, associated.data,
                                                   associated.len, sealed.data, key) != 0) {
        out->len = before;
        return false;
    }
    return true;
}

/* head ‖ Y, what a body is bound to. */
static struct bytes associated_of(uint8_t memory[FRAME_HEAD_MAX + BOX_KEY_SIZE], struct bytes head,
                                  const uint8_t *Y)
{
    memcpy(memory, head.data, head.len);
    memcpy(memory + head.len, Y, BOX_KEY_SIZE);
    return bytes_of(memory, head.len + BOX_KEY_SIZE);
}

static enum hufu_err seal_body(struct buf *out, const struct box_keys *keys, struct bytes head,
                               const uint8_t *Y, const uint8_t *nonce, struct bytes body)
{
    uint8_t memory[FRAME_HEAD_MAX + BOX_KEY_SIZE];
    size_t mark = buf_field_begin(out);
    enum hufu_err err = seal(out, keys->k_in, nonce, body, associated_of(memory, head, Y));
    buf_field_end(out, mark);
    return err ? err : buf_finish(out);
}

static enum hufu_err seal_frame(struct buf *out, struct box_session *session, struct bytes head,
                                struct bytes body, const uint8_t *H_k, const uint8_t *random)
{
    SECRET_WIPED struct secret32 y = {0};
    uint8_t Y[BOX_KEY_SIZE];
    box_keypair(Y, y.bytes, random);
    SECRET_WIPED struct secret32 dh = {0};
    __attribute__((cleanup(box_keys_wipe))) struct box_keys keys = {{0}, {0}};
    enum hufu_err err = box_agree(dh.bytes, y.bytes, H_k);
    if (!err)
        err = derive(&keys, dh.bytes, Y, H_k);
    if (err)
        return err;
    size_t begin = out->len;
    buf_put_field_text(out, "hufu/frame");
    buf_put_field_bytes(out, head);
    buf_put_field(out, Y, sizeof(Y));
    buf_put_field(out, H_k, BOX_KEY_SIZE);
    err = seal_body(out, &keys, head, Y, random + BOX_KEY_SIZE, body);
    if (err)
        return err;
    memcpy(session->k_out, keys.k_out, BOX_KEY_SIZE);
    hash_sha256(session->frame_hash, bytes_of(out->data + begin, out->len - begin));
    return HUFU_OK;
}

enum hufu_err box_seal_frame(struct buf *out, struct box_session *session, struct bytes head_encoded,
                             struct bytes body, const uint8_t H_k[BOX_KEY_SIZE],
                             const uint8_t random[BOX_RANDOM_SIZE])
{
    *session = (struct box_session){{0}, {0}};
    struct frame_head head;
    enum hufu_err err = frame_head_parse(&head, head_encoded);
    if (err)
        return err;
    if (body.len != frame_body_size(&head))
        return HUFU_ERR_FORM;
    return seal_frame(out, session, head_encoded, body, H_k, random);
}

enum hufu_err box_open_frame(struct buf *body, struct box_session *session, const struct frame *frame,
                             const uint8_t private_key[BOX_KEY_SIZE])
{
    SECRET_WIPED struct secret32 dh = {0};
    *session = (struct box_session){{0}, {0}};
    enum hufu_err err = box_agree(dh.bytes, private_key, frame->Y);
    return err ? err : box_open_frame_shared(body, session, frame, dh.bytes);
}

enum hufu_err box_open_frame_shared(struct buf *body, struct box_session *session, const struct frame *frame,
                                    const uint8_t dh[BOX_KEY_SIZE])
{
    *session = (struct box_session){{0}, {0}};
    __attribute__((cleanup(box_keys_wipe))) struct box_keys keys = {{0}, {0}};
    enum hufu_err err = derive(&keys, dh, frame->Y, frame->H_k);
    if (err)
        return err;
    uint8_t memory[FRAME_HEAD_MAX + BOX_KEY_SIZE];
    if (!open_sealed(body, keys.k_in, frame->box, associated_of(memory, frame->head_encoded, frame->Y)))
        return HUFU_ERR_FORM;
    memcpy(session->k_out, keys.k_out, BOX_KEY_SIZE);
    hash_sha256(session->frame_hash, frame->encoded);
    return HUFU_OK;
}

enum hufu_err box_seal_answer(struct buf *out, const struct box_session *session, struct bytes answer,
                              const uint8_t nonce[BOX_NONCE_SIZE])
{
    return seal(out, session->k_out, nonce, answer,
                bytes_of(session->frame_hash, sizeof(session->frame_hash)));
}

enum hufu_err box_open_answer(struct buf *answer, const struct box_session *session, struct bytes sealed)
{
    struct bytes associated = bytes_of(session->frame_hash, sizeof(session->frame_hash));
    return open_sealed(answer, session->k_out, sealed, associated) ? HUFU_OK : HUFU_ERR_PEER;
}

/* The nonce of a libsodium sealed box: BLAKE2b-192 of both public keys. */
static void sealed_half_nonce(uint8_t nonce[crypto_box_NONCEBYTES], const uint8_t *ephemeral,
                              const uint8_t *recipient)
{
    uint8_t both[2 * BOX_KEY_SIZE];
    memcpy(both, ephemeral, BOX_KEY_SIZE);
    memcpy(both + BOX_KEY_SIZE, recipient, BOX_KEY_SIZE);
    (void)crypto_generichash(nonce, crypto_box_NONCEBYTES, both, sizeof(both), NULL, 0);
}

enum hufu_err box_seal_half(uint8_t sealed[FRAME_SEALED_HALF_SIZE], const uint8_t half[32],
                            const uint8_t public_key[BOX_KEY_SIZE], const uint8_t random[BOX_KEY_SIZE])
{
    SECRET_WIPED struct secret32 ephemeral = {0};
    uint8_t nonce[crypto_box_NONCEBYTES];
    box_keypair(sealed, ephemeral.bytes, random);
    sealed_half_nonce(nonce, sealed, public_key);
    if (crypto_box_easy(sealed + BOX_KEY_SIZE, half, 32, nonce, public_key, ephemeral.bytes) != 0) {
        memset(sealed, 0, FRAME_SEALED_HALF_SIZE);
        return HUFU_ERR_FORM;
    }
    return HUFU_OK;
}

enum hufu_err box_open_half(uint8_t half[32], const uint8_t sealed[FRAME_SEALED_HALF_SIZE],
                            const uint8_t public_key[BOX_KEY_SIZE], const uint8_t private_key[BOX_KEY_SIZE])
{
    if (crypto_box_seal_open(half, sealed, FRAME_SEALED_HALF_SIZE, public_key, private_key) != 0) {
        secret_wipe(half, 32);
        return HUFU_ERR_FORM;
    }
    return HUFU_OK;
}
