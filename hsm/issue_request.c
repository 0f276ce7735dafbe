/* SPDX-License-Identifier: Apache-2.0 */
/* cert/issue, crl/issue, ca/chain. What is signed is built here: there is no way to have other bytes signed. */
#include <string.h>

#include "hsm/authority.h"
#include "hsm/binding.h"
#include "hsm/crl.h"
#include "hsm/csr.h"
#include "hsm/owned.h"
#include "hsm/request.h"

/* An issuing CA at work: its certificate and its key. */
struct issuer {
    struct signer signer;
    X509 *certificate;
};

static void issuer_done(struct issuer *issuer)
{
    signer_done(&issuer->signer);
    X509_free(issuer->certificate);
}
#define ISSUER_DONE __attribute__((cleanup(issuer_done)))

static enum hufu_err open_issuer(struct issuer *issuer, struct worker *worker, struct bytes name)
{
    const struct authority *authority = authority_find(worker->hsm->authorities, name);
    struct buf plain;
    if (!authority)
        return HUFU_ERR_NOT_FOUND;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    issuer->certificate = certificate_parse(authority_issuing(authority));
    if (!issuer->certificate)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err =
        authority_open(&issuer->signer, authority, worker->hsm->token, worker->session, &plain);
    /* Certificates that nobody can verify are worse than none. */
    if (!err && EVP_PKEY_eq(X509_get0_pubkey(issuer->certificate), issuer->signer.key) != 1)
        err = HUFU_ERR_INTERNAL;
    return err;
}

/* fields: project, key id, binding id, generation, sealed. */
static enum hufu_err open_record(struct worker *worker, const struct bytes *fields)
{
    struct record_place place = {.kind = RECORD_BINDING};
    enum hufu_err err = request_take(place.project, sizeof(place.project), fields[0]);
    if (!err)
        err = request_take(place.key, sizeof(place.key), fields[1]);
    if (!err)
        err = request_take(place.binding, sizeof(place.binding), fields[2]);
    if (!err)
        err = request_take_u32(&place.generation, fields[3]);
    return err ? err : binding_open(worker, &worker->secret->frames[0].record, &place, fields[4]);
}

/* fields: subject, serial, not before, not after. */
static enum hufu_err take_terms(struct certificate_terms *terms, const struct bytes *fields)
{
    terms->subject = fields[0];
    enum hufu_err err = request_take(terms->serial, sizeof(terms->serial), fields[1]);
    if (!err)
        err = request_take_u64(&terms->not_before_ms, fields[2]);
    return err ? err : request_take_u64(&terms->not_after_ms, fields[3]);
}

/* The certificate is the holder's: it is asked for with the holder's own record. */
static enum hufu_err check_terms(const struct worker *worker, const struct certificate_terms *terms,
                                 struct bytes csr)
{
    const struct record_binding *record = &worker->secret->frames[0].record;
    enum hufu_err err =
        csr_check(csr, terms->key, bytes_of(record->identity.data, record->identity.len), terms->subject);
    if (!err && (record->role != RECORD_PRIMARY || record->must_refresh))
        err = HUFU_ERR_POLICY;
    return err ? err : certificate_check_validity(terms, worker->now_ms);
}

static enum hufu_err issue(struct worker *worker, struct certificate_terms *terms, struct issuer *issuer,
                           struct bytes csr, struct buf *reply)
{
    const struct record_binding *record = &worker->secret->frames[0].record;
    OWNED(EVP_PKEY) *key = signer_public_key(record->half.P);
    if (!key)
        return HUFU_ERR_INTERNAL;
    terms->key = key;
    terms->issuer = issuer->certificate;
    terms->profile = record->operations == FRAME_ALLOW_SIGN ? CERTIFICATE_SIGN : CERTIFICATE_DECRYPT;
    enum hufu_err err = check_terms(worker, terms, csr);
    if (err)
        return err;
    size_t mark = buf_field_begin(reply);
    err = certificate_make(reply, terms, &issuer->signer);
    buf_field_end(reply, mark);
    return err;
}

/* fields: ca, project, key id, binding id, generation, sealed, PKCS#10, subject, serial, not before, not after. */
enum hufu_err request_cert_issue(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    ISSUER_DONE struct issuer issuer = {0};
    struct certificate_terms terms = {0};
    enum hufu_err err = take_terms(&terms, fields + 7);
    if (!err)
        err = open_record(worker, fields + 1);
    if (!err)
        err = open_issuer(&issuer, worker, fields[0]);
    return err ? err : issue(worker, &terms, &issuer, fields[6], reply);
}

/* fields: ca, number, this update, next update, revoked. */
enum hufu_err request_crl_issue(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    ISSUER_DONE struct issuer issuer = {0};
    struct crl_terms terms = {.revoked = fields[4]};
    enum hufu_err err = request_take_u64(&terms.number, fields[1]);
    if (!err)
        err = request_take_u64(&terms.this_update_ms, fields[2]);
    if (!err)
        err = request_take_u64(&terms.next_update_ms, fields[3]);
    if (!err)
        err = open_issuer(&issuer, worker, fields[0]);
    if (err)
        return err;
    terms.issuer = issuer.certificate;
    size_t mark = buf_field_begin(reply);
    err = crl_make(reply, &terms, &issuer.signer, worker->now_ms);
    buf_field_end(reply, mark);
    return err;
}

enum hufu_err request_ca_chain(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    const struct authority *authority = authority_find(worker->hsm->authorities, fields[0]);
    if (!authority)
        return HUFU_ERR_NOT_FOUND;
    buf_put_field_bytes(reply, authority_issuing(authority));
    buf_put_field_bytes(reply, authority_root(authority));
    return HUFU_OK;
}
