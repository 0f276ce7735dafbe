/* SPDX-License-Identifier: Apache-2.0 */
/* What anybody may download to check a certificate: its chain and the revocation list. */
#include "server/api/outcome.h"
#include "server/api/tables.h"
#include "server/core/certificate.h"
#include "server/core/crl.h"
#include "server/core/pem.h"
#include "server/hsmc/hsmc.h"
#include "server/http/field.h"
#include "server/http/reply.h"
#include "server/http/request.h"

#define PEM_TYPE "application/pem-certificate-chain"
#define PEM_MAX (4 * HSMC_CERTIFICATE_MAX)

static bool read_name(struct http_request *request, struct worker *worker, struct act *act,
                      char name[CERTIFICATE_CA_MAX + 1])
{
    if (field_read_path_text(request, 0, "name", name, CERTIFICATE_CA_MAX + 1))
        return true;
    outcome_refused_form(request, worker, act);
    return false;
}

static enum hufu_err chain_text(struct worker *worker, const char *ca, bool with_issuing, struct buf *text)
{
    uint8_t issuing_memory[HSMC_CERTIFICATE_MAX], root_memory[HSMC_CERTIFICATE_MAX];
    struct buf issuing, root;
    buf_init(&issuing, issuing_memory, sizeof issuing_memory);
    buf_init(&root, root_memory, sizeof root_memory);
    enum hufu_err err = certificate_chain(worker, ca, &issuing, &root);
    if (!err && with_issuing)
        err = pem_put_certificate(text, buf_bytes(&issuing));
    return err ? err : pem_put_certificate(text, buf_bytes(&root));
}

static void reply_chain(struct http_request *request, struct worker *worker, bool with_issuing)
{
    struct act act = outcome_begin(request, "ca.chain");
    char name[CERTIFICATE_CA_MAX + 1];
    uint8_t memory[PEM_MAX];
    struct buf text;
    if (!read_name(request, worker, &act, name))
        return;
    buf_init(&text, memory, sizeof memory);
    enum hufu_err err = chain_text(worker, name, with_issuing, &text);
    if (err)
        outcome_refuse(request, worker, &act, err);
    else
        reply_bytes(request, 200, PEM_TYPE, buf_bytes(&text));
}

static void get_chain(struct http_request *request, struct worker *worker)
{
    reply_chain(request, worker, true);
}

static void get_root(struct http_request *request, struct worker *worker)
{
    reply_chain(request, worker, false);
}

static void get_crl(struct http_request *request, struct worker *worker)
{
    struct act act = outcome_begin(request, "ca.crl");
    char name[CERTIFICATE_CA_MAX + 1];
    struct buf der;
    if (!read_name(request, worker, &act, name))
        return;
    uint8_t *memory = request_alloc(request, HSMC_CRL_MAX);
    buf_init(&der, memory, HSMC_CRL_MAX);
    enum hufu_err err = memory ? crl_current(worker, name, &der) : HUFU_ERR_INTERNAL;
    if (err)
        outcome_refuse(request, worker, &act, err);
    else
        reply_bytes(request, 200, "application/pkix-crl", buf_bytes(&der));
}

const struct http_route ca_routes[] = {
    {"GET", "/v1/ca/{name}/chain.pem", ROUTE_PUBLIC, ROUTE_WORKER, get_chain},
    {"GET", "/v1/ca/{name}/root.pem", ROUTE_PUBLIC, ROUTE_WORKER, get_root},
    {"GET", "/v1/ca/{name}/crl", ROUTE_PUBLIC, ROUTE_WORKER, get_crl},
    {.method = NULL},
};
