/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/crl.h"

#include <openssl/x509v3.h>

#include "hsm/owned.h"

#define REASON_UNSPECIFIED 0 /* left out of the entry, as RFC 5280 §5.3.1 asks */
#define REASON_UNUSED 7
#define REASON_REMOVE_FROM_CRL 8 /* for delta lists alone */
#define REASON_LAST 10

static bool is_reason(uint32_t reason)
{
    return reason <= REASON_LAST && reason != REASON_UNUSED && reason != REASON_REMOVE_FROM_CRL;
}

static bool set_reason(X509_REVOKED *entry, uint32_t reason)
{
    if (reason == REASON_UNSPECIFIED)
        return true;
    OWNED(ASN1_ENUMERATED) *value = ASN1_ENUMERATED_new();
    return value && ASN1_ENUMERATED_set(value, (long)reason) &&
           X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value, 0, 0) == 1;
}

static enum hufu_err add_entry(X509_CRL *crl, const uint8_t *serial_bytes, uint64_t time_ms, uint32_t reason)
{
    OWNED(ASN1_INTEGER) *serial = certificate_serial(serial_bytes);
    if (!serial || !is_reason(reason))
        return HUFU_ERR_FORM;
    OWNED(ASN1_TIME) *when = ASN1_TIME_set(NULL, (time_t)(time_ms / 1000));
    X509_REVOKED *entry = X509_REVOKED_new();
    if (when && entry && X509_REVOKED_set_serialNumber(entry, serial) &&
        X509_REVOKED_set_revocationDate(entry, when) && set_reason(entry, reason) &&
        X509_CRL_add0_revoked(crl, entry))
        return HUFU_OK;
    X509_REVOKED_free(entry);
    return HUFU_ERR_INTERNAL;
}

static enum hufu_err add_entries(X509_CRL *crl, struct bytes revoked)
{
    struct cursor c;
    cursor_init(&c, revoked);
    while (cursor_left(&c) > 0) {
        struct bytes serial = cursor_field_exact(&c, CERTIFICATE_SERIAL_SIZE);
        uint64_t time_ms = cursor_field_u64(&c);
        uint32_t reason = cursor_field_u32(&c);
        if (c.failed)
            return HUFU_ERR_FORM;
        enum hufu_err err = add_entry(crl, serial.data, time_ms, reason);
        if (err)
            return err;
    }
    return cursor_finish(&c);
}

static bool set_times(X509_CRL *crl, const struct crl_terms *terms)
{
    OWNED(ASN1_TIME) *from = ASN1_TIME_set(NULL, (time_t)(terms->this_update_ms / 1000));
    OWNED(ASN1_TIME) *until = ASN1_TIME_set(NULL, (time_t)(terms->next_update_ms / 1000));
    return from && until && X509_CRL_set1_lastUpdate(crl, from) && X509_CRL_set1_nextUpdate(crl, until);
}

static bool add_extensions(X509_CRL *crl, const struct crl_terms *terms)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, terms->issuer, NULL, NULL, crl, 0);
    OWNED(X509_EXTENSION) *issuer =
        X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier, "keyid:always");
    OWNED(ASN1_INTEGER) *number = ASN1_INTEGER_new();
    return issuer && number && X509_CRL_add_ext(crl, issuer, -1) &&
           ASN1_INTEGER_set_uint64(number, terms->number) &&
           X509_CRL_add1_ext_i2d(crl, NID_crl_number, number, 0, 0) == 1;
}

static int encode_crl(const void *object, unsigned char **out)
{
    return i2d_X509_CRL(object, out);
}

enum hufu_err crl_make(struct buf *out, const struct crl_terms *terms, struct signer *signer, uint64_t now_ms)
{
    if (terms->next_update_ms <= terms->this_update_ms ||
        terms->next_update_ms - terms->this_update_ms > CRL_VALIDITY_MAX_MS ||
        !certificate_begins_soon(terms->this_update_ms, now_ms))
        return HUFU_ERR_POLICY;
    OWNED(X509_CRL) *crl = X509_CRL_new();
    if (!crl || !X509_CRL_set_version(crl, X509_CRL_VERSION_2) ||
        !X509_CRL_set_issuer_name(crl, X509_get_subject_name(terms->issuer)) || !set_times(crl, terms) ||
        !add_extensions(crl, terms))
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = add_entries(crl, terms->revoked);
    if (err)
        return err;
    (void)X509_CRL_sort(crl);
    err = signer_sign_crl(signer, crl);
    return err ? err : certificate_put_der(out, encode_crl, crl);
}
