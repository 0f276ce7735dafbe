/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/subject.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <string.h>

static void subject_free_name(X509_NAME **name)
{
    X509_NAME_free(*name);
}
static void subject_free_bio(BIO **bio)
{
    BIO_free(*bio);
}
static void subject_free_der(unsigned char **der)
{
    OPENSSL_free(*der);
}

static void subject_free_certificate(X509 **certificate)
{
    X509_free(*certificate);
}

static enum hufu_err subject_add(X509_NAME *name, int nid, const char *value)
{
    if (value == NULL)
        return HUFU_OK;
    /* MBSTRING_UTF8 lets OpenSSL's table choose: UTF8String, but PrintableString where X.520 wants that; it also holds
     * the upper bounds. */
    int added = X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0);
    return added == 1 ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err subject_fill(X509_NAME *name, const struct subject *subject, const char **field)
{
    const struct {
        const char *field;
        int nid;
        const char *value;
    } parts[] = {
        {"C", NID_countryName, subject->country},
        {"ST", NID_stateOrProvinceName, subject->province},
        {"L", NID_localityName, subject->locality},
        {"O", NID_organizationName, subject->organization},
        {"OU", NID_organizationalUnitName, subject->unit},
        {"CN", NID_commonName, subject->common_name},
        {"serialNumber", NID_serialNumber, subject->serial_number},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (subject_add(name, parts[i].nid, parts[i].value) != HUFU_OK) {
            *field = parts[i].field;
            return HUFU_ERR_FORM;
        }
    return HUFU_OK;
}

enum hufu_err subject_encode(struct buf *out, const struct subject *subject, const char **field)
{
    *field = NULL;
    X509_NAME *name __attribute__((cleanup(subject_free_name))) = X509_NAME_new();
    unsigned char *der __attribute__((cleanup(subject_free_der))) = NULL;
    if (name == NULL)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = subject_fill(name, subject, field);
    ERR_clear_error();
    if (err != HUFU_OK)
        return err;
    int len = i2d_X509_NAME(name, &der);
    if (len <= 0)
        return HUFU_ERR_INTERNAL;
    buf_put(out, der, (size_t)len);
    return buf_finish(out);
}

enum hufu_err subject_text(char text[SUBJECT_TEXT_MAX], struct bytes der)
{
    text[0] = '\0';
    const unsigned char *at = der.data;
    X509_NAME *name __attribute__((cleanup(subject_free_name))) = d2i_X509_NAME(NULL, &at, (long)der.len);
    BIO *memory __attribute__((cleanup(subject_free_bio))) = BIO_new(BIO_s_mem());
    const unsigned long how = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    char *data;
    if (name == NULL || at != der.data + der.len || memory == NULL ||
        X509_NAME_print_ex(memory, name, 0, how) < 0) {
        ERR_clear_error();
        return HUFU_ERR_FORM;
    }
    long len = BIO_get_mem_data(memory, &data);
    if (len < 0 || len >= SUBJECT_TEXT_MAX)
        return HUFU_ERR_FORM;
    memcpy(text, data, (size_t)len);
    text[len] = '\0';
    return HUFU_OK;
}

static bool subject_read_part(const X509_NAME_ENTRY *entry, struct subject_part *out)
{
    unsigned char *text __attribute__((cleanup(subject_free_der))) = NULL;
    const char *name = OBJ_nid2sn(OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)));
    int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
    if (name == NULL || strlen(name) >= sizeof out->name || len < 0 || len > SUBJECT_VALUE_MAX ||
        memchr(text, '\0', (size_t)len) != NULL)
        return false;
    memcpy(out->name, name, strlen(name) + 1);
    memcpy(out->value, text, (size_t)len);
    out->value[len] = '\0';
    return true;
}

enum hufu_err subject_parts(struct bytes certificate, struct subject_part parts[SUBJECT_PARTS_MAX],
                            size_t *count)
{
    *count = 0;
    const unsigned char *at = certificate.data;
    X509 *parsed __attribute__((cleanup(subject_free_certificate))) =
        d2i_X509(NULL, &at, (long)certificate.len);
    const X509_NAME *name = parsed != NULL ? X509_get_subject_name(parsed) : NULL;
    int there = name != NULL ? X509_NAME_entry_count(name) : -1;
    bool whole = there >= 0 && there <= SUBJECT_PARTS_MAX;
    for (int i = 0; whole && i < there; i++)
        whole = subject_read_part(X509_NAME_get_entry(name, i), &parts[i]);
    ERR_clear_error();
    *count = whole ? (size_t)there : 0;
    return whole ? HUFU_OK : HUFU_ERR_FORM;
}
