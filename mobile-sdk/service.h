/* SPDX-License-Identifier: Apache-2.0 */
/* Who the service is: its identity key, and the statement in which that key names the box key (§7). */
#ifndef HUFU_SDK_SERVICE_H
#define HUFU_SDK_SERVICE_H

#include "common/service_text.h"
#include "mobile-sdk/handle.h"

/* Takes over, in memory, where the service is and what it must show there. */
void service_take_address(struct hufu *hufu, const struct service_address *service);
/* Whether the record has this service, at this address and with this pin: what only changed them would lead its session elsewhere. */
bool service_is_same(const struct device_record *device, const struct service_address *service);

/* Fetches and checks the statement; the service's version and time are optional outputs. HUFU_RESULT_IDENTITY: the
 * identity key is not the one that the record names, or did not sign the statement, or the statement is not valid
 * today. */
enum hufu_result service_fetch(struct hufu *hufu, struct hufu_service_status *status) HUFU_CHECKED;

/* The box key to use now: the one known, unless it is time to ask again. */
enum hufu_result service_box_key(struct hufu *hufu, uint8_t H_k[FRAME_X25519_SIZE]) HUFU_CHECKED;

#endif
