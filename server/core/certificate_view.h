/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate as its holder looks at it: the personal parts of the subject are masked until the session has authenticated,
 * for whoever looks over a shoulder, or holds somebody else's unlocked phone. */
#ifndef HUFU_SERVER_CORE_CERTIFICATE_VIEW_H
#define HUFU_SERVER_CORE_CERTIFICATE_VIEW_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/subject.h"
#include "server/store/certificate_store.h"
#include "server/worker.h"

struct certificate_view {
    char ca[CERTIFICATE_CA_MAX + 1];
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    uint64_t not_before_ms, not_after_ms;
    bool masked; /* the personal parts are */
    size_t count;
    struct subject_part parts[SUBJECT_PARTS_MAX];
};

/* Of the key's newest valid certificate. Refusal: not found. */
enum hufu_err certificate_look(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                               struct certificate_view *out) HUFU_MUST_CHECK;

/* "李**", "W****7": the first character, of more than three the last as well; in place of each other one a star, at most
 * eight. UTF-8. */
void certificate_mask(char *out, size_t size, const char *value);

#endif
