/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/captcha.h"

#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/hash.h"
#include "common/secret.h"
#include "server/core/personal.h"
#include "server/store/captcha_store.h"

#define CAPTCHA_SIGNED_SIZE 25 /* all but the keyed hash */

static enum hufu_err captcha_sign(struct worker *worker, const struct project *project,
                                  const uint8_t challenge[CAPTCHA_SIGNED_SIZE], uint8_t hash[HASH_SIZE])
{
    uint8_t memory[96];
    struct buf text;
    buf_init(&text, memory, sizeof memory);
    buf_put_field_text(&text, "hufu/captcha");
    buf_put_field(&text, project->project_id, UUID_SIZE);
    buf_put_field(&text, challenge, CAPTCHA_SIGNED_SIZE);
    return personal_code_hash(worker, challenge, buf_bytes(&text), hash);
}

enum hufu_err captcha_make(struct worker *worker, const struct project *project, struct captcha *out)
{
    *out = (struct captcha){.bits = (unsigned)project->rules.captcha_bits,
                            .expires_ms = clock_wall_ms() + CAPTCHA_SECONDS * UINT64_C(1000)};
    struct buf challenge;
    buf_init(&challenge, out->challenge, sizeof out->challenge);
    uint8_t *id = buf_reserve(&challenge, UUID_SIZE);
    if (getrandom(id, UUID_SIZE, 0) != UUID_SIZE)
        return HUFU_ERR_INTERNAL;
    buf_put_u64(&challenge, out->expires_ms);
    buf_put_u8(&challenge, (uint8_t)out->bits);
    uint8_t *hash = buf_reserve(&challenge, HASH_SIZE);
    return captcha_sign(worker, project, out->challenge, hash);
}

static bool captcha_solved(const struct captcha_answer *answer, unsigned bits)
{
    uint8_t text[HASH_SIZE + CAPTCHA_ANSWER_SIZE], hash[HASH_SIZE];
    hash_sha256(text, answer->challenge);
    memcpy(text + HASH_SIZE, answer->answer.data, CAPTCHA_ANSWER_SIZE);
    hash_sha256(hash, bytes_of(text, sizeof text));
    return hash_zero_bits(hash) >= bits;
}

/* Cheapest first; nothing here touches the database. */
static enum hufu_err captcha_check(struct worker *worker, const struct project *project,
                                   const struct captcha_answer *answer, uint64_t *expires_ms)
{
    uint8_t hash[HASH_SIZE];
    if (answer->challenge.len != CAPTCHA_SIZE || answer->answer.len != CAPTCHA_ANSWER_SIZE)
        return HUFU_ERR_FORM;
    struct cursor in;
    cursor_init(&in, answer->challenge);
    (void)cursor_take(&in, UUID_SIZE);
    *expires_ms = cursor_u64(&in);
    unsigned bits = cursor_u8(&in);
    if (*expires_ms <= clock_wall_ms() || bits < (unsigned)project->rules.captcha_bits)
        return HUFU_ERR_TIME;
    enum hufu_err err = captcha_sign(worker, project, answer->challenge.data, hash);
    if (err != HUFU_OK)
        return err;
    bool ours = secret_equal(hash, answer->challenge.data + CAPTCHA_SIGNED_SIZE, HASH_SIZE);
    return ours && captcha_solved(answer, bits) ? HUFU_OK : HUFU_ERR_SIGNATURE;
}

enum hufu_err captcha_spend(struct worker *worker, struct act *act, const struct project *project,
                            const struct captcha_answer *answer)
{
    uint64_t expires_ms;
    if (project->rules.captcha_bits == 0)
        return HUFU_OK;
    enum hufu_err err = captcha_check(worker, project, answer, &expires_ms);
    if (err == HUFU_OK)
        err = captcha_insert_spent(worker->store, project->project_id, answer->challenge.data, expires_ms);
    bool refused =
        err == HUFU_ERR_FORM || err == HUFU_ERR_TIME || err == HUFU_ERR_SIGNATURE || err == HUFU_ERR_CONFLICT;
    return refused ? act_refuse(act, REFUSAL_CAPTCHA_NEEDED) : err;
}
