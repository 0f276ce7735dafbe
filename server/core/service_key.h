/* SPDX-License-Identifier: Apache-2.0 */
/* The box keys of the private-key process (docs/protocol.md §7): that there is always one for devices to use, and that
 * every connection to hufu-hsm loads those still in use. */
#ifndef HUFU_SERVER_CORE_SERVICE_KEY_H
#define HUFU_SERVER_CORE_SERVICE_KEY_H

#include "common/err.h"
#include "server/store/service_key_store.h"

struct worker;

/* How long a new key serves, and how long before its end the next one is made. Devices fetch the newest statement before
 * each use of one that is over, so both serve during the overlap. */
#define SERVICE_KEY_DAYS 30
#define SERVICE_KEY_OVERLAP_DAYS 7

/* Makes a key when none lasts beyond the overlap (of several servers one does), then fills worker->keys and loads what
 * is in it on this worker's connection. HUFU_ERR_AWAY: database or hufu-hsm; nothing was lost, try again. */
enum hufu_err service_key_maintain(struct worker *worker) HUFU_MUST_CHECK;

/* The key that devices are told to use, and the identity key that signed its statement. HUFU_ERR_AWAY also when there is
 * no key yet. */
enum hufu_err service_key_show(struct worker *worker, struct service_key *key,
                               uint8_t identity_key[65]) HUFU_MUST_CHECK;

#endif
