/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/record.h"

#include <string.h>

#include "common/secret.h"

struct kind_form {
    const char *name;
    const char *algorithm;
};

static const struct kind_form kinds[] = {
    [RECORD_PENDING] = {"pending", "sm2"},
    [RECORD_BINDING] = {"binding", "sm2"},
    [RECORD_CA] = {"ca", "sm2"},
    [RECORD_SERVICE] = {"service", "x25519"},
    [RECORD_DATA] = {"data", "xchacha20-poly1305"},
};

enum hufu_err record_place_encode(struct buf *out, const struct record_place *place,
                                  const uint8_t sealing_key_id[16])
{
    buf_put_field_text(out, "hufu/record");
    buf_put_field_text(out, kinds[place->kind].name);
    buf_put_field_u32(out, RECORD_VERSION);
    buf_put_field_text(out, kinds[place->kind].algorithm);
    buf_put_field(out, sealing_key_id, 16);
    buf_put_field(out, place->project, sizeof(place->project));
    buf_put_field(out, place->key, sizeof(place->key));
    buf_put_field(out, place->binding, sizeof(place->binding));
    buf_put_field_u32(out, place->generation);
    return buf_finish(out);
}

static bool is_one_operation(uint32_t operations)
{
    return operations == FRAME_ALLOW_SIGN || operations == FRAME_ALLOW_DECRYPT;
}

static void read_identity(struct cursor *c, struct record_identity *identity)
{
    struct bytes field = cursor_field(c, sizeof(identity->data));
    if (field.len > 0)
        memcpy(identity->data, field.data, field.len);
    identity->len = (uint32_t)field.len;
}

/* The policy as it was signed, and behind it the number; empty: none. */
#define POLICY_FIELD_SIZE (FRAME_POLICY_SIZE + 8)

static enum hufu_err encode_policy(struct buf *out, const struct record_binding *record)
{
    size_t mark = buf_field_begin(out);
    enum hufu_err err = record->has_policy ? frame_policy_encode(out, &record->policy) : HUFU_OK;
    if (record->has_policy)
        buf_put_field_u32(out, record->policy_number);
    buf_field_end(out, mark);
    return err;
}

static bool parse_policy(struct record_binding *record, struct bytes field)
{
    struct cursor c;
    record->has_policy = field.len > 0;
    if (!record->has_policy)
        return true;
    if (field.len != POLICY_FIELD_SIZE)
        return false;
    cursor_init(&c, bytes_of(field.data + FRAME_POLICY_SIZE, field.len - FRAME_POLICY_SIZE));
    record->policy_number = cursor_field_u32(&c);
    return !cursor_finish(&c) &&
           !frame_policy_parse(&record->policy, bytes_of(field.data, FRAME_POLICY_SIZE));
}

enum hufu_err record_binding_encode(struct buf *out, const struct record_binding *record)
{
    buf_put_field(out, record->half.b, sizeof(record->half.b));
    buf_put_field(out, record->half.A, sizeof(record->half.A));
    buf_put_field(out, record->half.P, sizeof(record->half.P));
    buf_put_field(out, record->device_key, sizeof(record->device_key));
    buf_put_field_u32(out, (uint32_t)record->role);
    buf_put_field_u32(out, record->operations);
    buf_put_field_u32(out, record->must_refresh);
    enum hufu_err err = encode_policy(out, record);
    buf_put_field(out, record->identity.data, record->identity.len);
    buf_put_field_u64(out, record->sealed_ms);
    return err ? err : buf_finish(out);
}

static bool parse_binding(struct record_binding *record, struct bytes plain)
{
    struct cursor c;
    cursor_init(&c, plain);
    cursor_field_copy(&c, record->half.b, sizeof(record->half.b));
    cursor_field_copy(&c, record->half.A, sizeof(record->half.A));
    cursor_field_copy(&c, record->half.P, sizeof(record->half.P));
    cursor_field_copy(&c, record->device_key, sizeof(record->device_key));
    uint32_t role = cursor_field_u32(&c);
    record->operations = cursor_field_u32(&c);
    uint32_t must_refresh = cursor_field_u32(&c);
    struct bytes policy = cursor_field(&c, POLICY_FIELD_SIZE);
    read_identity(&c, &record->identity);
    record->sealed_ms = cursor_field_u64(&c);
    if (cursor_finish(&c) || role >= RECORD_ROLE_COUNT || must_refresh > 1)
        return false;
    record->role = (enum record_role)role;
    record->must_refresh = must_refresh;
    if (!parse_policy(record, policy))
        return false;
    /* An authorized device without a policy would be a holder's. */
    return is_one_operation(record->operations) && record->has_policy == (record->role == RECORD_AUTHORIZED);
}

enum hufu_err record_binding_parse(struct record_binding *record, struct bytes plain)
{
    memset(record, 0, sizeof(*record));
    if (parse_binding(record, plain))
        return HUFU_OK;
    secret_wipe(record, sizeof(*record));
    return HUFU_ERR_RECORD;
}

enum hufu_err record_pending_encode(struct buf *out, const struct record_pending *record)
{
    buf_put_field(out, record->b, sizeof(record->b));
    buf_put_field(out, record->com, sizeof(record->com));
    buf_put_field(out, record->head, record->head_len);
    buf_put_field(out, record->device_key, sizeof(record->device_key));
    buf_put_field_u32(out, record->operations);
    buf_put_field(out, record->identity.data, record->identity.len);
    buf_put_field_u64(out, record->sealed_ms);
    return buf_finish(out);
}

static bool parse_pending(struct record_pending *record, struct bytes plain)
{
    struct cursor c;
    cursor_init(&c, plain);
    cursor_field_copy(&c, record->b, sizeof(record->b));
    cursor_field_copy(&c, record->com, sizeof(record->com));
    struct bytes head = cursor_field(&c, sizeof(record->head));
    cursor_field_copy(&c, record->device_key, sizeof(record->device_key));
    record->operations = cursor_field_u32(&c);
    read_identity(&c, &record->identity);
    record->sealed_ms = cursor_field_u64(&c);
    if (cursor_finish(&c) || head.len == 0)
        return false;
    memcpy(record->head, head.data, head.len);
    record->head_len = (uint32_t)head.len;
    return is_one_operation(record->operations);
}

enum hufu_err record_pending_parse(struct record_pending *record, struct bytes plain)
{
    memset(record, 0, sizeof(*record));
    if (parse_pending(record, plain))
        return HUFU_OK;
    secret_wipe(record, sizeof(*record));
    return HUFU_ERR_RECORD;
}

enum hufu_err record_service_encode(struct buf *out, const struct record_service *record)
{
    buf_put_field(out, record->private_key, sizeof(record->private_key));
    buf_put_field_u64(out, record->from_ms);
    buf_put_field_u64(out, record->until_ms);
    return buf_finish(out);
}

enum hufu_err record_service_parse(struct record_service *record, struct bytes plain)
{
    struct cursor c;
    cursor_init(&c, plain);
    cursor_field_copy(&c, record->private_key, sizeof(record->private_key));
    record->from_ms = cursor_field_u64(&c);
    record->until_ms = cursor_field_u64(&c);
    if (!cursor_finish(&c) && record->from_ms < record->until_ms)
        return HUFU_OK;
    secret_wipe(record, sizeof(*record));
    return HUFU_ERR_RECORD;
}

enum hufu_err record_ca_encode(struct buf *out, const struct record_ca *record)
{
    buf_put_field(out, record->private_key, sizeof(record->private_key));
    buf_put_field(out, record->public_key, sizeof(record->public_key));
    return buf_finish(out);
}

enum hufu_err record_ca_parse(struct record_ca *record, struct bytes plain)
{
    struct cursor c;
    cursor_init(&c, plain);
    cursor_field_copy(&c, record->private_key, sizeof(record->private_key));
    cursor_field_copy(&c, record->public_key, sizeof(record->public_key));
    if (!cursor_finish(&c))
        return HUFU_OK;
    record_ca_wipe(record);
    return HUFU_ERR_RECORD;
}

enum hufu_err record_data_encode(struct buf *out, const struct record_data *record)
{
    buf_put_field(out, record->key, sizeof(record->key));
    return buf_finish(out);
}

enum hufu_err record_data_parse(struct record_data *record, struct bytes plain)
{
    struct cursor c;
    cursor_init(&c, plain);
    cursor_field_copy(&c, record->key, sizeof(record->key));
    if (!cursor_finish(&c))
        return HUFU_OK;
    secret_wipe(record, sizeof(*record));
    return HUFU_ERR_RECORD;
}

void record_ca_wipe(struct record_ca *record)
{
    secret_wipe(record, sizeof(*record));
}
