/* SPDX-License-Identifier: Apache-2.0 */
/* The box keys of the private-key process (docs/protocol.md §7), which it forgets when it ends: kept sealed in the database,
 * loaded again by every connection. */
#ifndef HUFU_SERVER_CORE_SERVICE_KEY_H
#define HUFU_SERVER_CORE_SERVICE_KEY_H

#include "common/err.h"
#include "common/service_text.h"
#include "server/hsmc/hsmc.h"
#include "server/store/service_key_store.h"
#include "server/worker.h"

/* A key is used for a week; while the next one takes over it serves for one day more. */
#define SERVICE_KEY_DAYS 8
#define SERVICE_KEY_OVERLAP_DAYS 1
/* A new key is told to devices only when every server has had time to load it. */
#define SERVICE_KEY_LEAD_MS 600000

/* Sees to it that there is a box key that lasts, tells all connections which there are, and loads them. At start, and each
 * minute. */
enum hufu_err service_key_maintain(struct worker *worker) HUFU_MUST_CHECK;

/* What GET /v1/service tells. */
#define SERVICE_CAS_MAX 3
struct service_description {
    uint64_t time_ms; /* hufu-hsm's clock, which judges frames */
    uint8_t identity_key[HSMC_POINT_SIZE];
    struct service_key key;
    const char *cas[SERVICE_CAS_MAX];
    size_t ca_count;
};
/* HUFU_ERR_AWAY also when there is no box key yet. */
enum hufu_err service_describe(struct worker *worker, struct service_description *out) HUFU_MUST_CHECK;

/* Where devices find this service, and what it shows them there; asks the private-key process for its identity key. */
enum hufu_err service_locate(struct worker *worker, struct service_address *out) HUFU_MUST_CHECK;

/* The names a CA can have; ended by NULL. */
extern const char *const service_ca_names[SERVICE_CAS_MAX + 1];

#endif
