/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON forms of authorizations. New references; NULL without memory. */
#ifndef HUFU_SERVER_API_AUTHORIZATION_VIEW_H
#define HUFU_SERVER_API_AUTHORIZATION_VIEW_H

#include <jansson.h>

#include "server/core/authorization.h"

/* As the act's person may see it. */
json_t *view_authorization(struct worker *worker, const struct act *act, struct authorization *authorization);
/* Events (authorization.h), by name. */
json_t *view_authorization_events(unsigned events);
json_t *view_authorization_found(const struct authorization_found *found);

#endif
