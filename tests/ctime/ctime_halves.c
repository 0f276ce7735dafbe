/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time of both halves of a signature as the protocol composes them (marks.h says how): a, b and all that the random
 * source gives are marked. What goes over the wire is made public where the box of docs/protocol.md §7 is opened.
 * tests/unit/ctime_cosign.c does the same with every operation; this one needs no library that is not ours, so that MSan
 * can run it, and runs on each path. */
#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/group.h"
#include "tests/ctime/exchange.h"
#include "tests/ctime/marks.h"

static enum hufu_err marked_fill(void *context, uint8_t *out, size_t len)
{
    fill_bytes(out, len, ++*(uint64_t *)context);
    secret_mark(out, len);
    return HUFU_OK;
}

static void exchange_make(struct exchange *exchange)
{
    memset(exchange, 0, sizeof(*exchange));
    fill_bytes(&exchange->secrets, sizeof(exchange->secrets), 1);
    exchange->secrets.a[0] >>= 1; /* below n */
    exchange->secrets.b[0] >>= 1;
    secret_mark(&exchange->secrets, sizeof(exchange->secrets));
    exchange_open(exchange);
}

typedef enum hufu_err answer_step(struct exchange *exchange, const struct cosign_random *random);

static bool sign(struct exchange *exchange, struct cosign_signing *signing, answer_step *answer)
{
    uint64_t calls = 0;
    const struct cosign_random random = {.fill = marked_fill, .context = &calls};
    uint8_t signature[COSIGN_SIGNATURE_SIZE];
    if (exchange_begin(exchange, signing, &random) || !IS_MARKED(signing->ks[0]) ||
        !IS_MARKED(signing->half.a))
        return false;
    secret_unmark(exchange->body, exchange->body_len);
    if (answer(exchange, &random) ||
        !is_marked(exchange->answer + exchange->answer_len - 2 * COSIGN_SCALAR_SIZE, 2 * COSIGN_SCALAR_SIZE))
        return false;
    secret_unmark(exchange->answer, exchange->answer_len);
    return exchange_finish(exchange, signing, signature) == HUFU_OK &&
           cosign_verify_var(exchange->device.P, exchange->digest, signature) == HUFU_OK;
}

static bool run(void)
{
    static struct exchange exchange;
    static struct cosign_signing signing;
    exchange_make(&exchange);
    printf("products at once: %zu\n", point_mul_lanes());
    return sign(&exchange, &signing, exchange_answer) && sign(&exchange, &signing, exchange_answer_each);
}

/* s2 ‖ s3 of an answer on its way to its box. */
static uint64_t secret(void)
{
    static struct exchange exchange;
    static struct cosign_signing signing;
    uint64_t calls = 0, bits = 0;
    const struct cosign_random random = {.fill = marked_fill, .context = &calls};
    exchange_make(&exchange);
    if (exchange_begin(&exchange, &signing, &random))
        return 0;
    secret_unmark(exchange.body, exchange.body_len);
    if (exchange_answer(&exchange, &random))
        return 0;
    memcpy(&bits, exchange.answer + exchange.answer_len - sizeof(bits), sizeof(bits));
    return bits;
}

int main(int argc, char **argv)
{
    static const struct ctime_program program = {.run = run, .secret = secret};
    return ctime_main(argc, argv, &program);
}
