/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/key_process.h"

#include <stdio.h>
#include <string.h>

#define KEY_PROCESS_IDENTITY 0x42

struct key_process key_process;

void key_process_reset(void)
{
    key_process = (struct key_process){
        .result = "0123456789abcdef0123456789abcdef",
        .answer = "sealed answer",
        .sealed = "sealed record",
        .certificate = "a certificate",
        .now_ms = 1767225600123,
    };
}

static enum hufu_err key_process_called(const char *operation)
{
    key_process.calls++;
    snprintf(key_process.operation, sizeof key_process.operation, "%s", operation);
    if (key_process.meanwhile != NULL)
        key_process.meanwhile();
    return key_process.second_away && key_process.place == 1 ? HUFU_ERR_AWAY : key_process.err;
}

static void key_process_put(struct buf *out, const char *text)
{
    if (key_process.err == HUFU_OK)
        buf_put(out, text, strlen(text));
}

static void key_process_see(struct bytes sealed)
{
    snprintf(key_process.record, sizeof key_process.record, "%.*s", (int)sealed.len,
             (const char *)sealed.data);
}

struct hsmc *hsmc_new(const struct hsmc_places *places, int timeout_ms, struct hsmc_keys *keys,
                      struct metrics *metrics)
{
    (void)places;
    (void)timeout_ms;
    (void)keys;
    (void)metrics;
    return (struct hsmc *)&key_process;
}

void hsmc_free(struct hsmc *hsmc)
{
    (void)hsmc;
}

void hsmc_use(struct hsmc *hsmc, size_t place)
{
    (void)hsmc;
    key_process.place = place;
}

void hsmc_use_any(struct hsmc *hsmc)
{
    (void)hsmc;
    key_process.place = 0;
}

enum hufu_err hsmc_destruction_state(struct hsmc *hsmc, const char *trace, struct hsmc_destruction *out)
{
    (void)hsmc;
    (void)trace;
    *out = key_process.destruction;
    return key_process_called("destruction/state");
}

enum hufu_err hsmc_destruction_add(struct hsmc *hsmc, const char *trace,
                                   const struct destruction_head *before, struct bytes orders)
{
    (void)hsmc;
    (void)trace;
    enum hufu_err err = key_process_called("destruction/add");
    if (err != HUFU_OK)
        return err;
    struct hsmc_destruction *destruction = &key_process.destruction;
    if (!destruction_same(before, &destruction->known))
        return HUFU_ERR_CONFLICT;
    for (size_t at = 0; at < orders.len; at += DESTRUCTION_ORDER_SIZE)
        destruction_advance(&destruction->known, orders.data + at);
    if (destruction->token_number < destruction->known.number)
        destruction->token_number = destruction->known.number;
    destruction->behind = destruction->known.number < destruction->token_number;
    return HUFU_OK;
}

uint64_t hsmc_now_ms(const struct hsmc *hsmc)
{
    (void)hsmc;
    return key_process.now_ms;
}

enum hufu_err hsmc_status(struct hsmc *hsmc, const char *trace, struct hsmc_status *out)
{
    (void)hsmc;
    (void)trace;
    *out = (struct hsmc_status){0};
    memset(out->identity_key, KEY_PROCESS_IDENTITY, sizeof out->identity_key);
    return key_process_called("status");
}

enum hufu_err hsmc_service_new(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                               uint64_t from_ms, uint64_t until_ms, struct hsmc_service_key *out)
{
    (void)hsmc;
    (void)trace;
    (void)from_ms;
    (void)until_ms;
    *out = (struct hsmc_service_key){.sealed_len = strlen(key_process.sealed)};
    memcpy(out->record_id, record_id, UUID_SIZE);
    memcpy(out->sealed, key_process.sealed, out->sealed_len);
    return key_process_called("service/new");
}

enum hufu_err hsmc_service_load(struct hsmc *hsmc, const char *trace, const struct hsmc_service_key *key)
{
    (void)hsmc;
    (void)trace;
    enum hufu_err err = key_process_called("service/load");
    /* Another token's records do not open. */
    bool own = key->sealed_len == strlen(key_process.sealed) &&
               memcmp(key->sealed, key_process.sealed, key->sealed_len) == 0;
    key_process.loaded[key_process.place] += err == HUFU_OK && own;
    return err == HUFU_OK && !own ? HUFU_ERR_RECORD : err;
}

enum hufu_err hsmc_data_new(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                            struct buf *sealed)
{
    (void)hsmc;
    (void)trace;
    (void)record_id;
    enum hufu_err err = key_process_called("data/new");
    key_process_put(sealed, key_process.sealed);
    return err;
}

enum hufu_err hsmc_data_open(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                             struct bytes sealed, uint8_t key[HSMC_DATA_KEY_SIZE])
{
    (void)hsmc;
    (void)trace;
    memset(key, 0, HSMC_DATA_KEY_SIZE);
    enum hufu_err err = key_process_called("data/open");
    if (err == HUFU_OK && !bytes_equal_text(sealed, key_process.sealed))
        err = HUFU_ERR_RECORD;
    if (err == HUFU_OK)
        memcpy(key, record_id, UUID_SIZE);
    return err;
}

enum hufu_err hsmc_keygen_begin(struct hsmc *hsmc, const char *trace, const struct hsmc_keygen_begin *in,
                                struct buf *sealed, struct buf *answer)
{
    (void)hsmc;
    (void)trace;
    key_process.operations = in->operations;
    enum hufu_err err = key_process_called("keygen/begin");
    key_process_put(sealed, key_process.sealed);
    key_process_put(answer, key_process.answer);
    return err;
}

enum hufu_err hsmc_keygen_finish(struct hsmc *hsmc, const char *trace, const struct hsmc_keygen_finish *in,
                                 struct buf *sealed, uint8_t public_key[HSMC_POINT_SIZE], struct buf *answer)
{
    (void)hsmc;
    (void)trace;
    key_process_see(in->sealed);
    enum hufu_err err = key_process_called("keygen/finish");
    memset(public_key, err == HUFU_OK ? 7 : 0, HSMC_POINT_SIZE);
    key_process_put(sealed, key_process.sealed);
    key_process_put(answer, key_process.answer);
    return err;
}

enum hufu_err hsmc_target_policy(struct buf *out, uint32_t generation, struct bytes sealed)
{
    buf_put_field_u32(out, generation);
    buf_put_field_bytes(out, sealed);
    return buf_finish(out);
}

enum hufu_err hsmc_target_handover(struct buf *out, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                   const uint8_t x25519_key[FRAME_X25519_SIZE])
{
    buf_put_field(out, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field(out, x25519_key, FRAME_X25519_SIZE);
    return buf_finish(out);
}

static enum hufu_err key_process_operate(struct hsmc_operate *call)
{
    key_process.generation = call->generation;
    key_process_see(call->sealed);
    if (key_process.destruction.behind)
        return HUFU_ERR_BEHIND;
    enum hufu_err err = key_process_called("operate");
    if (err != HUFU_OK)
        return err;
    key_process_put(call->result, key_process.result);
    key_process_put(call->answer, key_process.answer);
    return err;
}

/* Each frame is a call of its own. */
enum hufu_err hsmc_operate(struct hsmc *hsmc, struct hsmc_operate *calls, size_t count)
{
    (void)hsmc;
    const enum hufu_err told = key_process.err;
    key_process.messages++;
    for (size_t i = 0; i < count; i++) {
        key_process.err = key_process.err_nth == 0 || key_process.err_nth == i + 1 ? told : HUFU_OK;
        calls[i].err = key_process_operate(&calls[i]);
    }
    key_process.err = told;
    return HUFU_OK;
}

enum hufu_err hsmc_certificate_issue(struct hsmc *hsmc, const char *trace, const struct hsmc_certificate *in,
                                     struct buf *certificate)
{
    (void)hsmc;
    (void)trace;
    key_process.generation = in->generation;
    key_process_see(in->sealed);
    enum hufu_err err = key_process_called("cert/issue");
    key_process_put(certificate, key_process.certificate);
    return err;
}

enum hufu_err hsmc_crl_issue(struct hsmc *hsmc, const char *trace, const struct hsmc_crl *in, struct buf *crl)
{
    (void)hsmc;
    (void)trace;
    char text[64];
    if (strcmp(in->ca, "sm2") != 0)
        return HUFU_ERR_NOT_FOUND;
    snprintf(text, sizeof text, "list %llu of %zu", (unsigned long long)in->number, in->revoked_count);
    enum hufu_err err = key_process_called("crl/issue");
    key_process_put(crl, text);
    return err;
}

enum hufu_err hsmc_ca_chain(struct hsmc *hsmc, const char *trace, const char *ca, struct buf *issuing,
                            struct buf *root)
{
    (void)hsmc;
    (void)trace;
    if (strcmp(ca, "sm2") != 0)
        return HUFU_ERR_NOT_FOUND;
    buf_put(issuing, "issuing", 7);
    buf_put(root, "root", 4);
    return HUFU_OK;
}
