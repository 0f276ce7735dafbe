/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: inserted and read, never changed. */
#ifndef HUFU_SERVER_STORE_AUDIT_STORE_H
#define HUFU_SERVER_STORE_AUDIT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/store/store.h"

#define AUDIT_ACTOR_MAX 32
#define AUDIT_WORD_MAX 48
#define AUDIT_DETAIL_MAX 200
#define AUDIT_PAGE_MAX 500

/* What is NULL stays null. Everything is borrowed. */
struct audit_entry {
    const uint8_t *project_id;
    const char *actor;   /* "device", "anonymous", "operator:<uid>", "service" */
    const char *action;  /* "sm2/sign", "account.suspend", … */
    const char *outcome; /* "ok", or the slug of the refusal */
    const uint8_t *account_id, *device_id, *key_id, *binding_id, *request_id, *session_id;
    const uint8_t *party_id;  /* the other of the two accounts of an authorization */
    const uint8_t *target_id; /* the device it was done to, where device_id is the one that did it */
    const char *trace;
    const char *detail;
};

/* In the transaction in hand, or as one of its own. */
enum hufu_err audit_insert(struct store *store, const struct audit_entry *entry) HUFU_MUST_CHECK;

struct audit_event {
    uint64_t at_ms;
    int64_t at_us; /* Unix µs: the cursor's part */
    uint8_t event_id[UUID_SIZE];
    uint8_t project_id[UUID_SIZE];
    char actor[AUDIT_ACTOR_MAX + 1];
    char action[AUDIT_WORD_MAX + 1];
    char outcome[AUDIT_WORD_MAX + 1];
    bool has_account, has_party, has_device, has_target, has_key, has_binding, has_request, has_count;
    uint8_t account_id[UUID_SIZE], party_id[UUID_SIZE], device_id[UUID_SIZE], target_id[UUID_SIZE],
        key_id[UUID_SIZE], binding_id[UUID_SIZE], request_id[UUID_SIZE];
    int64_t generation, count; /* with has_count */
    char trace[AUDIT_WORD_MAX + 1];
    char detail[AUDIT_DETAIL_MAX + 1];
};

/* NULL: not restricted by it. after_us and after_id: where the last page ended (0 and zeros: from the beginning). */
struct audit_query {
    const uint8_t *project_id;
    const uint8_t *account_id;
    bool newest_first; /* pages go back in time; after is then "before" (INT64_MAX: from the end) */
    int64_t after_us;
    uint8_t after_id[UUID_SIZE];
    size_t limit; /* at most AUDIT_PAGE_MAX */
};
/* events needs room for query->limit. An event whose transaction commits while later ones are already being read can be
 * missed by a reader that goes forward; the table lacks nothing. */
enum hufu_err audit_list(struct store *store, const struct audit_query *query, struct audit_event *events,
                         size_t *count) HUFU_MUST_CHECK;

#endif
