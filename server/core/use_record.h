/* SPDX-License-Identifier: Apache-2.0 */
/* Use records: what the devices of an account attempted, and what came of it. */
#ifndef HUFU_SERVER_CORE_USE_RECORD_H
#define HUFU_SERVER_CORE_USE_RECORD_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/store/use_record_store.h"
#include "server/worker.h"

struct use_record_in {
    /* Dates of the project's time zone; both NULL: today; one NULL: the day is today. */
    const char *from, *to;
    bool has_before; /* where the last page ended */
    int64_t before_us;
    uint8_t before_id[UUID_SIZE];
    size_t limit;
};
/* Of the account of this session. Today's are for every device of it, a period's for the primary one alone. Refusals: not
 * allowed (a period, and this is not the primary device), bad field (from or to is no date, or from is later than to). */
enum hufu_err use_record_page(struct worker *worker, struct act *act, const struct use_record_in *in,
                              struct use_record *records, size_t *count,
                              struct use_period *period) HUFU_MUST_CHECK;

#endif
