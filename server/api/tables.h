/* SPDX-License-Identifier: Apache-2.0 */
/* The route tables of this room, one a resource, each in the file of its noun (project_api.c, …) and ended by a route
 * without method. What the server serves is all of them (api.c). */
#ifndef HUFU_SERVER_API_TABLES_H
#define HUFU_SERVER_API_TABLES_H

#include "server/http/route.h"

/* The public port. */
extern const struct http_route ca_routes[];
extern const struct http_route certificate_routes[];
extern const struct http_route service_routes[];

/* The administrative socket. */
extern const struct http_route audit_admin_routes[];
extern const struct http_route project_admin_routes[];

#endif
