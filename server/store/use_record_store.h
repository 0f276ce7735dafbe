/* SPDX-License-Identifier: Apache-2.0 */
/* What an account's devices did, and what authorized users did with its keys, out of the audit trail: each attempt, whatever came of
 * it. */
#ifndef HUFU_SERVER_STORE_USE_RECORD_STORE_H
#define HUFU_SERVER_STORE_USE_RECORD_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/account_store.h"
#include "server/store/audit_store.h"
#include "server/store/device_store.h"
#include "server/store/session_store.h"
#include "server/store/store.h"

#define USE_RECORD_PAGE_MAX 200
#define USE_DATE_SIZE 11 /* 2026-01-02 and the final NUL */

/* Days of a time zone, the last one included. */
struct use_period {
    char from[USE_DATE_SIZE], to[USE_DATE_SIZE];
    int64_t since_us, until_us; /* Unix µs; until is exclusive */
};
/* Of these days, which are dates; NULL: today. */
enum hufu_err use_period_read(struct store *store, const char *time_zone, const char *from, const char *to,
                              struct use_period *out) HUFU_MUST_CHECK;

/* Whether the device is its account's primary one. */
enum hufu_err use_is_primary(struct store *store, const uint8_t device_id[UUID_SIZE],
                             bool *primary) HUFU_MUST_CHECK;

struct use_record {
    uint64_t at_ms;
    int64_t at_us; /* the cursor's part */
    uint8_t event_id[UUID_SIZE];
    char operation[AUDIT_WORD_MAX + 1];
    char outcome[AUDIT_WORD_MAX + 1]; /* "ok", or the slug of the refusal */
    bool has_device, has_key, has_count;
    uint8_t device_id[UUID_SIZE], key_id[UUID_SIZE];
    char device_name[DEVICE_TEXT_MAX + 1];         /* "": none */
    char application[SESSION_APPLICATION_MAX + 1]; /* "": it was in no session */
    int64_t count;                                 /* digests or points */
    char person_name[ACCOUNT_NAME_MAX + 1]; /* of the authorized user who did it; "": the account itself */
    char work_number[ACCOUNT_WORK_NUMBER_MAX + 1];
};

struct use_query {
    const uint8_t *account_id;
    int64_t since_us, until_us;
    int64_t before_us; /* where the last page ended: earlier than these two */
    uint8_t before_id[UUID_SIZE];
    size_t limit; /* at most USE_RECORD_PAGE_MAX */
};
/* The newest first. records needs room for query->limit. */
enum hufu_err use_record_list(struct store *store, const struct use_query *query, struct use_record *records,
                              size_t *count) HUFU_MUST_CHECK;

#endif
