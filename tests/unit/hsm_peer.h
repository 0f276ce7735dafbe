/* SPDX-License-Identifier: Apache-2.0 */
/* A peer at the socket of hufu-hsm that answers as it is told: rightly, wrongly, late or not at all. */
#ifndef HUFU_TESTS_UNIT_HSM_PEER_H
#define HUFU_TESTS_UNIT_HSM_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

/* What happens to one request, in the order of the requests. */
enum peer_act {
    PEER_REPLY,      /* message `reply` */
    PEER_RAW,        /* the bytes of `reply` without a length in front */
    PEER_CLOSE,      /* closes without a reply */
    PEER_SILENT,     /* keeps the connection and says nothing */
    PEER_REPLY_CLOSE /* replies, then closes: the next request finds a dead connection */
};

struct peer_step {
    enum peer_act act;
    struct bytes reply;
};

struct hsm_peer;

/* Serves the steps, over as many connections as it takes, one at a time. The steps are borrowed. */
struct hsm_peer *hsm_peer_start(const struct peer_step *steps, size_t count);
const char *hsm_peer_path(const struct hsm_peer *peer);
/* Ends it; gives back how many requests it got. */
size_t hsm_peer_stop(struct hsm_peer *peer);
/* The operation in the request number index, once it got it. */
const char *hsm_peer_operation(struct hsm_peer *peer, size_t index);
/* The whole of that request. */
struct bytes hsm_peer_request(struct hsm_peer *peer, size_t index);

#endif
