/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/core/service_key.h"
#include "server/http/reply.h"

static json_t *service_json(const struct service_description *service)
{
    json_t *cas = json_array();
    for (size_t i = 0; i < service->ca_count; i++)
        json_array_append_new(cas, json_text(service->cas[i]));
    return json_pack("{so, so, so, so, so, so}", "version", json_text(HUFU_VERSION), "time",
                     json_time(service->time_ms), "identity_key",
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
        reply_json(request, 200, service_json(&service));
}
