/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/config.h"
#include "server/core/service_key.h"
#include "server/http/reply.h"

/* docs/dependencies.md, "To build" and "To run", with the licences under which Debian has them. */
static json_t *components_json(void)
{
    static const struct {
        const char *name, *licence;
    } components[] = {
        {"PostgreSQL (libpq)", "PostgreSQL"},
        {"libmicrohttpd", "LGPL-2.1-or-later"},
        {"GnuTLS", "LGPL-2.1-or-later"},
        {"OpenSSL", "Apache-2.0"},
        {"libsodium", "ISC"},
        {"jansson", "MIT"},
        {"libcurl", "curl"},
        {"libconfuse", "ISC"},
        {"utf8proc", "MIT"},
    };
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof components / sizeof components[0]; i++)
        json_array_append_new(
            list, json_pack("{ss, ss}", "name", components[i].name, "licence", components[i].licence));
    return list;
}

static json_t *service_json(const struct service_description *service, const char *address)
{
    json_t *cas = json_array();
    for (size_t i = 0; i < service->ca_count; i++)
        json_array_append_new(cas, json_text(service->cas[i]));
    return json_pack("{so, so, so, so, so, so, so, so, so}", "version", json_text(HUFU_VERSION), "address",
                     json_text(address), "licence", json_text("Apache-2.0"), "components", components_json(),
                     "time", json_time(service->time_ms), "identity_key",
                     json_bytes(bytes_of(service->identity_key, sizeof service->identity_key)), "statement",
                     json_bytes(bytes_of(service->key.statement, sizeof service->key.statement)),
                     "statement_signature",
                     json_bytes(bytes_of(service->key.signature, sizeof service->key.signature)), "ca", cas);
}

void service_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "service.read");
    struct service_description service;
    enum hufu_err err = service_describe(worker, &service);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, service_json(&service, worker->config->public_url));
}
