/* SPDX-License-Identifier: Apache-2.0 */
/* bench-cosign: the CPU time of our arithmetic and OpenSSL's, and of every operation of the protocol, one JSON line each:
 *   {"op": …, "impl": …, "batch": N, "runs": N, "median_us": …, "min_us": …, "max_us": …, "ratio": …, "mb_per_s": …}
 * Times are for one item of the batch. `impl` is "portable", "adx", "lanes" (the adx engine with eight multiplications at once
 * where there are several) or "openssl". `ratio`, where OpenSSL can do the same, is the median of its time by ours, of
 * runs that alternate. A table with the goals follows on stderr.
 *
 *     bench-cosign [--seconds N] [--quick]
 *
 * N, by default 30, is about the CPU time of the whole; --quick runs everything twice, to see that it works.
 * bench-cosign-portable is the same program over the library without what x86-64 has beyond C. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_cosign_measure.h"
#include "tests/bench/bench_cosign_primitive.h"
#include "tests/bench/bench_cosign_protocol.h"

#define SECONDS_DEFAULT 30
#define SECONDS_MAX 3600

static bool parse_seconds(struct bench *bench, const char *text)
{
    char *end = NULL;
    const long value = text ? strtol(text, &end, 10) : 0;
    bench->seconds = (double)value;
    return end && end != text && *end == '\0' && value >= 1 && value <= SECONDS_MAX;
}

static bool parse(struct bench *bench, int argc, char **argv)
{
    bool good = true;
    for (int i = 1; i < argc && good; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            bench->quick = true;
        else if (strcmp(argv[i], "--seconds") == 0)
            good = parse_seconds(bench, argv[++i]);
        else
            good = false;
    }
    return good;
}

int main(int argc, char **argv)
{
    static struct bench bench = {.seconds = SECONDS_DEFAULT};
    if (!parse(&bench, argc, argv)) {
        fprintf(stderr, "usage: bench-cosign [--seconds 1..%d] [--quick]\n", SECONDS_MAX);
        return 2;
    }
    if (!measure_primitives(&bench) || !measure_protocol(&bench))
        return EXIT_FAILURE;
    report_table(&bench.report);
    return EXIT_SUCCESS;
}
