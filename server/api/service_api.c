/* SPDX-License-Identifier: Apache-2.0 */
/* What a device must know before it can say anything: the box key and who vouches for it, the clock, the CAs. */
#include "server/api/outcome.h"
#include "server/api/tables.h"
#include "server/clock.h"
#include "server/core/certificate.h"
#include "server/core/service_key.h"
#include "server/hsmc/hsmc.h"
#include "server/http/reply.h"
#include "server/http/request.h"
#include "server/worker.h"

static enum hufu_err list_cas(struct worker *worker, json_t *names)
{
    uint8_t issuing_memory[HSMC_CERTIFICATE_MAX], root_memory[HSMC_CERTIFICATE_MAX];
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; certificate_ca_names[i] && !err; i++) {
        struct buf issuing, root;
        buf_init(&issuing, issuing_memory, sizeof issuing_memory);
        buf_init(&root, root_memory, sizeof root_memory);
        err = certificate_chain(worker, certificate_ca_names[i], &issuing, &root);
        if (!err)
            json_array_append_new(names, json_text(certificate_ca_names[i]));
        else if (err == HUFU_ERR_NOT_FOUND)
            err = HUFU_OK;
    }
    return err;
}

static void get_service(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "service.show");
    struct service_key key;
    uint8_t identity_key[65];
    json_t *cas = json_array();
    enum hufu_err err = service_key_show(worker, &key, identity_key);
    if (!err)
        err = list_cas(worker, cas);
    if (err) {
        json_decref(cas);
        outcome_refuse(request, worker, &act, err);
        return;
    }
    reply_json(request, 200,
               json_pack("{ss, so, so, so, so, so}", "version", HUFU_VERSION, "time",
                         json_time(clock_wall_ms()), "identity_key",
                         json_bytes(bytes_of(identity_key, sizeof identity_key)), "statement",
                         json_bytes(bytes_of(key.statement, sizeof key.statement)), "statement_signature",
                         json_bytes(bytes_of(key.signature, sizeof key.signature)), "ca", cas));
}

const struct http_route service_routes[] = {
    {"GET", "/v1/service", ROUTE_PUBLIC, ROUTE_WORKER, get_service},
    {.method = NULL},
};
