/* SPDX-License-Identifier: Apache-2.0 */
/* bench-cosign: the CPU time of every operation of the protocol, both roles, as one JSON line each:
 *   {"op": …, "impl": "openssl", "batch": N, "runs": N, "median_us": …, "min_us": …, "max_us": …, "ratio": …}
 * Times are those of this process for the whole batch. `ratio` is the median per digest divided by one OpenSSL SM2
 * signature made with a whole key ("openssl/sign", measured first): what the splitting costs. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/secret.h"
#include "cosign/cosign.h"

#define RUNS_MAX 400
#define BUDGET_US 700000.0 /* of CPU for one line; at least RUNS_MIN runs whatever they take */
#define RUNS_MIN 5

static enum hufu_err fill(void *context, uint8_t *out, size_t len)
{
    (void)context;
    return getrandom(out, len, 0) == (ssize_t)len ? HUFU_OK : HUFU_ERR_INTERNAL;
}
static const struct cosign_random randomness = {.fill = fill};

/* Everything that the operations work on; filled in by the ones before them. */
struct world {
    uint32_t batch;
    struct cosign_device_half device, next_device;
    struct cosign_service_half service, next_service;
    struct cosign_keygen keygen;
    struct cosign_signing fresh, signing;
    struct cosign_handover handover;
    uint8_t head[256];
    uint8_t pending_b[COSIGN_SCALAR_SIZE], com[COSIGN_DIGEST_SIZE], key[COSIGN_PIN_KEY_SIZE];
    uint8_t digests[COSIGN_BATCH_MAX * COSIGN_DIGEST_SIZE];
    uint8_t points[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE];
    uint8_t out[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    uint8_t body_memory[COSIGN_BODY_MAX], answer_memory[COSIGN_ANSWER_MAX];
    struct buf body, answer;
    EVP_PKEY *whole_key;
};

static struct bytes head_of(const struct world *w)
{
    return bytes_of(w->head, sizeof(w->head));
}

static struct bytes digests_of(const struct world *w)
{
    return bytes_of(w->digests, (size_t)w->batch * COSIGN_DIGEST_SIZE);
}

static struct bytes points_of(const struct world *w)
{
    return bytes_of(w->points, (size_t)w->batch * COSIGN_POINT_SIZE);
}

static struct buf *new_body(struct world *w)
{
    buf_init(&w->body, w->body_memory, sizeof(w->body_memory));
    return &w->body;
}

static struct buf *new_answer(struct world *w)
{
    buf_init(&w->answer, w->answer_memory, sizeof(w->answer_memory));
    return &w->answer;
}

/* ---- The operations: each works on what the one before it left, and can be run again ---- */

static enum hufu_err openssl_sign(struct world *w)
{
    uint8_t signature[128];
    size_t len = sizeof(signature);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(w->whole_key, NULL);
    int done = context ? EVP_PKEY_sign_init(context) : 0;
    done = done == 1 ? EVP_PKEY_sign(context, signature, &len, w->digests, COSIGN_DIGEST_SIZE) : 0;
    EVP_PKEY_CTX_free(context);
    return done == 1 ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err keygen_device_begin(struct world *w)
{
    return cosign_device_keygen_begin(&w->keygen, new_body(w), head_of(w), &randomness);
}

static enum hufu_err keygen_service_begin(struct world *w)
{
    return cosign_service_keygen_begin(w->pending_b, w->com, new_answer(w), head_of(w), buf_bytes(&w->body),
                                       head_of(w), &randomness);
}

static enum hufu_err keygen_device_finish(struct world *w)
{
    return cosign_device_keygen_finish(&w->keygen, new_body(w), head_of(w), buf_bytes(&w->answer));
}

static enum hufu_err keygen_service_finish(struct world *w)
{
    enum hufu_err err = cosign_service_keygen_finish(&w->service, new_answer(w), head_of(w), w->pending_b,
                                                     w->com, buf_bytes(&w->body));
    w->device = w->keygen.half;
    return err;
}

static enum hufu_err sign_device_begin(struct world *w)
{
    return cosign_device_sign_begin(&w->fresh, new_body(w), &w->device, head_of(w), digests_of(w),
                                    &randomness);
}

static enum hufu_err sign_service(struct world *w)
{
    return cosign_service_sign(&w->service, new_answer(w), w->r, head_of(w), digests_of(w),
                               buf_bytes(&w->body), head_of(w), &randomness);
}

/* The nonces are copied first, because finishing wipes them; the copy is a few microseconds of the figure. */
static enum hufu_err sign_device_finish(struct world *w)
{
    w->signing = w->fresh;
    return cosign_device_sign_finish(&w->signing, w->out, head_of(w), digests_of(w), buf_bytes(&w->answer));
}

static enum hufu_err verify(struct world *w)
{
    enum hufu_err err = HUFU_OK;
    for (uint32_t i = 0; i < w->batch && !err; i++)
        err = cosign_verify_var(w->device.P, w->digests + (size_t)i * COSIGN_DIGEST_SIZE, w->out[i]);
    return err;
}

static enum hufu_err decrypt_device_begin(struct world *w)
{
    return cosign_device_decrypt_begin(new_body(w), &w->device, head_of(w), points_of(w), &randomness);
}

static enum hufu_err decrypt_service(struct world *w)
{
    return cosign_service_decrypt(&w->service, new_answer(w), w->r, head_of(w), points_of(w),
                                  buf_bytes(&w->body));
}

/* Ciphertexts of one byte that fail at C3, the last check, so all the work is done. */
static enum hufu_err decrypt_device_finish(struct world *w)
{
    uint8_t ciphertext[COSIGN_POINT_SIZE + COSIGN_DIGEST_SIZE + 1] = {0};
    enum hufu_err err = HUFU_ERR_PEER;
    for (uint32_t i = 0; i < w->batch && err == HUFU_ERR_PEER; i++) {
        uint8_t plaintext;
        memcpy(ciphertext, w->points + (size_t)i * COSIGN_POINT_SIZE, COSIGN_POINT_SIZE);
        err = cosign_device_decrypt_finish(&plaintext, &w->device, i,
                                           bytes_of(ciphertext, sizeof(ciphertext)), buf_bytes(&w->answer));
    }
    return err == HUFU_ERR_PEER ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err pin_check_device(struct world *w)
{
    return cosign_device_pin_check(new_body(w), &w->device, head_of(w), &randomness);
}

static enum hufu_err pin_check_service(struct world *w)
{
    return cosign_service_pin_check(&w->service, new_answer(w), head_of(w), buf_bytes(&w->body));
}

static enum hufu_err refresh_device_begin(struct world *w)
{
    return cosign_device_refresh_begin(&w->next_device, new_body(w), &w->device, head_of(w), &randomness);
}

static enum hufu_err refresh_service(struct world *w)
{
    return cosign_service_refresh(&w->next_service, new_answer(w), &w->service, 0, head_of(w),
                                  buf_bytes(&w->body));
}

static enum hufu_err refresh_device_finish(struct world *w)
{
    return cosign_device_refresh_finish(&w->next_device, 0, buf_bytes(&w->answer));
}

static enum hufu_err handover_device_split(struct world *w)
{
    return cosign_device_handover_split(&w->handover, &w->device, &randomness);
}

static enum hufu_err handover_device_body(struct world *w)
{
    return cosign_device_handover_body(new_body(w), &w->handover, &w->device, head_of(w), &randomness);
}

static enum hufu_err handover_service(struct world *w)
{
    return cosign_service_handover(&w->next_service, new_answer(w), &w->service, head_of(w),
                                   buf_bytes(&w->body));
}

static enum hufu_err handover_device_accept(struct world *w)
{
    return cosign_device_handover_accept(w->handover.a2, w->handover.A2);
}

static enum hufu_err pin_hide(struct world *w)
{
    return cosign_pin_hide(w->r[0], w->device.a, w->key);
}

struct operation {
    const char *name;
    enum hufu_err (*run)(struct world *w);
};

static const struct operation single[] = {
    {"openssl/sign", openssl_sign},
    {"keygen/device/begin", keygen_device_begin},
    {"keygen/service/begin", keygen_service_begin},
    {"keygen/device/finish", keygen_device_finish},
    {"keygen/service/finish", keygen_service_finish},
    {"pin/check/device", pin_check_device},
    {"pin/check/service", pin_check_service},
    {"refresh/device/begin", refresh_device_begin},
    {"refresh/service", refresh_service},
    {"refresh/device/finish", refresh_device_finish},
    {"handover/device/split", handover_device_split},
    {"handover/device/body", handover_device_body},
    {"handover/service", handover_service},
    {"handover/device/accept", handover_device_accept},
    {"pin/hide", pin_hide},
};

static const struct operation batched[] = {
    {"sign/device/begin", sign_device_begin},         {"sign/service", sign_service},
    {"sign/device/finish", sign_device_finish},       {"verify", verify},
    {"decrypt/device/begin", decrypt_device_begin},   {"decrypt/service", decrypt_service},
    {"decrypt/device/finish", decrypt_device_finish},
};

/* ---- Measuring ---- */

static double cpu_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* *unit is the time of "openssl/sign", 0 before it is known. */
static void print(const char *name, uint32_t batch, double *times, size_t runs, double *unit)
{
    qsort(times, runs, sizeof(times[0]), compare);
    const double median = times[runs / 2];
    if (*unit == 0)
        *unit = median;
    printf("{\"op\": \"%s\", \"impl\": \"openssl\", \"batch\": %u, \"runs\": %zu, \"median_us\": %.1f, "
           "\"min_us\": %.1f, "
           "\"max_us\": %.1f, \"ratio\": %.2f}\n",
           name, batch, runs, median, times[0], times[runs - 1], median / batch / *unit);
    (void)fflush(stdout);
}

static enum hufu_err measure(struct world *w, const struct operation *operation, double *unit)
{
    static double times[RUNS_MAX];
    double spent = 0;
    size_t runs = 0;
    while (runs < RUNS_MAX && (runs < RUNS_MIN || spent < BUDGET_US)) {
        const double start = cpu_us();
        enum hufu_err err = operation->run(w);
        times[runs] = cpu_us() - start;
        if (err) {
            fprintf(stderr, "bench-cosign: %s: %s\n", operation->name, hufu_err_name(err));
            return err;
        }
        spent += times[runs++];
    }
    print(operation->name, w->batch, times, runs, unit);
    return HUFU_OK;
}

/* Any points will do as C1: those of signing nonces. */
static enum hufu_err make_points(struct world *w)
{
    enum hufu_err err = fill(NULL, w->digests, sizeof(w->digests));
    for (size_t i = 0; i < COSIGN_BATCH_MAX && !err; i++) {
        err = cosign_device_handover_split(&w->handover, &w->device, &randomness);
        memcpy(w->points + i * COSIGN_POINT_SIZE, w->handover.A2, COSIGN_POINT_SIZE);
    }
    return err;
}

static enum hufu_err measure_all(struct world *w)
{
    static const uint32_t batches[] = {1, 16, COSIGN_BATCH_MAX};
    double unit = 0;
    enum hufu_err err = HUFU_OK;
    w->batch = 1;
    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]) && !err; i++)
        err = measure(w, &single[i], &unit);
    if (!err)
        err = make_points(w);
    for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]) && !err; i++) {
        w->batch = batches[i];
        for (size_t j = 0; j < sizeof(batched) / sizeof(batched[0]) && !err; j++)
            err = measure(w, &batched[j], &unit);
    }
    return err;
}

int main(void)
{
    static struct world world;
    world.whole_key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    enum hufu_err err = world.whole_key ? measure_all(&world) : HUFU_ERR_INTERNAL;
    EVP_PKEY_free(world.whole_key);
    secret_wipe(&world, sizeof(world));
    return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
