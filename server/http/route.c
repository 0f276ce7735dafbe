/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/route.h"

#include <stdio.h>
#include <string.h>

/* One segment, without its slash; advances path behind it. */
static struct route_parameter take_segment(const char **path)
{
    struct route_parameter segment = {*path, strcspn(*path, "/")};
    *path += segment.len;
    return segment;
}

static bool segment_is(struct route_parameter a, struct route_parameter b)
{
    return a.len == b.len && memcmp(a.text, b.text, a.len) == 0;
}

static bool path_matches(struct route_match *match, const char *pattern, const char *path)
{
    size_t count = 0;
    memset(match->parameters, 0, sizeof(match->parameters));
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        struct route_parameter expected = take_segment(&pattern), given = take_segment(&path);
        if (expected.len > 0 && expected.text[0] == '{') {
            if (given.len == 0 || count == ROUTE_PARAMETERS_MAX)
                return false;
            match->parameters[count++] = given;
        } else if (!segment_is(expected, given)) {
            return false;
        }
    }
    return *pattern == '\0' && *path == '\0';
}

static bool method_matches(const char *route_method, const char *method)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    return strcmp(route_method, method) == 0;
}

static void allow_add(struct route_match *match, const char *method)
{
    size_t len = strlen(match->allow);
    (void)snprintf(match->allow + len, sizeof(match->allow) - len, "%s%s", len > 0 ? ", " : "", method);
}

enum hufu_err route_find(struct route_match *match, const struct http_route *const *tables,
                         const char *method, const char *path)
{
    size_t index = 0;
    memset(match, 0, sizeof(*match));
    for (; *tables; tables++) {
        for (const struct http_route *route = *tables; route->method; route++, index++) {
            if (!path_matches(match, route->path, path))
                continue;
            if (method_matches(route->method, method)) {
                match->route = route;
                match->index = index;
                match->allow[0] = '\0';
                return HUFU_OK;
            }
            allow_add(match, route->method);
        }
    }
    memset(match->parameters, 0, sizeof(match->parameters));
    return match->allow[0] ? HUFU_ERR_STATE : HUFU_ERR_NOT_FOUND;
}
