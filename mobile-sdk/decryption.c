/* SPDX-License-Identifier: Apache-2.0 */
/* sm2/decrypt (§4). */
#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/exchange.h"
#include "mobile-sdk/unlock.h"

struct decryption {
    const struct cosign_device_half *half;
    const struct hufu_ciphertext *ciphertexts;
    uint8_t *const *plaintexts;
    size_t count;
    struct cosign_random random;
    uint8_t points[HUFU_BATCH_MAX * COSIGN_POINT_SIZE]; /* all C1 */
};

static void decryption_free(struct decryption **decryption)
{
    free(*decryption);
}

static struct bytes points_of(const struct decryption *decryption)
{
    return bytes_of(decryption->points, decryption->count * COSIGN_POINT_SIZE);
}

/* Whatever was passed: a ciphertext that is none has no plaintext. */
static void wipe_plaintexts(uint8_t *const *plaintexts, const struct hufu_ciphertext *ciphertexts,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (plaintexts[i] && ciphertexts[i].len > HUFU_CIPHERTEXT_OVERHEAD)
            secret_wipe(plaintexts[i], ciphertexts[i].len - HUFU_CIPHERTEXT_OVERHEAD);
    }
}

static enum hufu_err make_decryption(void *context, struct buf *body, struct bytes head)
{
    const struct decryption *decryption = context;
    return cosign_device_decrypt_begin(body, decryption->half, head, points_of(decryption),
                                       &decryption->random);
}

/* T(operation, all W): exactly as many points as were asked for. */
static bool has_all_points(const struct decryption *decryption, struct bytes answer)
{
    struct cursor in;
    cursor_init(&in, answer);
    cursor_field_text(&in, frame_op_name(FRAME_OP_DECRYPT));
    (void)cursor_field_exact(&in, decryption->count * COSIGN_POINT_SIZE);
    return cursor_finish(&in) == HUFU_OK;
}

static enum hufu_err take_decryption(void *context, struct bytes head, struct bytes answer)
{
    const struct decryption *decryption = context;
    (void)head;
    if (!has_all_points(decryption, answer))
        return HUFU_ERR_PEER;
    for (size_t i = 0; i < decryption->count; i++) {
        const struct hufu_ciphertext *ciphertext = &decryption->ciphertexts[i];
        enum hufu_err err =
            cosign_device_decrypt_finish(decryption->plaintexts[i], decryption->half, (uint32_t)i,
                                         bytes_of(ciphertext->data, ciphertext->len), answer);
        if (err)
            return err;
    }
    return HUFU_OK;
}

static enum hufu_result take_points(struct decryption *decryption)
{
    for (size_t i = 0; i < decryption->count; i++) {
        const struct hufu_ciphertext *ciphertext = &decryption->ciphertexts[i];
        if (!ciphertext->data || !decryption->plaintexts[i] || ciphertext->len <= HUFU_CIPHERTEXT_OVERHEAD)
            return HUFU_RESULT_FORM;
        memcpy(decryption->points + i * COSIGN_POINT_SIZE, ciphertext->data, COSIGN_POINT_SIZE);
        if (cosign_point_check_var(ciphertext->data))
            return HUFU_RESULT_FORM;
    }
    return HUFU_RESULT_OK;
}

static enum hufu_result run(struct hufu *hufu, const struct hufu_id *id, const struct pin *pin,
                            struct decryption *decryption)
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = key_record_load(&key, hufu, id);
    if (!result && key.usage != HUFU_USAGE_DECRYPT)
        result = HUFU_RESULT_NOT_READY;
    if (!result)
        result = unlock(hufu, &key, pin, pin, &unlocked);
    if (result)
        return result;
    decryption->half = &unlocked.half;
    const struct exchange exchange = {.op = FRAME_OP_DECRYPT,
                                      .key = &key,
                                      .generation = unlocked.generation,
                                      .public_part = points_of(decryption),
                                      .path = "/decryptions",
                                      .make = make_decryption,
                                      .take = take_decryption,
                                      .context = decryption};
    result = unlock_settled(hufu, &key, exchange_run(hufu, &exchange));
    if (result)
        wipe_plaintexts(decryption->plaintexts, decryption->ciphertexts, decryption->count);
    return result;
}

enum hufu_result hufu_decrypt(struct hufu *hufu, const struct hufu_id *key,
                              const struct hufu_ciphertext *ciphertexts, size_t count,
                              uint8_t *const *plaintexts, const char *pin_text, size_t pin_len)
{
    report_begin(hufu);
    if (!ciphertexts || !plaintexts || count == 0)
        return report_end(hufu, HUFU_RESULT_ARGUMENT);
    wipe_plaintexts(plaintexts, ciphertexts, count); /* outputs are zero until there are some */
    if (count > HUFU_BATCH_MAX)
        return report_end(hufu, HUFU_RESULT_LIMIT);
    __attribute__((cleanup(decryption_free))) struct decryption *decryption = calloc(1, sizeof(*decryption));
    if (!decryption)
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    decryption->ciphertexts = ciphertexts;
    decryption->plaintexts = plaintexts;
    decryption->count = count;
    decryption->random = random_source(hufu);
    const struct pin pin = {.text = pin_text, .len = pin_len};
    enum hufu_result result = take_points(decryption);
    if (!result)
        result = run(hufu, key, &pin, decryption);
    return report_end(hufu, result);
}
