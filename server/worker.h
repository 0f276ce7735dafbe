/* SPDX-License-Identifier: Apache-2.0 */
/* What one worker thread works with. Every handler and every core call gets a worker; nothing in it is shared
 * with another thread but the metrics (atomic), the configuration and what is known of outside services (constant), the key
 * list, the data key and the gates (locked). */
#ifndef HUFU_SERVER_WORKER_H
#define HUFU_SERVER_WORKER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/encoding.h"
#include "common/err.h"

struct store;         /* server/store/store.h: one database connection */
struct hsmc;          /* server/hsmc/hsmc.h: one connection to hufu-hsm */
struct hsmc_keys;     /* server/hsmc/keys.h: the service records that every connection loads */
struct data_key;      /* server/core/data_key.h: under which personal data are kept */
struct exchange;      /* server/adapter/exchange.h: its way to outside services */
struct outside;       /* server/adapter/outside.h: where those are */
struct metrics;       /* server/metrics.h */
struct server_config; /* server/config.h */
struct gate;          /* server/gate.h: who may hash a password */

#define WORKER_PEER_SIZE 16

struct worker {
    struct store *store;
    struct hsmc *hsmc;
    struct hsmc_keys *keys;
    struct data_key *data_key; /* NULL where there are no personal data to be read */
    struct exchange *exchange;
    struct metrics *metrics;
    const struct server_config *config;
    struct gate *hashing;
    /* Where the request in hand came from: an IPv4 address (mapped) or an IPv6 network of 64 bits; zeros: a local socket. */
    uint8_t peer[WORKER_PEER_SIZE];
    /* The id of the request in hand, for logs, audit events and hufu-hsm's log; a courier's: of the notice; "maintenance" in
     * that thread. */
    char trace[UUID_TEXT_SIZE];
};

/* Makes the worker with connections that open themselves when first used: neither database nor hufu-hsm need
 * be there; number spreads the workers over the key processes. Returns NULL without memory. The pointers given are borrowed and must outlive it. */
struct worker *worker_new(const struct server_config *config, struct metrics *metrics, struct hsmc_keys *keys,
                          struct data_key *data_key, struct outside *outside, size_t number);
/* From here on it works for the request with this id (UUID_TEXT_SIZE bytes), which came from this peer (WORKER_PEER_SIZE). */
static inline void worker_take_up(struct worker *worker, const char *trace, const uint8_t *peer)
{
    memcpy(worker->trace, trace, sizeof worker->trace);
    memcpy(worker->peer, peer, sizeof worker->peer);
}
/* Opens both connections, if what is at their other ends is there. */
void worker_prepare(struct worker *worker);
void worker_free(struct worker *worker);

#endif
