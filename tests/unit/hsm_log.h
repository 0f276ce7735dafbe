/* SPDX-License-Identifier: Apache-2.0 */
/* A destruction log of a test's own, as the database would have it, and its way to a room or process. */
#ifndef HUFU_TESTS_HSM_LOG_H
#define HUFU_TESTS_HSM_LOG_H

#include "common/destruction.h"
#include "tests/unit/hsm_room.h"

#define HSM_LOG_MAX 64

/* Each order, and the head behind it; heads[0] is the beginning. */
struct hsm_log {
    struct destruction_head heads[HSM_LOG_MAX + 1];
    uint8_t orders[HSM_LOG_MAX][DESTRUCTION_ORDER_SIZE];
    size_t count;
};

void hsm_log_order(uint8_t order[DESTRUCTION_ORDER_SIZE], const uint8_t binding[FRAME_ID_SIZE],
                   uint32_t least);
void hsm_log_append(struct hsm_log *log, const uint8_t binding[FRAME_ID_SIZE], uint32_t least);
/* Destroys some binding that there is not. */
void hsm_log_append_any(struct hsm_log *log);
/* Sends the orders from + 1 … to, as one message; the error of the reply. */
enum hufu_err hsm_log_feed(struct hsm_room *room, const struct hsm_log *log, size_t from, size_t to);

/* What destruction/state says. */
struct hsm_log_position {
    uint64_t own, token;
    uint32_t behind;
};
struct hsm_log_position hsm_log_position(struct hsm_room *room);
void hsm_log_assert_position(struct hsm_room *room, uint64_t own, uint64_t token, bool behind);

#endif
