/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/certificate.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "hsm/owned.h"

struct extension {
    int nid;
    const char *value;
};

#define EXTENSIONS_MAX 4

static const struct extension profiles[][EXTENSIONS_MAX] = {
    [CERTIFICATE_ROOT] = {{NID_basic_constraints, "critical,CA:TRUE"},
                          {NID_key_usage, "critical,keyCertSign,cRLSign"},
                          {NID_subject_key_identifier, "hash"},
                          {NID_undef, NULL}},
    [CERTIFICATE_ISSUING] = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
                             {NID_key_usage, "critical,keyCertSign,cRLSign"},
                             {NID_subject_key_identifier, "hash"},
                             {NID_authority_key_identifier, "keyid:always"}},
    [CERTIFICATE_SIGN] = {{NID_basic_constraints, "critical,CA:FALSE"},
                          {NID_key_usage, "critical,digitalSignature,nonRepudiation"},
                          {NID_subject_key_identifier, "hash"},
                          {NID_authority_key_identifier, "keyid:always"}},
    [CERTIFICATE_DECRYPT] = {{NID_basic_constraints, "critical,CA:FALSE"},
                             {NID_key_usage, "critical,keyEncipherment,dataEncipherment,keyAgreement"},
                             {NID_subject_key_identifier, "hash"},
                             {NID_authority_key_identifier, "keyid:always"}},
};

X509 *certificate_parse(struct bytes der)
{
    const unsigned char *at = der.data;
    X509 *certificate = der.len <= CERTIFICATE_DER_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    if (certificate && at != der.data + der.len) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

X509_NAME *certificate_name(struct bytes der)
{
    const unsigned char *at = der.data;
    X509_NAME *name = der.len <= CERTIFICATE_SUBJECT_MAX ? d2i_X509_NAME(NULL, &at, (long)der.len) : NULL;
    if (name && (at != der.data + der.len || X509_NAME_entry_count(name) == 0)) {
        X509_NAME_free(name);
        return NULL;
    }
    return name;
}

ASN1_INTEGER *certificate_serial(const uint8_t serial[CERTIFICATE_SERIAL_SIZE])
{
    OWNED(BIGNUM) *number = BN_bin2bn(serial, CERTIFICATE_SERIAL_SIZE, NULL);
    if (!number || (serial[0] & 0x80) || BN_is_zero(number))
        return NULL;
    return BN_to_ASN1_INTEGER(number, NULL);
}

static bool set_time(ASN1_TIME *field, uint64_t time_ms)
{
    return ASN1_TIME_set(field, (time_t)(time_ms / 1000)) != NULL;
}

static bool set_fields(X509 *certificate, const struct certificate_terms *terms)
{
    return X509_set_version(certificate, X509_VERSION_3) &&
           set_time(X509_getm_notBefore(certificate), terms->not_before_ms) &&
           set_time(X509_getm_notAfter(certificate), terms->not_after_ms) &&
           X509_set_pubkey(certificate, terms->key);
}

static bool set_names(X509 *certificate, const struct certificate_terms *terms, const X509_NAME *subject)
{
    const X509_NAME *issuer = terms->issuer ? X509_get_subject_name(terms->issuer) : subject;
    return X509_set_subject_name(certificate, subject) && X509_set_issuer_name(certificate, issuer);
}

static bool add_extension(X509 *certificate, X509 *issuer, const struct extension *extension)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer ? issuer : certificate, certificate, NULL, NULL, 0);
    OWNED(X509_EXTENSION) *made = X509V3_EXT_conf_nid(NULL, &ctx, extension->nid, extension->value);
    return made && X509_add_ext(certificate, made, -1);
}

static bool add_extensions(X509 *certificate, const struct certificate_terms *terms)
{
    bool added = true;
    for (size_t i = 0; added && i < EXTENSIONS_MAX && profiles[terms->profile][i].value; i++)
        added = add_extension(certificate, terms->issuer, &profiles[terms->profile][i]);
    return added;
}

static int encode_certificate(const void *object, unsigned char **out)
{
    return i2d_X509(object, out);
}

enum hufu_err certificate_put_der(struct buf *out, int (*encode)(const void *object, unsigned char **out),
                                  const void *object)
{
    int len = encode(object, NULL);
    unsigned char *room = len > 0 ? buf_reserve(out, (size_t)len) : NULL;
    if (!room)
        return len > 0 ? HUFU_ERR_LIMIT : HUFU_ERR_INTERNAL;
    return encode(object, &room) == len ? HUFU_OK : HUFU_ERR_INTERNAL;
}

enum hufu_err certificate_make(struct buf *out, const struct certificate_terms *terms, struct signer *signer)
{
    OWNED(X509_NAME) *subject = certificate_name(terms->subject);
    OWNED(ASN1_INTEGER) *serial = certificate_serial(terms->serial);
    if (!subject || !serial)
        return HUFU_ERR_FORM;
    OWNED(X509) *certificate = X509_new();
    if (!certificate || !X509_set_serialNumber(certificate, serial) || !set_fields(certificate, terms) ||
        !set_names(certificate, terms, subject) || !add_extensions(certificate, terms))
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = signer_sign_certificate(signer, certificate);
    return err ? err : certificate_put_der(out, encode_certificate, certificate);
}

static bool outlives(const struct certificate_terms *terms)
{
    OWNED(ASN1_TIME) *end = ASN1_TIME_set(NULL, (time_t)(terms->not_after_ms / 1000));
    return !end || ASN1_TIME_compare(end, X509_get0_notAfter(terms->issuer)) > 0;
}

bool certificate_begins_soon(uint64_t from_ms, uint64_t now_ms)
{
    return from_ms <= now_ms || from_ms - now_ms <= CERTIFICATE_AHEAD_MAX_MS;
}

enum hufu_err certificate_check_validity(const struct certificate_terms *terms, uint64_t now_ms)
{
    uint64_t from = terms->not_before_ms, until = terms->not_after_ms;
    bool refused = from >= until || until - from > CERTIFICATE_VALIDITY_MAX_MS ||
                   (from < now_ms && now_ms - from > CERTIFICATE_BACKDATE_MAX_MS) ||
                   !certificate_begins_soon(from, now_ms) || outlives(terms);
    return refused ? HUFU_ERR_POLICY : HUFU_OK;
}
