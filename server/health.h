/* SPDX-License-Identifier: Apache-2.0 */
/* What the service says about itself: alive, ready, measured. */
#ifndef HUFU_SERVER_HEALTH_H
#define HUFU_SERVER_HEALTH_H

#include "server/http/route.h"

extern const struct http_route health_routes[];       /* GET /healthz, GET /readyz */
extern const struct http_route health_admin_routes[]; /* the same, and GET /metrics */

#define HEALTH_CLOCK_DIFFERENCE_MAX_MS 1000

#endif
