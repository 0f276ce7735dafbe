/* SPDX-License-Identifier: Apache-2.0 */
/* A half of a key for another device, played against a running service (docs/protocol.md §5): the phone asks, the one that has the
 * key hands over, the phone refreshes. */
#ifndef HUFU_TESTS_PHONE_HANDOVER_H
#define HUFU_TESTS_PHONE_HANDOVER_H

#include "tests/client/phone.h"

/* Who hands over: the holder's primary, with its key. policy: empty for another device of the holder. All borrowed. */
struct phone_giver {
    struct phone *phone;
    const struct phone_key *key;
    struct bytes policy;
};

/* Each gives HUFU_ERR_STATE where the service refuses; the problem is on standard error then. */

/* path: where a binding is asked for ("/v1/keys/{id}/bindings", or an authorization's). key gets the half of generation 1, usable.
 * handed_over gets that of generation 0, which the giver made and knows, and which no honest phone keeps. */
enum hufu_err phone_take_over(struct phone *phone, struct phone_key *key,
                              struct cosign_device_half *handed_over, const char *path,
                              const struct phone_giver *giver) HUFU_MUST_CHECK;
/* New halves: a refresh and the first use of it. */
enum hufu_err phone_key_refresh(struct phone *phone, struct phone_key *key) HUFU_MUST_CHECK;
/* Posts, as phone_post does; the sealed answer goes to sealed. */
enum hufu_err phone_exchange(struct phone *phone, const struct phone_key *key, const char *resource,
                             const struct device_request *request, struct buf *sealed) HUFU_MUST_CHECK;

#endif
