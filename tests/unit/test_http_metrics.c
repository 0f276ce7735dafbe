/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "server/metrics.h"
#include "tests/unit/unit.h"

static void assert_reported(const struct metrics *metrics, const char *line)
{
    char *report = metrics_report(metrics);
    assert_non_null(report);
    if (!strstr(report, line))
        fail_msg("no \"%s\" in:\n%s", line, report);
    free(report);
}

static void counters_and_gauges_stand_in_the_report(void **state)
{
    struct metrics *metrics = metrics_new(0);
    (void)state;
    metrics_add(metrics, METRICS_COSIGNATURES, 3);
    metrics_add(metrics, METRICS_COSIGNATURES, 2);
    metrics_set(metrics, METRICS_READY, 1);
    metrics_move(metrics, METRICS_QUEUE_DEPTH, 5);
    metrics_move(metrics, METRICS_QUEUE_DEPTH, -2);
    assert_reported(metrics, "\n# TYPE hufu_cosignatures_total counter\nhufu_cosignatures_total 5\n");
    assert_reported(metrics, "\nhufu_ready 1\n");
    assert_reported(metrics, "\nhufu_queue_depth 3\n");
    assert_reported(metrics, "\nhufu_build_info{version=\"" HUFU_VERSION "\"} 1\n");
    metrics_free(metrics);
}

static void requests_are_told_apart_by_route_and_status(void **state)
{
    struct metrics *metrics = metrics_new(2);
    (void)state;
    metrics_route(metrics, 0, "GET", "/a");
    metrics_route(metrics, 1, "POST", "/b/{id}");
    metrics_request(metrics, 1, 200, 900);
    metrics_request(metrics, 1, 503, 900);
    metrics_request(metrics, 1, 418, 900);
    metrics_request(metrics, SIZE_MAX, 404, 10);
    assert_reported(metrics,
                    "hufu_http_requests_total{method=\"POST\",route=\"/b/{id}\",status=\"200\"} 1\n");
    assert_reported(metrics,
                    "hufu_http_requests_total{method=\"POST\",route=\"/b/{id}\",status=\"503\"} 1\n");
    assert_reported(metrics, "hufu_http_requests_total{method=\"POST\",route=\"/b/{id}\",status=\"0\"} 1\n");
    assert_reported(metrics, "hufu_http_requests_total{method=\"\",route=\"\",status=\"404\"} 1\n");
    metrics_free(metrics);
}

static void the_histogram_adds_up(void **state)
{
    struct metrics *metrics = metrics_new(1);
    (void)state;
    metrics_route(metrics, 0, "GET", "/a");
    metrics_request(metrics, 0, 200, 1000);    /* on the bound: in it */
    metrics_request(metrics, 0, 200, 1001);    /* in the next */
    metrics_request(metrics, 0, 200, 9000000); /* beyond the last */
    assert_reported(metrics, "_bucket{method=\"GET\",route=\"/a\",le=\"0.001\"} 1\n");
    assert_reported(metrics, "_bucket{method=\"GET\",route=\"/a\",le=\"0.0025\"} 2\n");
    assert_reported(metrics, "_bucket{method=\"GET\",route=\"/a\",le=\"5\"} 2\n");
    assert_reported(metrics, "_bucket{method=\"GET\",route=\"/a\",le=\"+Inf\"} 3\n");
    assert_reported(metrics, "_sum{method=\"GET\",route=\"/a\"} 9.002001\n");
    assert_reported(metrics, "_count{method=\"GET\",route=\"/a\"} 3\n");
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_and_gauges_stand_in_the_report),
        cmocka_unit_test(requests_are_told_apart_by_route_and_status),
        cmocka_unit_test(the_histogram_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
