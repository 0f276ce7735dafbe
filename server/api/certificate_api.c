/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/certificate.h"

#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/core/service_key.h"
#include "server/http/field.h"
#include "server/http/reply.h"

struct certificate_body {
    struct bytes csr;
    int ca;
};

static const struct field certificate_fields[] = {
    {.name = "csr",
     .type = FIELD_BYTES,
     .offset = offsetof(struct certificate_body, csr),
     .min = 1,
     .max = CERTIFICATE_CSR_MAX},
    {.name = "ca",
     .type = FIELD_ENUM,
     .offset = offsetof(struct certificate_body, ca),
     .optional = true,
     .names = service_ca_names},
    {.name = NULL},
};

static json_t *certificate_json(const struct certificate *certificate, const struct certificate_chain *chain)
{
    return json_pack("{so, s[o, o]}", "certificate",
                     json_bytes(bytes_of(certificate->der, certificate->der_len)), "chain",
                     json_bytes(chain->issuing), json_bytes(chain->root));
}

void certificate_post(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "certificate.issue");
    struct certificate_body body = {.ca = 0}; /* "sm2" */
    uint8_t key_id[UUID_SIZE];
    struct certificate certificate;
    struct certificate_chain chain;
    bool issued;
    if (!field_read_path_uuid(request, 0, "id", key_id) ||
        !field_read_body(request, certificate_fields, &body)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = certificate_request(worker, &act, key_id, body.csr, service_ca_names[body.ca],
                                            &certificate, &chain, &issued);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, issued ? 201 : 200, certificate_json(&certificate, &chain));
}

void certificate_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "certificate.read");
    uint8_t key_id[UUID_SIZE];
    struct certificate certificate;
    struct certificate_chain chain;
    if (!field_read_path_uuid(request, 0, "id", key_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = certificate_of_key(worker, &act, key_id, &certificate, &chain);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, certificate_json(&certificate, &chain));
}
