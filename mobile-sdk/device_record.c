/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/device_record.h"

#include <string.h>

#include "common/buf.h"
#include "common/secret.h"

#define MAGIC "hufu/sdk/device/2"
#define MAGIC_BEFORE "hufu/sdk/device/1" /* without the project's id */
#define RECORD_MAX 4096

struct stored {
    uint8_t bytes[RECORD_MAX];
};

static void stored_wipe(struct stored *stored)
{
    secret_wipe(stored, sizeof(*stored));
}

void device_record_wipe(struct device_record *record)
{
    secret_wipe(record, sizeof(*record));
}

static void put_optional(struct buf *out, bool present, const uint8_t *data, size_t len)
{
    buf_put_field(out, data, present ? len : 0);
}

static void encode(struct buf *out, const struct device_record *record)
{
    buf_put_field_text(out, MAGIC);
    buf_put_field_text(out, record->url);
    put_optional(out, record->has_tls_pin, record->tls_pin, sizeof(record->tls_pin));
    buf_put_field(out, record->identity_hash, sizeof(record->identity_hash));
    put_optional(out, record->has_code, record->code, sizeof(record->code));
    buf_put_field(out, record->redeemed, sizeof(record->redeemed));
    buf_put_field(out, record->device_handle, record->device_handle_len);
    buf_put_field(out, record->device_key, sizeof(record->device_key));
    buf_put_field_text(out, record->session_token);
    buf_put_field_u64(out, record->session_expires_ms);
    buf_put_field_text(out, record->project_name);
    buf_put_field_text(out, record->account_name);
    buf_put_field_text(out, record->work_number);
    buf_put_field(out, record->account.bytes, HUFU_ID_SIZE);
    buf_put_field(out, record->device.bytes, HUFU_ID_SIZE);
    buf_put_field_u64(out, (uint64_t)record->clock_offset_ms);
    buf_put_field(out, record->keys, record->key_count * sizeof(record->keys[0]));
    buf_put_field(out, record->project.bytes, HUFU_ID_SIZE);
}

static void take_text(struct cursor *in, char *text, size_t size)
{
    struct bytes field = cursor_field(in, size - 1);
    if (field.len && memchr(field.data, '\0', field.len))
        in->failed = true;
    else if (field.len)
        memcpy(text, field.data, field.len);
    text[in->failed ? 0 : field.len] = '\0';
}

static bool take_optional(struct cursor *in, uint8_t *data, size_t len)
{
    struct bytes field = cursor_field(in, len);
    if (field.len != 0 && field.len != len)
        in->failed = true;
    if (in->failed || field.len == 0)
        return false;
    memcpy(data, field.data, len);
    return true;
}

static size_t take_up_to(struct cursor *in, void *data, size_t max, size_t unit)
{
    struct bytes field = cursor_field(in, max);
    if (field.len % unit != 0)
        in->failed = true;
    if (in->failed || field.len == 0)
        return 0;
    memcpy(data, field.data, field.len);
    return field.len / unit;
}

static enum hufu_err decode(struct device_record *record, struct bytes encoded)
{
    struct cursor in;
    cursor_init(&in, encoded);
    struct bytes magic = cursor_field(&in, strlen(MAGIC));
    bool is_before = bytes_equal_text(magic, MAGIC_BEFORE);
    if (!is_before && !bytes_equal_text(magic, MAGIC))
        return HUFU_ERR_FORM;
    take_text(&in, record->url, sizeof(record->url));
    record->has_tls_pin = take_optional(&in, record->tls_pin, sizeof(record->tls_pin));
    cursor_field_copy(&in, record->identity_hash, sizeof(record->identity_hash));
    record->has_code = take_optional(&in, record->code, sizeof(record->code));
    cursor_field_copy(&in, record->redeemed, sizeof(record->redeemed));
    record->device_handle_len = take_up_to(&in, record->device_handle, sizeof(record->device_handle), 1);
    cursor_field_copy(&in, record->device_key, sizeof(record->device_key));
    take_text(&in, record->session_token, sizeof(record->session_token));
    record->session_expires_ms = cursor_field_u64(&in);
    take_text(&in, record->project_name, sizeof(record->project_name));
    take_text(&in, record->account_name, sizeof(record->account_name));
    take_text(&in, record->work_number, sizeof(record->work_number));
    cursor_field_copy(&in, record->account.bytes, HUFU_ID_SIZE);
    cursor_field_copy(&in, record->device.bytes, HUFU_ID_SIZE);
    record->clock_offset_ms = (int64_t)cursor_field_u64(&in);
    record->key_count = take_up_to(&in, record->keys, sizeof(record->keys), sizeof(record->keys[0]));
    if (!is_before)
        cursor_field_copy(&in, record->project.bytes, HUFU_ID_SIZE);
    return cursor_finish(&in);
}

enum hufu_result device_record_load(struct device_record *record, const struct hufu_storage *storage)
{
    *record = (struct device_record){0};
    __attribute__((cleanup(stored_wipe))) struct stored stored = {{0}};
    size_t len = 0;
    enum hufu_result result =
        storage->get(storage->context, DEVICE_RECORD_NAME, stored.bytes, sizeof(stored.bytes), &len);
    if (result)
        return result;
    if (decode(record, bytes_of(stored.bytes, len))) {
        device_record_wipe(record);
        return HUFU_RESULT_DAMAGED;
    }
    return HUFU_RESULT_OK;
}

enum hufu_result device_record_store(const struct device_record *record, const struct hufu_storage *storage)
{
    __attribute__((cleanup(stored_wipe))) struct stored stored = {{0}};
    struct buf out;
    buf_init(&out, stored.bytes, sizeof(stored.bytes));
    encode(&out, record);
    if (buf_finish(&out))
        return HUFU_RESULT_INTERNAL;
    return storage->put(storage->context, DEVICE_RECORD_NAME, out.data, out.len);
}
