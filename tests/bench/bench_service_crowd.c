/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_crowd.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/bench_service_firing.h"

#define CORES_MAX 64
#define SAMPLE_MAX 16 /* shots that crowd_preparation_ms makes of the smallest batches */
#define SAMPLE_MIN 4

enum hufu_err crowd_init(struct crowd *crowd, const struct shot_sender *senders, size_t count, uint32_t batch,
                         const struct wire_service *service)
{
    *crowd = (struct crowd){.batch = batch, .service = service};
    crowd->clients = calloc(count, sizeof(*crowd->clients));
    if (!crowd->clients)
        return HUFU_ERR_INTERNAL;
    crowd->count = count;
    for (size_t i = 0; i < count; i++)
        crowd->clients[i].sender = &senders[i];
    return HUFU_OK;
}

static void shots_free(struct crowd_client *client)
{
    for (size_t i = 0; i < client->count; i++)
        shot_done(&client->shots[i]);
    free(client->shots);
    client->shots = NULL;
    client->count = 0;
    client->fired = 0;
}

void crowd_done(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->count; i++)
        shots_free(&crowd->clients[i]);
    free(crowd->clients);
    *crowd = (struct crowd){0};
}

/* ---- Work on all cores ---- */

typedef enum hufu_err shared_job(void *context, size_t index);

struct shared_work {
    shared_job *job;
    void *context;
    size_t count;
    atomic_size_t next;
    atomic_int err;
};

static void *shared_worker(void *argument)
{
    struct shared_work *work = argument;
    for (;;) {
        size_t index = atomic_fetch_add(&work->next, 1);
        if (index >= work->count || atomic_load(&work->err) != HUFU_OK)
            return NULL;
        enum hufu_err err = work->job(work->context, index);
        if (err)
            atomic_store(&work->err, (int)err);
    }
}

static enum hufu_err on_all_cores(shared_job *job, void *context, size_t count)
{
    struct shared_work work = {.job = job, .context = context, .count = count};
    pthread_t threads[CORES_MAX];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t started = 0;
    while (started < CORES_MAX && (long)started < cores &&
           pthread_create(&threads[started], NULL, shared_worker, &work) == 0)
        started++;
    if (started == 0)
        return HUFU_ERR_INTERNAL;
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    return (enum hufu_err)atomic_load(&work.err);
}

/* ---- Before ---- */

struct preparation {
    struct crowd *crowd;
    uint64_t start_ms;
    double interval_ms;
};

/* Shot by shot over all clients, not client by client: frames of one moment are made together. */
static enum hufu_err prepare_one(void *context, size_t index)
{
    const struct preparation *preparation = context;
    struct crowd *crowd = preparation->crowd;
    struct crowd_client *client = &crowd->clients[index % crowd->count];
    const size_t number = index / crowd->count;
    return shot_prepare(&client->shots[number], client->sender, crowd->batch,
                        preparation->start_ms + (uint64_t)((double)number * preparation->interval_ms));
}

enum hufu_err crowd_prepare(struct crowd *crowd, size_t each, uint64_t start_ms, double interval_ms)
{
    for (size_t i = 0; i < crowd->count; i++) {
        shots_free(&crowd->clients[i]);
        crowd->clients[i].shots = calloc(each, sizeof(struct shot));
        if (!crowd->clients[i].shots)
            return HUFU_ERR_INTERNAL;
        crowd->clients[i].count = each;
    }
    struct preparation preparation = {.crowd = crowd, .start_ms = start_ms, .interval_ms = interval_ms};
    return on_all_cores(prepare_one, &preparation, each * crowd->count);
}

struct sample {
    const struct crowd *crowd;
    struct shot shots[SAMPLE_MAX];
};

static enum hufu_err prepare_sample(void *context, size_t index)
{
    struct sample *sample = context;
    return shot_prepare(&sample->shots[index], sample->crowd->clients[0].sender, sample->crowd->batch,
                        device_now_ms());
}

enum hufu_err crowd_preparation_ms(const struct crowd *crowd, size_t each, uint64_t *ms)
{
    *ms = 0;
    struct sample sample = {.crowd = crowd};
    const size_t wanted = SAMPLE_MAX / crowd->batch;
    const size_t count = wanted > SAMPLE_MIN ? wanted : SAMPLE_MIN;
    const uint64_t before = shot_monotonic_us();
    enum hufu_err err = on_all_cores(prepare_sample, &sample, count);
    const uint64_t took = shot_monotonic_us() - before;
    for (size_t i = 0; i < count; i++)
        shot_done(&sample.shots[i]);
    if (!err)
        *ms = took * each * crowd->count / count / 1000;
    return err;
}

/* ---- The measured part ---- */

static void count_outcome(const struct crowd *crowd, uint64_t started_us, struct crowd_outcome *outcome)
{
    for (size_t i = 0; i < crowd->count; i++) {
        const struct crowd_client *client = &crowd->clients[i];
        outcome->requests += client->fired;
        for (size_t n = 0; n < client->fired; n++) {
            const struct shot *shot = &client->shots[n];
            const uint64_t elapsed = shot->answered_us - started_us;
            const uint64_t skew = shot->sent_ms > shot->planned_ms ? shot->sent_ms - shot->planned_ms
                                                                   : shot->planned_ms - shot->sent_ms;
            if (elapsed > outcome->elapsed_us)
                outcome->elapsed_us = elapsed;
            if (skew > outcome->worst_skew_ms)
                outcome->worst_skew_ms = skew;
            if (!shot->err && shot->status == 200)
                outcome->answered++;
            else if (outcome->first_refusal == 0)
                outcome->first_refusal = shot->status;
        }
    }
    outcome->signatures = outcome->answered * crowd->batch;
}

enum hufu_err crowd_fire(struct crowd *crowd, unsigned seconds, crowd_mark *begin, crowd_mark *end,
                         void *context, struct crowd_outcome *outcome)
{
    *outcome = (struct crowd_outcome){0};
    struct firing *firing = NULL;
    enum hufu_err err = firing_open(&firing, crowd);
    if (err)
        return err;
    if (begin)
        begin(context);
    const uint64_t started = shot_monotonic_us();
    const size_t ran_out = firing_run(firing, started + (uint64_t)seconds * 1000000);
    if (end)
        end(context);
    firing_close(firing);
    count_outcome(crowd, started, outcome);
    outcome->ran_out = ran_out;
    return HUFU_OK;
}

/* ---- After ---- */

struct verification {
    struct crowd *crowd;
    atomic_ulong verified;
    atomic_ulong bad;
};

/* One client's answers, one after the other. */
static enum hufu_err verify_client(void *context, size_t index)
{
    struct verification *verification = context;
    struct crowd_client *client = &verification->crowd->clients[index];
    for (size_t i = 0; i < client->fired; i++) {
        struct shot *shot = &client->shots[i];
        if (shot->err || shot->status != 200)
            continue;
        if (shot_verify(shot, client->sender->binding.half.P, NULL) == HUFU_OK)
            atomic_fetch_add(&verification->verified, verification->crowd->batch);
        else
            atomic_fetch_add(&verification->bad, 1);
    }
    return HUFU_OK;
}

enum hufu_err crowd_verify(struct crowd *crowd, struct crowd_outcome *outcome)
{
    struct verification verification = {.crowd = crowd};
    enum hufu_err err = on_all_cores(verify_client, &verification, crowd->count);
    outcome->verified = atomic_load(&verification.verified);
    outcome->bad = atomic_load(&verification.bad);
    return err;
}

double crowd_rate(const struct crowd_outcome *outcome)
{
    return outcome->elapsed_us > 0 ? (double)outcome->signatures * 1e6 / (double)outcome->elapsed_us : 0;
}

uint64_t *crowd_latencies(const struct crowd *crowd, size_t *count)
{
    *count = 0;
    size_t fired = 0;
    for (size_t i = 0; i < crowd->count; i++)
        fired += crowd->clients[i].fired;
    uint64_t *latencies = fired > 0 ? calloc(fired, sizeof(*latencies)) : NULL;
    for (size_t i = 0; latencies && i < crowd->count; i++) {
        for (size_t n = 0; n < crowd->clients[i].fired; n++) {
            const struct shot *shot = &crowd->clients[i].shots[n];
            if (!shot->err && shot->status == 200)
                latencies[(*count)++] = shot->answered_us - shot->sent_us;
        }
    }
    return latencies;
}
