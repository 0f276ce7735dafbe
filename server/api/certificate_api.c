/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/certificate.h"

#include <stddef.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/core/certificate_view.h"
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

static json_t *certificate_view_json(const uint8_t key_id[UUID_SIZE], const struct certificate_view *view)
{
    char serial[2 * CERTIFICATE_SERIAL_SIZE + 1];
    json_t *parts = json_array();
    for (size_t i = 0; i < view->count; i++)
        json_array_append_new(parts, json_pack("{so, so, sb}", "name", json_text(view->parts[i].name),
                                               "value", json_text(view->parts[i].value), "personal",
                                               (int)view->parts[i].personal));
    hex_encode(serial, sizeof serial, bytes_of(view->serial, sizeof view->serial));
    return json_pack("{so, so, so, so, so, sb, so}", "key_id", json_uuid(key_id), "ca", json_text(view->ca),
                     "serial", json_text(serial), "not_before", json_time(view->not_before_ms), "not_after",
                     json_time(view->not_after_ms), "masked", (int)view->masked, "subject", parts);
}

void certificate_get_view(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "certificate.view");
    uint8_t key_id[UUID_SIZE];
    struct certificate_view view;
    if (!field_read_path_uuid(request, 0, "id", key_id)) {
        answer_form_refused(request, worker, &act);
        return;
    }
    enum hufu_err err = certificate_look(worker, &act, key_id, &view);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, certificate_view_json(key_id, &view));
}
