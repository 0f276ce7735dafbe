/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time by statistics, on the processor that it runs on and at its own speed.
 *
 * Method. Each function is timed with inputs of two classes: one has always the same secret, the other a random one, and
 * everything else is random in both. The fixed secret is 1, the farthest from a random number that a scalar can be: zeros
 * at its top, and nearly the same digit throughout when it is recoded, so one place in every table. For the inversion it is
 * 0, where division steps have nothing to do; those of 1 take as long as any. As the place of 1 is the last one, where
 * stopping early saves nothing, multiplications are also timed with a fixed number that looks random.
 *
 * Classes alternate at random from sample to sample; inputs are made before the clock starts and lie in the same memory.
 * Welch's t of the two means is taken of all times and of the shortest 99, 95, 90, 75 and 50 per cent, which leave out what
 * interrupts and other processes did. Nine batches give nine values of each; their median is what counts, as a batch that
 * something disturbed cannot move it, and it is scaled to have a standard deviation of 1 when there is no difference. The
 * largest of these over all crops is the verdict: constant time shows |t| < 4.5. A case that fails is measured anew, twice
 * at most: a leak is there each time, noise is not. Two controls must be found, else the test itself is broken: a
 * comparison with an early exit, and the variable-time sum of multiples.
 *
 *   dudect_cosign   HUFU_TEST_LONG=1: up to a million samples of each case, ten minutes. Otherwise a few thousand, with a
 *                   bound of 10: only whether the program works, and leaks as coarse as a skipped window.
 *
 * What it can show: a difference of the means as small as the column "noticed" says, from whatever cause, also such as
 * memcheck cannot see (an instruction with operand-dependent time, a compiler's choice, the lanes' own instructions).
 * What it cannot: that there is none. A difference below the noise passes, and so does one that neither the fixed secret
 * nor the average over random ones brings out; time is one observer, caches and power are others; another processor is
 * another test. Only both kinds of test together (marks.h) say something. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/group.h"
#include "hsm/x25519.h"
#include "tests/ctime/dudect.h"
#include "tests/ctime/exchange.h"
#include "tests/repeatable.h"

#define TOGETHER 8 /* as many as there are lanes */
#define ATTEMPTS 3

static void must(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "dudect_cosign: %s failed\n", what);
        exit(2);
    }
}

/* ---- inputs ---- */

static void random_bytes(void *out, size_t len, uint64_t *random)
{
    for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
        const uint64_t bits = repeatable_number(random);
        memcpy((uint8_t *)out + i, &bits, len - i < sizeof(bits) ? len - i : sizeof(bits));
    }
}

static void random_scalar(struct scalar *out, uint64_t *random)
{
    uint8_t bytes[SCALAR_WIDE_BYTES];
    random_bytes(bytes, sizeof(bytes), random);
    scalar_decode_wide(out, bytes);
}

static void class_scalar(struct scalar *out, bool fixed, uint64_t *random)
{
    random_scalar(out, random); /* in both classes, so that they cost the same */
    if (fixed)
        *out = (struct scalar){{1}};
}

/* ---- the arithmetic ---- */

struct products {
    struct scalar k[TOGETHER];
    struct affine p[TOGETHER];
};

/* Random points times `secret`, or times random scalars when that is NULL. */
static void make_products(struct products *products, const struct scalar *secret, uint64_t *random)
{
    struct point points[TOGETHER];
    struct scalar k[TOGETHER];
    for (size_t i = 0; i < TOGETHER; i++) {
        random_scalar(&products->k[i], random); /* always, so that classes cost the same */
        random_scalar(&k[i], random);
        if (secret)
            products->k[i] = *secret;
    }
    point_mul_base(points, k, TOGETHER);
    point_to_affine(products->p, points, TOGETHER);
}

static void prepare_products(void *input, bool fixed, uint64_t *random)
{
    static const struct scalar one = {{1}};
    make_products(input, fixed ? &one : NULL, random);
}

static void prepare_other_products(void *input, bool fixed, uint64_t *random)
{
    static const struct scalar other = {{WORDS_OF(0x452821e638d01377), WORDS_OF(0xa4093822299f31d0),
                                         WORDS_OF(0x13198a2e03707344), WORDS_OF(0x243f6a8885a308d3)}};
    make_products(input, fixed ? &other : NULL, random);
}

static struct point results[TOGETHER];

static void run_mul(void *input)
{
    const struct products *products = input;
    point_mul(results, products->k, products->p, 1);
}

static void run_mul_together(void *input)
{
    const struct products *products = input;
    point_mul(results, products->k, products->p, TOGETHER);
}

static void run_mul_base(void *input)
{
    const struct products *products = input;
    point_mul_base(results, products->k, 1);
}

static void run_mul_base_together(void *input)
{
    const struct products *products = input;
    point_mul_base(results, products->k, TOGETHER);
}

static void prepare_scalar(void *input, bool fixed, uint64_t *random)
{
    random_scalar(input, random);
    if (fixed)
        memset(input, 0, sizeof(struct scalar));
}

static void run_invert(void *input)
{
    scalar_invert(input, input);
}

/* ---- the halves ---- */

struct signature_input {
    struct exchange exchange;
    uint8_t ks[2 * COSIGN_SCALAR_SIZE];
    uint8_t Qs[2 * COSIGN_POINT_SIZE];
    uint64_t random; /* where the hedged draws of this input begin */
};

static struct cosign_signing signing;

static enum hufu_err fill(void *context, uint8_t *out, size_t len)
{
    random_bytes(out, len, context);
    return HUFU_OK;
}

static struct cosign_random source_of(struct signature_input *in)
{
    return (struct cosign_random){.fill = fill, .context = &in->random};
}

/* Everything random, the key of it, and the digest; then what `fixed` names is 1. */
static void prepare_exchange(struct signature_input *in, bool fixed_a, bool fixed_b, bool fixed_ks,
                             bool fixed_kappas, uint64_t *random)
{
    struct exchange_secrets *secrets = &in->exchange.secrets;
    const struct {
        uint8_t *bytes;
        bool fixed;
    } all[] = {{secrets->a, fixed_a},          {secrets->b, fixed_b},   {secrets->tau, fixed_ks},
               {secrets->k1, fixed_ks},        {secrets->k2, fixed_ks}, {secrets->kappa1, fixed_kappas},
               {secrets->kappa2, fixed_kappas}};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct scalar secret;
        class_scalar(&secret, all[i].fixed, random);
        scalar_encode(all[i].bytes, &secret);
    }
    random_bytes(in->exchange.digest, sizeof(in->exchange.digest), random);
    in->random = repeatable_number(random);
    exchange_open(&in->exchange);
}

static void prepare_begin(struct signature_input *in)
{
    must(exchange_begin(&in->exchange, &signing, NULL) == HUFU_OK, "the device's first step");
    memcpy(in->ks, signing.ks[0], sizeof(in->ks));
    memcpy(in->Qs, signing.Qs[0], sizeof(in->Qs));
}

static void prepare_answer(struct signature_input *in)
{
    prepare_begin(in);
    must(exchange_answer(&in->exchange, NULL) == HUFU_OK, "the service's step");
}

static void prepare_begin_a(void *input, bool fixed, uint64_t *random)
{
    prepare_exchange(input, fixed, false, false, false, random);
}

static void prepare_begin_nonces(void *input, bool fixed, uint64_t *random)
{
    prepare_exchange(input, false, false, fixed, false, random);
}

static void prepare_finish_a(void *input, bool fixed, uint64_t *random)
{
    prepare_exchange(input, fixed, false, false, false, random);
    prepare_answer(input);
}

static void prepare_finish_nonces(void *input, bool fixed, uint64_t *random)
{
    prepare_exchange(input, false, false, fixed, false, random);
    prepare_answer(input);
}

static void prepare_service_b(void *input, bool fixed, uint64_t *random)
{
    prepare_exchange(input, false, fixed, false, false, random);
    prepare_begin(input);
}

static void prepare_service_nonces(void *input, bool fixed, uint64_t *random)
{
    prepare_exchange(input, false, false, false, fixed, random);
    prepare_begin(input);
}

/* The device's struct as its first step left it. */
static void load_signing(void *input)
{
    const struct signature_input *in = input;
    signing.half = in->exchange.device;
    signing.count = 1;
    memcpy(signing.ks[0], in->ks, sizeof(in->ks));
    memcpy(signing.Qs[0], in->Qs, sizeof(in->Qs));
}

static void run_begin(void *input)
{
    struct signature_input *in = input;
    const struct cosign_random source = source_of(in);
    must(exchange_begin(&in->exchange, &signing, &source) == HUFU_OK, "the device's first step");
}

static void run_begin_listed(void *input)
{
    struct signature_input *in = input;
    must(exchange_begin(&in->exchange, &signing, NULL) == HUFU_OK, "the device's first step");
}

static void run_service(void *input)
{
    struct signature_input *in = input;
    const struct cosign_random source = source_of(in);
    must(exchange_answer(&in->exchange, &source) == HUFU_OK, "the service's step");
}

static void run_service_listed(void *input)
{
    struct signature_input *in = input;
    must(exchange_answer(&in->exchange, NULL) == HUFU_OK, "the service's step");
}

static void run_finish(void *input)
{
    struct signature_input *in = input;
    uint8_t signature[COSIGN_SIGNATURE_SIZE];
    must(exchange_finish(&in->exchange, &signing, signature) == HUFU_OK, "the device's second step");
}

/* ---- the boxes of several requests ---- */

struct boxes {
    uint8_t private_key[BOX_KEY_SIZE];
    uint8_t points[TOGETHER][BOX_KEY_SIZE];
};

static void prepare_boxes(void *input, bool fixed, uint64_t *random)
{
    struct boxes *boxes = input;
    random_bytes(boxes, sizeof(*boxes), random);
    if (fixed)
        memset(boxes->private_key, 0, sizeof(boxes->private_key));
}

static void agree(const struct boxes *boxes, size_t count)
{
    uint8_t out[TOGETHER][BOX_KEY_SIZE];
    enum hufu_err errs[TOGETHER];
    const uint8_t *points[TOGETHER];
    for (size_t i = 0; i < count; i++)
        points[i] = boxes->points[i];
    x25519_some(out, errs, boxes->private_key, points, count);
    must(errs[0] == HUFU_OK, "X25519");
}

static void run_box(void *input)
{
    agree(input, 1);
}

static void run_boxes(void *input)
{
    agree(input, TOGETHER);
}

/* ---- the controls ---- */

static volatile bool verdict;

static void prepare_guess(void *input, bool fixed, uint64_t *random)
{
    random_bytes(input, COSIGN_SCALAR_SIZE, random);
    if (fixed)
        memset(input, 0, COSIGN_SCALAR_SIZE);
}

/* With an early exit: all 32 bytes for the fixed guess, which is right, and as a rule one for others. */
static void run_compare(void *input)
{
    static const uint8_t secret[COSIGN_SCALAR_SIZE];
    const volatile uint8_t *guess = input;
    size_t i = 0;
    while (i < sizeof(secret) && guess[i] == secret[i])
        i++;
    verdict = i == sizeof(secret);
}

static void run_multi_var(void *input)
{
    const struct products *products = input;
    engine_best()->multi_var(results, NULL, products->k, products->p, 1);
}

/* ---- the program ---- */

static const struct dudect_subject subjects[] = {
    {"control: comparison with early exit", COSIGN_SCALAR_SIZE, prepare_guess, NULL, run_compare, true},
    {"control: point_multi_var, k", sizeof(struct products), prepare_products, NULL, run_multi_var, true},
    {"scalar_invert", sizeof(struct scalar), prepare_scalar, NULL, run_invert, false},
    {"point_mul_base, k", sizeof(struct products), prepare_products, NULL, run_mul_base, false},
    {"point_mul_base, k, other", sizeof(struct products), prepare_other_products, NULL, run_mul_base, false},
    {"point_mul_base, 8 k", sizeof(struct products), prepare_products, NULL, run_mul_base_together, false},
    {"point_mul_base, 8 k, other", sizeof(struct products), prepare_other_products, NULL,
     run_mul_base_together, false},
    {"point_mul, k", sizeof(struct products), prepare_products, NULL, run_mul, false},
    {"point_mul, k, other", sizeof(struct products), prepare_other_products, NULL, run_mul, false},
    {"point_mul, 8 k", sizeof(struct products), prepare_products, NULL, run_mul_together, false},
    {"point_mul, 8 k, other", sizeof(struct products), prepare_other_products, NULL, run_mul_together, false},
    {"device, first step, a", sizeof(struct signature_input), prepare_begin_a, NULL, run_begin, false},
    {"device, first step, tau k1 k2", sizeof(struct signature_input), prepare_begin_nonces, NULL,
     run_begin_listed, false},
    {"device, second step, a", sizeof(struct signature_input), prepare_finish_a, load_signing, run_finish,
     false},
    {"device, second step, k1 k2", sizeof(struct signature_input), prepare_finish_nonces, load_signing,
     run_finish, false},
    {"service, b", sizeof(struct signature_input), prepare_service_b, NULL, run_service, false},
    {"service, kappa1 kappa2", sizeof(struct signature_input), prepare_service_nonces, NULL,
     run_service_listed, false},
    {"x25519_some, 1", sizeof(struct boxes), prepare_boxes, NULL, run_box, false},
    {"x25519_some, 8", sizeof(struct boxes), prepare_boxes, NULL, run_boxes, false},
};

struct effort {
    size_t samples;
    double seconds;
    double bound;
};

static bool judge(const struct dudect_subject *subject, const struct effort *effort)
{
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const struct dudect_result r =
            dudect_measure(subject, effort->samples, effort->seconds, effort->bound);
        const bool found = fabs(r.t) >= effort->bound, good = found == subject->leaks;
        printf("%-36s %8zu samples of %8.0f ns: t %7.2f (%u %%), noticed from %.2f ns (%u %%)%s\n",
               subject->name, r.samples, r.mean, r.t, r.kept, r.noticed, r.best_kept,
               good ? "" : " -- FAILED");
        fflush(stdout);
        if (good)
            return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    static const struct effort quick = {9000, 1, 10}, thorough = {1000000, 32, 4.5};
    const char *text = getenv("HUFU_TEST_LONG");
    const struct effort *effort = text && strcmp(text, "1") == 0 ? &thorough : &quick;
    bool all = true;
    _Static_assert(sizeof(struct signature_input) <= DUDECT_INPUT_MAX &&
                       sizeof(struct products) <= DUDECT_INPUT_MAX,
                   "inputs fit");
    printf("engine %s, %zu products at once; |t| from %.1f on is a leak\n", engine_best()->name,
           point_mul_lanes(), effort->bound);
    for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
        if (argc < 2 || strstr(subjects[i].name, argv[1]))
            all = judge(&subjects[i], effort) && all;
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
