/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/authorization_store.h"

#include <string.h>

#include "server/store/connection.h"

const char *const authorization_state_names[AUTHORIZATION_STATE_COUNT] = {
    [AUTHORIZATION_PENDING] = "pending", [AUTHORIZATION_AWAITING_DEVICE] = "awaiting_device",
    [AUTHORIZATION_ACTIVE] = "active",   [AUTHORIZATION_FROZEN] = "frozen",
    [AUTHORIZATION_EXPIRED] = "expired", [AUTHORIZATION_DELETED] = "deleted",
};
const char *const authorization_end_names[AUTHORIZATION_END_COUNT] = {
    [AUTHORIZATION_GOES_ON] = "",
    [AUTHORIZATION_WINDOW_OVER] = "window",
    [AUTHORIZATION_USED_UP] = "uses",
    [AUTHORIZATION_WAS_REFUSED] = "refused",
    [AUTHORIZATION_WAS_DELETED] = "deleted",
    [AUTHORIZATION_LOST_KEY] = "key",
};
const char *const authorization_party_names[PARTY_COUNT + 1] = {
    [PARTY_HOLDER] = "holder",
    [PARTY_AUTHORIZED] = "authorized",
};
static const char *const agreement_names[AGREEMENT_COUNT] = {
    [AGREEMENT_PENDING] = "pending",
    [AGREEMENT_CONFIRMED] = "confirmed",
    [AGREEMENT_FROZEN] = "frozen",
    [AGREEMENT_DELETED] = "deleted",
};

static const struct statement authorization_insert_statement = {
    .name = "authorization_insert",
    .sql = "insert into delegation (project_id, authorization_id, holder_id, authorized_id, begun_by, named, "
           "usage,"
           " operations, valid_from, valid_until, uses, uses_left, reason, remark, key_id, state)"
           " values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::text, $8::int8,"
           " $9::timestamptz, $10::timestamptz, $11::int8, nullif($11::int8, 0), $12::text, $13::text,"
           " $14::uuid, 'pending')",
};

/* Confirmed or frozen ones end by the clock and by their uses, which the binding counts while there is one. */
#define AUTHORIZATION_LEFT "case when b.binding_id is not null then b.uses_left else a.uses_left end"
#define AUTHORIZATION_OVER \
    "a.state in ('confirmed', 'frozen') and (a.valid_until <= moment or " AUTHORIZATION_LEFT " = 0)"
#define AUTHORIZATION_STATE                                                                    \
    "case when " AUTHORIZATION_OVER " then 'expired' when a.state <> 'confirmed' then a.state" \
    " when b.state in ('active', 'frozen') and a.sealed_until > moment then 'active' else "    \
    "'awaiting_device' end"
#define AUTHORIZATION_END                                                                                   \
    "case when " AUTHORIZATION_OVER " then case when a.valid_until <= moment then 'window' else 'uses' end" \
    " else coalesce(a.ended, '') end"
#define AUTHORIZATION_PERSON(person)                                                                   \
    person ".account_id, coalesce(" person ".name, ''), coalesce(" person ".work_number, ''), " person \
           ".mobile_sealed"
#define AUTHORIZATION_COLUMNS                                                                         \
    "select a.project_id, a.authorization_id, a.state, " AUTHORIZATION_STATE ", " AUTHORIZATION_END   \
    ", a.begun_by, a.named, " AUTHORIZATION_PERSON("h") ", " AUTHORIZATION_PERSON(                    \
        "u") ", a.usage, a.operations, a.valid_from, a.valid_until, a.uses, " AUTHORIZATION_LEFT      \
             ", coalesce(a.reason, ''), coalesce(a.remark, ''), a.key_id, b.binding_id, b.device_id," \
             " coalesce(b.state::text, 'waiting'),"                                                   \
             " a.sealed_from is not null,"                                                            \
             " coalesce(a.state in ('confirmed', 'frozen') and (a.valid_from < a.sealed_from or"      \
             "  a.valid_until > a.sealed_until), false), a.created_at, a.state_changed_at, moment"    \
             " from delegation a cross join (select clock_timestamp() as moment) now"                 \
             " left join binding b on b.project_id = a.project_id and b.binding_id = a.binding_id"    \
             " left join account h on h.project_id = a.project_id and h.account_id = a.holder_id"     \
             " left join account u on u.project_id = a.project_id and u.account_id = a.authorized_id"
#define AUTHORIZATION_PAGE " and a.authorization_id > $2::uuid order by a.authorization_id limit $3::int4"

static const struct statement authorization_read_statement = {
    .name = "authorization_read",
    .sql = AUTHORIZATION_COLUMNS " where a.authorization_id = $1::uuid",
    .repeatable = true,
};
static const struct statement authorization_list_of_holder = {
    .name = "authorization_list_of_holder",
    .sql = AUTHORIZATION_COLUMNS " where a.holder_id = $1::uuid" AUTHORIZATION_PAGE,
    .repeatable = true,
};
static const struct statement authorization_list_of_authorized = {
    .name = "authorization_list_of_authorized",
    .sql = AUTHORIZATION_COLUMNS " where a.authorized_id = $1::uuid" AUTHORIZATION_PAGE,
    .repeatable = true,
};
static const struct statement authorization_list_of_project = {
    .name = "authorization_list_of_project",
    .sql = AUTHORIZATION_COLUMNS " where " STORE_OF_PROJECT_AFTER(
        "a.project_id", "a.authorization_id") " order by a.project_id, a.authorization_id limit $3::int4",
    .repeatable = true,
};
static const struct statement authorization_list_all = {
    .name = "authorization_list_all",
    .sql = AUTHORIZATION_COLUMNS " where $1::uuid is null" AUTHORIZATION_PAGE,
    .repeatable = true,
};
static const struct statement authorization_count_statement = {
    .name = "authorization_count",
    .sql = "select count(*) from delegation where holder_id = $1::uuid and state in ('confirmed', 'frozen')",
};
static const struct statement authorization_next_of_key_statement = {
    .name = "authorization_next_of_key",
    .sql = "select authorization_id from delegation where holder_id = $1::uuid and key_id = $2::uuid"
           " and state in ('confirmed', 'frozen') order by authorization_id limit 1",
};
static const struct statement authorization_set_agreement_statement = {
    .name = "authorization_set_agreement",
    .sql =
        "update delegation set state = $3::text, ended = nullif($4::text, ''), key_id = coalesce($5::uuid, "
        "key_id),"
        " state_changed_at = clock_timestamp() where project_id = $1::uuid and authorization_id = $2::uuid",
};
static const struct statement authorization_freeze_statement = {
    .name = "authorization_freeze_binding",
    .sql = "update binding set authorization_frozen = $3::bool where project_id = $1::uuid and binding_id = "
           "$2::uuid",
};
/* What was told of a window, or of uses, that are not changed is not told again. */
static const struct statement authorization_set_terms_statement = {
    .name = "authorization_set_terms",
    .sql =
        "update delegation set valid_from = $3::timestamptz, valid_until = $4::timestamptz, uses = $5::int8,"
        " uses_left = nullif($6::int8, -1), told_end = told_end and valid_from = $3 and valid_until = $4,"
        " told_uses = told_uses and not $7::bool"
        " where project_id = $1::uuid and authorization_id = $2::uuid",
};
/* So few uses are told of; null: that was done. */
#define AUTHORIZATION_LOW "case when not a.told_uses then greatest(1, a.uses / 10) end"
/* As far as the sealed window reaches; nothing was sealed where that is null. */
#define AUTHORIZATION_TO_BINDING                                               \
    "update binding b set valid_from = greatest(a.valid_from, a.sealed_from)," \
    " valid_until = least(a.valid_until, a.sealed_until)"
static const struct statement authorization_set_binding_statement = {
    .name = "authorization_set_binding",
    .sql = AUTHORIZATION_TO_BINDING
    ", uses_left = a.uses_left, authorization_uses_low = " AUTHORIZATION_LOW " from delegation a"
    " where a.authorization_id = $1::uuid and b.project_id = a.project_id and b.binding_id = a.binding_id",
};
static const struct statement authorization_find_keys_statement = {
    .name = "authorization_find_keys",
    .sql = "select k.key_id from key k where k.account_id = $1::uuid and k.usage = $2::text"
           " and ($3::uuid is null or k.key_id = $3) and " KEY_TO_HAND_OVER " order by k.key_id limit 2",
    .repeatable = true,
};
static const struct statement authorization_insert_binding = {
    .name = "authorization_insert_binding",
    .sql = "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
           "account_state,"
           " key_state, handover_until, authorization_id, authorization_operations, valid_from, valid_until, "
           "uses_left, authorization_uses_low)"
           " select a.project_id, $3::uuid, k.key_id, $2::uuid, k.account_id, 'authorized', 'waiting', "
           "h.state, k.state,"
           " clock_timestamp() + make_interval(hours => $4::int4), a.authorization_id, a.operations, "
           "a.valid_from,"
           " a.valid_until, a.uses_left, " AUTHORIZATION_LOW " from delegation a"
           " join key k on k.project_id = a.project_id and k.key_id = a.key_id"
           " join account h on h.project_id = a.project_id and h.account_id = a.holder_id"
           " where a.authorization_id = $1::uuid and " KEY_TO_HAND_OVER,
};
static const struct statement authorization_set_binding_id = {
    .name = "authorization_set_binding_id",
    .sql = "update delegation set binding_id = $2::uuid where authorization_id = $1::uuid",
};
static const struct statement authorization_unbind_statement = {
    .name = "authorization_unbind",
    .sql = "update delegation a set binding_id = null, sealed_from = null, sealed_until = null,"
           " uses_left = b.uses_left from binding b"
           " where b.project_id = $1::uuid and b.binding_id = $2::uuid and a.binding_id = b.binding_id",
};
static const struct statement authorization_seal_statement = {
    .name = "authorization_seal",
    .sql = "update delegation set sealed_from = valid_from, sealed_until = valid_until"
           " where binding_id = $1::uuid and authorization_id = $2::uuid and state in ('confirmed', 'frozen')"
           " and valid_from = $3::timestamptz and valid_until = $4::timestamptz and uses = $5::int8",
};
static const struct statement authorization_set_window_statement = {
    .name = "authorization_set_window",
    .sql = AUTHORIZATION_TO_BINDING " from delegation a where b.binding_id = $1::uuid"
                                    " and a.binding_id = b.binding_id",
};
static const struct statement authorization_read_record_statement = {
    .name = "authorization_read_record",
    .sql =
        "select authorization_id, generation, policy_number, record from binding where binding_id = $1::uuid"
        " and authorization_id is not null and state in ('active', 'frozen')",
    .repeatable = true,
};
static const struct statement authorization_put_record_statement = {
    .name = "authorization_put_record",
    .sql = "update binding set record = $4::bytea, next_record = null, next_request_time = null,"
           " policy_number = policy_number + 1 where binding_id = $1::uuid and generation = $2::int8"
           " and policy_number = $3::int4 and state in ('active', 'frozen')",
};
static const struct statement authorization_search_statement = {
    .name = "authorization_search",
    .sql = "select account_id, name, work_number, coalesce(organization, '') from account where project_id = "
           "$1::uuid"
           " and state = 'active' and name_pairs(name) @> name_pairs($2::text)"
           " and strpos(lower(name), lower($2)) > 0 and account_id <> $3::uuid"
           " order by strpos(lower(name), lower($2)), name, account_id limit $4::int4",
    .repeatable = true,
};

enum hufu_err authorization_insert(struct store *store, const struct authorization_new *made)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, made->project_id);
    parameter_uuid(&parameters, made->authorization_id);
    parameter_uuid(&parameters, made->holder_id);
    parameter_uuid(&parameters, made->authorized_id);
    parameter_text(&parameters, authorization_party_names[made->begun_by]);
    parameter_text(&parameters, made->named);
    parameter_text(&parameters, key_usage_names[made->usage]);
    parameter_i64(&parameters, made->operations);
    parameter_time(&parameters, made->terms.from_ms);
    parameter_time(&parameters, made->terms.until_ms);
    parameter_i64(&parameters, made->terms.uses);
    parameter_text(&parameters, made->reason);
    parameter_text(&parameters, made->remark);
    parameter_uuid(&parameters, made->key_id);
    return store_change(store, &authorization_insert_statement, &parameters, NULL);
}

static void authorization_fill_person(struct row *row, struct authorization_person *out)
{
    struct buf mobile;
    out->there = row_optional_uuid(row, out->account_id);
    row_text(row, out->name, sizeof out->name);
    row_text(row, out->work_number, sizeof out->work_number);
    buf_init(&mobile, out->mobile.data, sizeof out->mobile.data);
    row_append(row, &mobile);
    out->mobile.len = mobile.len;
}

static enum hufu_err authorization_fill(struct row *row, struct authorization *out)
{
    *out = (struct authorization){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->authorization_id);
    out->agreement = (enum authorization_agreement)row_name(row, agreement_names, AGREEMENT_COUNT);
    out->state =
        (enum authorization_state)row_name(row, authorization_state_names, AUTHORIZATION_STATE_COUNT);
    out->end = (enum authorization_end)row_name(row, authorization_end_names, AUTHORIZATION_END_COUNT);
    out->begun_by = (enum authorization_party)row_name(row, authorization_party_names, PARTY_COUNT);
    row_text(row, out->named, sizeof out->named);
    authorization_fill_person(row, &out->people[PARTY_HOLDER]);
    authorization_fill_person(row, &out->people[PARTY_AUTHORIZED]);
    out->usage = (enum key_usage)row_name(row, key_usage_names, KEY_USAGE_COUNT);
    out->operations = (unsigned)row_i64(row);
    out->terms.from_ms = row_time(row);
    out->terms.until_ms = row_time(row);
    out->terms.uses = row_i64(row);
    out->uses_counted = row_optional_i64(row, &out->uses_left);
    row_text(row, out->reason, sizeof out->reason);
    row_text(row, out->remark, sizeof out->remark);
    out->has_key = row_optional_uuid(row, out->key_id);
    out->has_binding = row_optional_uuid(row, out->binding_id);
    row_optional_uuid(row, out->device_id);
    out->binding_state = (enum binding_state)row_name(row, binding_state_names, BINDING_STATE_COUNT);
    out->sealed = row_bool(row);
    out->policy_due = row_bool(row);
    out->created_ms = row_time(row);
    out->changed_ms = row_time(row);
    out->now_ms = row_time(row);
    return row_finish(row);
}

enum hufu_err authorization_read(struct store *store, const uint8_t authorization_id[UUID_SIZE],
                                 struct authorization *out)
{
    *out = (struct authorization){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authorization_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &authorization_read_statement, &parameters, &rows, &row);
    return err == HUFU_OK ? authorization_fill(&row, out) : err;
}

enum hufu_err authorization_list(struct store *store, const uint8_t *project_id, const uint8_t *account_id,
                                 enum authorization_party party, const uint8_t after[UUID_SIZE], size_t limit,
                                 struct authorization *out, size_t *count)
{
    *count = 0;
    const struct statement *statement =
        project_id != NULL ? &authorization_list_of_project : &authorization_list_all;
    if (account_id != NULL)
        statement = party == PARTY_HOLDER ? &authorization_list_of_holder : &authorization_list_of_authorized;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id != NULL ? account_id : project_id);
    parameter_uuid(&parameters, after);
    parameter_limit(&parameters, limit, AUTHORIZATION_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = authorization_fill(&row, &out[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

enum hufu_err authorization_count(struct store *store, const uint8_t holder_id[UUID_SIZE], int64_t *count)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, holder_id);
    return store_query_i64(store, &authorization_count_statement, &parameters, count);
}

enum hufu_err authorization_next_of_key(struct store *store, const uint8_t holder_id[UUID_SIZE],
                                        const uint8_t key_id[UUID_SIZE], uint8_t authorization_id[UUID_SIZE])
{
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, holder_id);
    parameter_uuid(&parameters, key_id);
    enum hufu_err err =
        store_query_one(store, &authorization_next_of_key_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, authorization_id);
    return row_finish(&row);
}

enum hufu_err authorization_set_agreement(struct store *store, const struct authorization *authorization,
                                          enum authorization_agreement agreement, enum authorization_end end,
                                          const uint8_t *key_id)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authorization->project_id);
    parameter_uuid(&parameters, authorization->authorization_id);
    parameter_text(&parameters, agreement_names[agreement]);
    parameter_text(&parameters, authorization_end_names[end]);
    parameter_uuid(&parameters, key_id);
    return store_change_one(store, &authorization_set_agreement_statement, &parameters);
}

enum hufu_err authorization_freeze_binding(struct store *store, const struct authorization *authorization,
                                           bool frozen)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authorization->project_id);
    parameter_uuid(&parameters, authorization->binding_id);
    parameter_bool(&parameters, frozen);
    return store_change_one(store, &authorization_freeze_statement, &parameters);
}

enum hufu_err authorization_set_terms(struct store *store, const struct authorization *authorization,
                                      const struct authorization_terms *terms, bool count_anew)
{
    int64_t goes_on = authorization->uses_counted ? authorization->uses_left : -1;
    int64_t anew = terms->uses > 0 ? terms->uses : -1;
    struct parameters row = {0}, binding = {0};
    parameter_uuid(&row, authorization->project_id);
    parameter_uuid(&row, authorization->authorization_id);
    parameter_time(&row, terms->from_ms);
    parameter_time(&row, terms->until_ms);
    parameter_i64(&row, terms->uses);
    parameter_i64(&row, count_anew ? anew : goes_on);
    parameter_bool(&row, count_anew);
    parameter_uuid(&binding, authorization->authorization_id);
    enum hufu_err err = store_change_one(store, &authorization_set_terms_statement, &row);
    return err == HUFU_OK ? store_change(store, &authorization_set_binding_statement, &binding, NULL) : err;
}

enum hufu_err authorization_find_keys(struct store *store, const uint8_t holder_id[UUID_SIZE],
                                      enum key_usage usage, const uint8_t *key_id, uint8_t keys[2][UUID_SIZE],
                                      size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, holder_id);
    parameter_text(&parameters, key_usage_names[usage]);
    parameter_uuid(&parameters, key_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &authorization_find_keys_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count && i < 2; i++) {
        struct row row = row_at(&rows, i);
        row_uuid(&row, keys[i]);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

enum hufu_err authorization_bind(struct store *store, const struct authorization *authorization,
                                 const uint8_t device_id[UUID_SIZE], const uint8_t binding_id[UUID_SIZE],
                                 int32_t hours)
{
    uint64_t inserted;
    struct parameters binding = {0}, row = {0};
    parameter_uuid(&binding, authorization->authorization_id);
    parameter_uuid(&binding, device_id);
    parameter_uuid(&binding, binding_id);
    parameter_i32(&binding, hours);
    parameter_uuid(&row, authorization->authorization_id);
    parameter_uuid(&row, binding_id);
    enum hufu_err err = store_change(store, &authorization_insert_binding, &binding, &inserted);
    if (err != HUFU_OK)
        return err;
    return inserted == 0 ? HUFU_ERR_NOT_FOUND : store_change_one(store, &authorization_set_binding_id, &row);
}

enum hufu_err authorization_unbind(struct store *store, const struct binding_entry *entry)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, entry->project_id);
    parameter_uuid(&parameters, entry->binding_id);
    return store_change(store, &authorization_unbind_statement, &parameters, NULL);
}

enum hufu_err authorization_seal(struct store *store, const uint8_t binding_id[UUID_SIZE],
                                 const struct frame_policy *policy)
{
    uint64_t changed;
    struct parameters row = {0}, binding = {0};
    parameter_uuid(&row, binding_id);
    parameter_uuid(&row, policy->authorization_id);
    parameter_time(&row, policy->from_ms);
    parameter_time(&row, policy->until_ms);
    parameter_i64(&row, (int64_t)policy->uses);
    parameter_uuid(&binding, binding_id);
    enum hufu_err err = store_change(store, &authorization_seal_statement, &row, &changed);
    if (err == HUFU_OK && changed == 0)
        return HUFU_ERR_STATE;
    return err == HUFU_OK ? store_change_one(store, &authorization_set_window_statement, &binding) : err;
}

enum hufu_err authorization_read_record(struct store *store, const uint8_t binding_id[UUID_SIZE],
                                        struct authorization_record *out)
{
    struct buf record;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, binding_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    buf_init(&record, out->memory, sizeof out->memory);
    enum hufu_err err =
        store_query_one(store, &authorization_read_record_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->authorization_id);
    out->generation = (uint32_t)row_i32(&row);
    out->policy_number = row_i32(&row);
    row_append(&row, &record);
    out->record = buf_bytes(&record);
    err = row_finish(&row);
    return err == HUFU_OK ? buf_finish(&record) : err;
}

enum hufu_err authorization_put_record(struct store *store, const uint8_t binding_id[UUID_SIZE],
                                       const struct authorization_record *replaced, struct bytes record)
{
    uint64_t changed;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, binding_id);
    parameter_i64(&parameters, replaced->generation);
    parameter_i32(&parameters, replaced->policy_number);
    parameter_bytes(&parameters, record);
    enum hufu_err err = store_change(store, &authorization_put_record_statement, &parameters, &changed);
    return err == HUFU_OK && changed == 0 ? HUFU_ERR_STATE : err;
}

enum hufu_err authorization_search(struct store *store, const uint8_t project_id[UUID_SIZE],
                                   const uint8_t except_id[UUID_SIZE], const char *name,
                                   struct authorization_found found[AUTHORIZATION_FOUND_MAX], size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, name);
    parameter_uuid(&parameters, except_id);
    parameter_i32(&parameters, AUTHORIZATION_FOUND_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &authorization_search_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        row_uuid(&row, found[i].account_id);
        row_text(&row, found[i].name, sizeof found[i].name);
        row_text(&row, found[i].work_number, sizeof found[i].work_number);
        row_text(&row, found[i].organization, sizeof found[i].organization);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
