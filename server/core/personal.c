/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/personal.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "common/secret.h"
#include "server/core/data_key.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
static_assert(PERSONAL_OVERHEAD == NONCE_SIZE + TAG_SIZE, "a nonce in front, a tag behind");
static_assert(HASH_SIZE == crypto_generichash_BYTES, "one size of hash");

/* "hufu/personal", a kind's number, a project and a row, each with its length in front. */
#define PERSONAL_PLACE_SIZE 80

/* The numbers of derived keys: two for each kind, and one beyond all kinds. */
#define PERSONAL_KEY_SEAL(kind) (2 * (uint64_t)(kind))
#define PERSONAL_KEY_LOOKUP(kind) (2 * (uint64_t)(kind) + 1)
#define PERSONAL_KEY_CODE UINT64_C(1000)

static struct bytes personal_place(uint8_t memory[PERSONAL_PLACE_SIZE], enum personal_kind kind,
                                   const uint8_t project_id[UUID_SIZE], const uint8_t row_id[UUID_SIZE])
{
    struct buf place;
    buf_init(&place, memory, PERSONAL_PLACE_SIZE);
    buf_put_field_text(&place, "hufu/personal");
    buf_put_field_u32(&place, (uint32_t)kind);
    buf_put_field(&place, project_id, UUID_SIZE);
    buf_put_field(&place, row_id, UUID_SIZE);
    return buf_bytes(&place);
}

enum hufu_err personal_seal(struct worker *worker, enum personal_kind kind,
                            const uint8_t project_id[UUID_SIZE], const uint8_t row_id[UUID_SIZE],
                            struct bytes plain, struct buf *sealed)
{
    struct secret32 key SECRET_WIPED = {0};
    uint8_t memory[PERSONAL_PLACE_SIZE];
    const struct bytes place = personal_place(memory, kind, project_id, row_id);
    enum hufu_err err = data_key_derive(worker->data_key, PERSONAL_KEY_SEAL(kind), &key);
    if (err != HUFU_OK)
        return err;
    uint8_t *out = buf_reserve(sealed, plain.len + PERSONAL_OVERHEAD);
    if (out == NULL)
        return HUFU_ERR_LIMIT;
    randombytes_buf(out, NONCE_SIZE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, NULL, plain.data, plain.len,
                                                     place.data, place.len, NULL, out, key.bytes);
    return HUFU_OK;
}

enum hufu_err personal_open(struct worker *worker, enum personal_kind kind,
                            const uint8_t project_id[UUID_SIZE], const uint8_t row_id[UUID_SIZE],
                            struct bytes sealed, struct buf *plain)
{
    struct secret32 key SECRET_WIPED = {0};
    uint8_t memory[PERSONAL_PLACE_SIZE];
    const struct bytes place = personal_place(memory, kind, project_id, row_id);
    enum hufu_err err = data_key_derive(worker->data_key, PERSONAL_KEY_SEAL(kind), &key);
    if (err != HUFU_OK)
        return err;
    if (sealed.len < PERSONAL_OVERHEAD)
        return HUFU_ERR_RECORD;
    size_t before = plain->len, len = sealed.len - PERSONAL_OVERHEAD;
    uint8_t *out = buf_reserve(plain, len);
    if (out == NULL)
        return HUFU_ERR_LIMIT;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data + NONCE_SIZE,
                                                   sealed.len - NONCE_SIZE, place.data, place.len,
                                                   sealed.data, key.bytes) == 0)
        return HUFU_OK;
    secret_wipe(out, len);
    plain->len = before;
    return HUFU_ERR_RECORD;
}

/* BLAKE2b of the fields under the derived key of that number. */
static enum hufu_err personal_hash(struct worker *worker, uint64_t number, const char *purpose,
                                   struct bytes first, struct bytes second, uint8_t hash[HASH_SIZE])
{
    struct secret32 key SECRET_WIPED = {0};
    memset(hash, 0, HASH_SIZE);
    enum hufu_err err = data_key_derive(worker->data_key, number, &key);
    if (err != HUFU_OK)
        return err;
    const struct bytes fields[] = {bytes_of_text(purpose), first, second};
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, key.bytes, sizeof key.bytes, HASH_SIZE);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const uint32_t len = (uint32_t)fields[i].len;
        const uint8_t length[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                                   (uint8_t)len};
        (void)crypto_generichash_update(&state, length, sizeof length);
        (void)crypto_generichash_update(&state, fields[i].data, fields[i].len);
    }
    (void)crypto_generichash_final(&state, hash, HASH_SIZE);
    secret_wipe(&state, sizeof state);
    return HUFU_OK;
}

enum hufu_err personal_lookup(struct worker *worker, enum personal_kind kind,
                              const uint8_t project_id[UUID_SIZE], struct bytes normalised,
                              uint8_t hash[HASH_SIZE])
{
    return personal_hash(worker, PERSONAL_KEY_LOOKUP(kind), "hufu/personal/lookup",
                         bytes_of(project_id, UUID_SIZE), normalised, hash);
}

enum hufu_err personal_code_hash(struct worker *worker, const uint8_t row_id[UUID_SIZE], struct bytes code,
                                 uint8_t hash[HASH_SIZE])
{
    return personal_hash(worker, PERSONAL_KEY_CODE, "hufu/personal/code", bytes_of(row_id, UUID_SIZE), code,
                         hash);
}

/* The text with asterisks for all but its first and its last characters, which are ASCII. */
static void personal_mask(char *out, size_t size, const char *text, size_t head, size_t tail)
{
    const size_t len = strlen(text);
    if (size == 0)
        return;
    const size_t shown = len < size ? len : size - 1;
    for (size_t i = 0; i < shown; i++)
        out[i] = i < head || i + tail >= len ? text[i] : '*';
    out[shown] = '\0';
}

void personal_mask_mobile(char *out, size_t size, const char *mobile)
{
    const char *shown = strncmp(mobile, "+86", 3) == 0 ? mobile + 3 : mobile;
    bool whole = strlen(shown) > 8;
    personal_mask(out, size, shown, whole ? 3 : 1, whole ? 4 : 1);
}

void personal_mask_identity(char *out, size_t size, const char *number)
{
    bool whole = strlen(number) >= 10;
    personal_mask(out, size, number, whole ? 3 : 1, whole ? 4 : 1);
}

void personal_mask_email(char *out, size_t size, const char *address)
{
    const char *at = strrchr(address, '@');
    if (size == 0)
        return;
    out[0] = '\0';
    if (at == NULL || at == address)
        return;
    static const char stars[] = "****";
    struct buf shown;
    buf_init(&shown, out, size - 1);
    buf_put(&shown, address, 1);
    buf_put(&shown, stars, sizeof stars - 1);
    buf_put(&shown, at, strlen(at));
    out[shown.len] = '\0';
}
