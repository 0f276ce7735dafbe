/* SPDX-License-Identifier: Apache-2.0 */
/* cosign-vectors FILE: reproduces the messages of a vector file. Exit status 0 when all are as listed, 1 when one is
 * not, 2 when there is no such file or it is not JSON. */
#include <stdio.h>
#include <stdlib.h>

#include "vectors.h"

static void run(struct report *report, const struct vectors_part *part)
{
    const unsigned passed = report->passed;
    const unsigned failed = report->failed;
    report->group = part->name;
    report->item = 0;
    part->run(report);
    printf("%-10s %4u passed, %u failed\n", part->name, report->passed - passed, report->failed - failed);
}

int main(int argc, char **argv)
{
    json_error_t problem;
    if (argc != 2) {
        fprintf(stderr, "usage: cosign-vectors FILE\n");
        return 2;
    }
    json_t *root = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &problem);
    if (!root) {
        fprintf(stderr, "cosign-vectors: %s: line %d: %s\n", argv[1], problem.line, problem.text);
        return 2;
    }
    struct report report = {.root = root, .verbose = true};
    for (size_t i = 0; i < vectors_part_count; i++)
        run(&report, &vectors_parts[i]);
    printf("%u passed, %u failed\n", report.passed, report.failed);
    json_decref(root);
    return report.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
