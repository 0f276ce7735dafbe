/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/pem.h"
#include "server/core/certificate.h"
#include "server/core/crl.h"
#include "server/http/field.h"
#include "server/http/reply.h"

static bool ca_read(struct http_request *request, struct worker *worker, struct act *act, char *name,
                    size_t size)
{
    if (field_read_path_text(request, 0, "name", name, size))
        return true;
    answer_form_refused(request, worker, act);
    return false;
}

static void ca_answer_pem(struct http_request *request, struct worker *worker, bool with_issuing)
{
    struct act act = answer_begin(request, "ca.read");
    char name[HSMC_CA_NAME_MAX + 1];
    uint8_t memory[2 * PEM_SIZE(HSMC_CERTIFICATE_MAX)];
    struct certificate_chain chain;
    struct buf pem;
    if (!ca_read(request, worker, &act, name, sizeof name))
        return;
    enum hufu_err err = certificate_chain_read(worker, &act, name, &chain);
    if (err != HUFU_OK) {
        answer_refused(request, worker, &act, err);
        return;
    }
    buf_init(&pem, memory, sizeof memory);
    if (with_issuing)
        pem_put_certificate(&pem, chain.issuing);
    pem_put_certificate(&pem, chain.root);
    if (buf_finish(&pem) != HUFU_OK)
        answer_refused(request, worker, &act, HUFU_ERR_INTERNAL);
    else
        reply_bytes(request, 200, "application/x-pem-file", buf_bytes(&pem));
}

void ca_get_chain(struct http_request *request, struct worker *worker)
{
    ca_answer_pem(request, worker, true);
}

void ca_get_root(struct http_request *request, struct worker *worker)
{
    ca_answer_pem(request, worker, false);
}

void ca_get_crl(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "ca.read");
    char name[HSMC_CA_NAME_MAX + 1];
    struct buf crl;
    if (!ca_read(request, worker, &act, name, sizeof name))
        return;
    uint8_t *memory = request_alloc(request, HSMC_CRL_MAX);
    buf_init(&crl, memory, memory != NULL ? HSMC_CRL_MAX : 0);
    enum hufu_err err = memory != NULL ? crl_current(worker, &act, name, &crl) : HUFU_ERR_INTERNAL;
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_bytes(request, 200, "application/pkix-crl", buf_bytes(&crl));
}
