/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/key_record.h"

#include <stdio.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"

#define MAGIC "hufu/sdk/key/1"
#define RECORD_MAX 1536
#define NAME_SIZE (sizeof("key-") + HUFU_ID_TEXT_SIZE)

#define FLAG_NEXT 1
#define FLAG_DOUBTED 2
#define FLAG_ASKED 4
#define FLAG_AUTHORIZED 8
#define FLAGS_ALL (FLAG_NEXT | FLAG_DOUBTED | FLAG_ASKED | FLAG_AUTHORIZED)

struct stored {
    uint8_t bytes[RECORD_MAX];
};

static void stored_wipe(struct stored *stored)
{
    secret_wipe(stored, sizeof(*stored));
}

void key_record_wipe(struct key_record *record)
{
    secret_wipe(record, sizeof(*record));
}

struct key_record key_record_new(const struct hufu_id *id, const struct hufu_id *binding,
                                 enum hufu_usage usage)
{
    struct key_record record = {.id = *id, .binding = *binding, .usage = usage, .stage = KEY_NEW};
    record.identity_len = strlen(COSIGN_GM_IDENTITY);
    memcpy(record.identity, COSIGN_GM_IDENTITY, record.identity_len);
    return record;
}

bool key_has_half(const struct key_record *record)
{
    return record->stage == KEY_GENERATED || record->stage == KEY_CERTIFIED;
}

struct bytes key_identity(const struct key_record *record)
{
    return bytes_of(record->identity, record->identity_len);
}

static void name_of(char name[NAME_SIZE], const struct hufu_id *id)
{
    char text[HUFU_ID_TEXT_SIZE];
    uuid_format(text, id->bytes);
    (void)snprintf(name, NAME_SIZE, "key-%s", text);
}

static void put_half(struct buf *out, const struct key_half *half)
{
    buf_put_field_u32(out, half->generation);
    buf_put_field(out, half->sigma, sizeof(half->sigma));
    buf_put_field(out, half->pin.salt, sizeof(half->pin.salt));
    buf_put_field_u32(out, half->pin.passes);
    buf_put_field_u32(out, half->pin.memory_kib);
    buf_put_field_u32(out, half->pin.lanes);
    buf_put_field_u32(out, half->pin_epoch);
}

static void take_half(struct cursor *in, struct key_half *half)
{
    half->generation = cursor_field_u32(in);
    cursor_field_copy(in, half->sigma, sizeof(half->sigma));
    cursor_field_copy(in, half->pin.salt, sizeof(half->pin.salt));
    half->pin.passes = cursor_field_u32(in);
    half->pin.memory_kib = cursor_field_u32(in);
    half->pin.lanes = cursor_field_u32(in);
    half->pin_epoch = cursor_field_u32(in);
}

static void put_lender(struct buf *out, const struct lender *lender)
{
    buf_put_field(out, lender->authorization.bytes, HUFU_ID_SIZE);
    buf_put_field_text(out, lender->name);
    buf_put_field_text(out, lender->work_number);
}

static void take_text(struct cursor *in, char text[HUFU_NAME_MAX + 1])
{
    struct bytes field = cursor_field(in, HUFU_NAME_MAX);
    if (field.len)
        memcpy(text, field.data, field.len);
    text[field.len] = '\0';
}

static void take_lender(struct cursor *in, struct lender *lender)
{
    cursor_field_copy(in, lender->authorization.bytes, HUFU_ID_SIZE);
    take_text(in, lender->name);
    take_text(in, lender->work_number);
}

static void encode(struct buf *out, const struct key_record *record)
{
    uint32_t flags = (record->has_next ? FLAG_NEXT : 0) | (record->next_doubted ? FLAG_DOUBTED : 0) |
                     (record->refresh_asked_ms ? FLAG_ASKED : 0) | (record->authorized ? FLAG_AUTHORIZED : 0);
    buf_put_field_text(out, MAGIC);
    buf_put_field(out, record->id.bytes, HUFU_ID_SIZE);
    buf_put_field(out, record->binding.bytes, HUFU_ID_SIZE);
    buf_put_field_u32(out, (uint32_t)record->usage);
    buf_put_field_u32(out, (uint32_t)record->stage);
    buf_put_field(out, record->identity, record->identity_len);
    buf_put_field_u32(out, flags);
    if (record->stage != KEY_NEW) {
        buf_put_field(out, record->P, sizeof(record->P));
        put_half(out, &record->half);
    }
    if (record->has_next)
        put_half(out, &record->next);
    if (record->refresh_asked_ms)
        buf_put_field_u64(out, record->refresh_asked_ms);
    if (record->authorized)
        put_lender(out, &record->lender);
}

static bool is_usable(const struct key_record *record)
{
    bool known = record->stage >= KEY_NEW && record->stage <= KEY_JOINING &&
                 (record->usage == HUFU_USAGE_SIGN || record->usage == HUFU_USAGE_DECRYPT);
    if (!known || record->stage == KEY_NEW)
        return known && !record->has_next;
    return cosign_point_check_var(record->P) == HUFU_OK && pin_parameters_usable(&record->half.pin) &&
           (!record->has_next || pin_parameters_usable(&record->next.pin));
}

static enum hufu_err decode(struct key_record *record, struct bytes encoded)
{
    struct cursor in;
    cursor_init(&in, encoded);
    cursor_field_text(&in, MAGIC);
    cursor_field_copy(&in, record->id.bytes, HUFU_ID_SIZE);
    cursor_field_copy(&in, record->binding.bytes, HUFU_ID_SIZE);
    record->usage = (enum hufu_usage)cursor_field_u32(&in);
    record->stage = (enum key_stage)cursor_field_u32(&in);
    struct bytes identity = cursor_field(&in, KEY_IDENTITY_MAX);
    record->identity_len = identity.len;
    if (identity.len)
        memcpy(record->identity, identity.data, identity.len);
    uint32_t flags = cursor_field_u32(&in);
    record->has_next = flags & FLAG_NEXT;
    record->next_doubted = flags & FLAG_DOUBTED;
    if (!in.failed && record->stage != KEY_NEW) {
        cursor_field_copy(&in, record->P, sizeof(record->P));
        take_half(&in, &record->half);
    }
    if (record->has_next)
        take_half(&in, &record->next);
    if (flags & FLAG_ASKED)
        record->refresh_asked_ms = cursor_field_u64(&in);
    record->authorized = flags & FLAG_AUTHORIZED;
    if (record->authorized)
        take_lender(&in, &record->lender);
    enum hufu_err err = cursor_finish(&in);
    return !err && (flags & ~(uint32_t)FLAGS_ALL) ? HUFU_ERR_FORM : err;
}

enum hufu_result key_record_load(struct key_record *record, const struct hufu *hufu, const struct hufu_id *id)
{
    *record = (struct key_record){.stage = KEY_NEW};
    char name[NAME_SIZE];
    name_of(name, id);
    const struct hufu_storage *storage = &hufu->platform.storage;
    __attribute__((cleanup(stored_wipe))) struct stored stored = {{0}};
    size_t len = 0;
    enum hufu_result result = storage->get(storage->context, name, stored.bytes, sizeof(stored.bytes), &len);
    if (result)
        return result;
    enum hufu_err err = decode(record, bytes_of(stored.bytes, len));
    if (err || !is_usable(record) || !id_equal(&record->id, id)) {
        key_record_wipe(record);
        return HUFU_RESULT_DAMAGED;
    }
    return HUFU_RESULT_OK;
}

enum hufu_result key_record_store(const struct key_record *record, const struct hufu *hufu)
{
    char name[NAME_SIZE];
    name_of(name, &record->id);
    const struct hufu_storage *storage = &hufu->platform.storage;
    __attribute__((cleanup(stored_wipe))) struct stored stored = {{0}};
    struct buf out;
    buf_init(&out, stored.bytes, sizeof(stored.bytes));
    encode(&out, record);
    if (buf_finish(&out))
        return HUFU_RESULT_INTERNAL;
    return storage->put(storage->context, name, out.data, out.len);
}

enum hufu_result key_record_remove(const struct hufu *hufu, const struct hufu_id *id)
{
    char name[NAME_SIZE];
    name_of(name, id);
    const struct hufu_storage *storage = &hufu->platform.storage;
    return storage->remove(storage->context, name);
}
