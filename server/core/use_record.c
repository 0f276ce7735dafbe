/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/use_record.h"

#include <stdio.h>
#include <string.h>

#include "server/store/project_store.h"

/* As the Gregorian calendar has it, from 1970 to 9999. */
static bool use_is_date(const char *text)
{
    char moment[RFC3339_TEXT_SIZE];
    uint64_t ms;
    int len = snprintf(moment, sizeof moment, "%sT00:00:00Z", text);
    return strlen(text) == USE_DATE_SIZE - 1 && len > 0 && (size_t)len < sizeof moment &&
           rfc3339_parse(&ms, moment) == HUFU_OK;
}

static enum hufu_err use_check(struct worker *worker, struct act *act, const struct use_record_in *in)
{
    bool primary = true;
    if (in->from != NULL && !use_is_date(in->from))
        return act_refuse_field(act, "from", "is no date like 2026-01-31");
    if (in->to != NULL && !use_is_date(in->to))
        return act_refuse_field(act, "to", "is no date like 2026-01-31");
    if (in->from == NULL && in->to == NULL)
        return HUFU_OK;
    enum hufu_err err = use_is_primary(worker->store, act->principal.device_id, &primary);
    if (err == HUFU_OK && !primary)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                                 "a period's records are for the primary device alone");
    return err;
}

/* A cursor that a client made up may name a time that no timestamp holds. */
static int64_t use_between(int64_t us, const struct use_period *period)
{
    if (us < period->since_us)
        return period->since_us;
    return us < period->until_us ? us : period->until_us;
}

enum hufu_err use_record_page(struct worker *worker, struct act *act, const struct use_record_in *in,
                              struct use_record *records, size_t *count, struct use_period *period)
{
    struct project project;
    *count = 0;
    *period = (struct use_period){.since_us = 0};
    enum hufu_err err = use_check(worker, act, in);
    if (err == HUFU_OK)
        err = project_read(worker->store, act->principal.project_id, &project);
    if (err == HUFU_OK)
        err = use_period_read(worker->store, project_time_zone(&project.rules), in->from, in->to, period);
    if (err != HUFU_OK)
        return err;
    if (period->since_us >= period->until_us)
        return act_refuse_field(act, "from", "is later than the end");
    struct use_query query = {
        .account_id = act->principal.account_id,
        .since_us = period->since_us,
        .until_us = period->until_us,
        .before_us = use_between(in->has_before ? in->before_us : INT64_MAX, period),
        .limit = in->limit,
    };
    memcpy(query.before_id, in->before_id, UUID_SIZE);
    return use_record_list(worker->store, &query, records, count);
}
