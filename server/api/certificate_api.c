/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/outcome.h"
#include "server/api/tables.h"
#include "server/core/certificate.h"
#include "server/hsmc/hsmc.h"
#include "server/http/field.h"
#include "server/http/reply.h"
#include "server/http/request.h"

struct certificate_in {
    struct bytes csr;
    int ca; /* index in certificate_ca_names */
};

static const struct field certificate_fields[] = {
    {.name = "csr",
     .type = FIELD_BYTES,
     .offset = offsetof(struct certificate_in, csr),
     .min = 1,
     .max = CERTIFICATE_REQUEST_MAX},
    {.name = "ca",
     .type = FIELD_ENUM,
     .offset = offsetof(struct certificate_in, ca),
     .optional = true,
     .names = certificate_ca_names},
    {.name = NULL},
};

/* The certificate with the two above it. */
static void reply_certificate(struct http_request *request, struct worker *worker, struct act *act,
                              unsigned status, const struct certificate *certificate)
{
    uint8_t issuing_memory[HSMC_CERTIFICATE_MAX], root_memory[HSMC_CERTIFICATE_MAX];
    struct buf issuing, root;
    buf_init(&issuing, issuing_memory, sizeof issuing_memory);
    buf_init(&root, root_memory, sizeof root_memory);
    enum hufu_err err = certificate_chain(worker, certificate->ca, &issuing, &root);
    if (err) {
        outcome_refuse(request, worker, act, err);
        return;
    }
    reply_json(request, status,
               json_pack("{so, so, s[o, o]}", "certificate",
                         json_bytes(bytes_of(certificate->der, certificate->der_len)), "ca",
                         json_text(certificate->ca), "chain", json_bytes(buf_bytes(&issuing)),
                         json_bytes(buf_bytes(&root))));
}

static void post_request(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "certificate.issue");
    struct certificate_in in = {0};
    struct certificate certificate;
    uint8_t key_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", key_id) ||
        !field_read_body(request, certificate_fields, &in)) {
        outcome_refused_form(request, worker, &act);
        return;
    }
    enum hufu_err err =
        certificate_issue(worker, &act, key_id, certificate_ca_names[in.ca], in.csr, &certificate);
    if (err)
        outcome_refuse(request, worker, &act, err);
    else
        reply_certificate(request, worker, &act, 201, &certificate);
}

static void get_certificate(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "certificate.show");
    struct certificate certificate;
    uint8_t key_id[UUID_SIZE];
    if (!field_read_path_uuid(request, 0, "id", key_id)) {
        outcome_refused_form(request, worker, &act);
        return;
    }
    enum hufu_err err = certificate_show(worker, &act, key_id, &certificate);
    if (err)
        outcome_refuse(request, worker, &act, err);
    else
        reply_certificate(request, worker, &act, 200, &certificate);
}

const struct http_route certificate_routes[] = {
    {"POST", "/v1/keys/{id}/certificate-requests", ROUTE_SESSION, ROUTE_WORKER, post_request},
    {"GET", "/v1/keys/{id}/certificate", ROUTE_SESSION, ROUTE_WORKER, get_certificate},
    {.method = NULL},
};
