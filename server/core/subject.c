/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/subject.h"

#include <openssl/bio.h>
#include <openssl/x509.h>
#include <string.h>

static void name_drop(X509_NAME **name)
{
    X509_NAME_free(*name);
}
#define NAME_DROPPED __attribute__((cleanup(name_drop)))

static void text_drop(BIO **bio)
{
    BIO_free(*bio);
}
#define BIO_DROPPED __attribute__((cleanup(text_drop)))

/* OpenSSL's table of attributes knows the upper bounds of RFC 5280 and which of them are PrintableString. */
static enum hufu_err add(X509_NAME *name, int attribute, const char *value)
{
    size_t len = strlen(value);
    if (len == 0 || len > SUBJECT_VALUE_MAX)
        return HUFU_ERR_FORM;
    int done = X509_NAME_add_entry_by_NID(name, attribute, MBSTRING_UTF8, (const unsigned char *)value,
                                          (int)len, -1, 0);
    return done == 1 ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err append(struct buf *out, X509_NAME *name)
{
    int len = i2d_X509_NAME(name, NULL);
    uint8_t *room = len > 0 ? buf_reserve(out, (size_t)len) : NULL;
    if (!room)
        return len > 0 ? HUFU_ERR_LIMIT : HUFU_ERR_INTERNAL;
    return i2d_X509_NAME(name, &room) == len ? HUFU_OK : HUFU_ERR_INTERNAL;
}

enum hufu_err subject_encode(struct buf *out, const struct subject *subject, const char **bad)
{
    const struct {
        const char *field;
        int attribute;
        const char *value;
    } attributes[] = {
        {"country", NID_countryName, subject->country},
        {"province", NID_stateOrProvinceName, subject->province},
        {"locality", NID_localityName, subject->locality},
        {"organization", NID_organizationName, subject->organization},
        {"unit", NID_organizationalUnitName, subject->unit},
        {"common_name", NID_commonName, subject->common_name},
        {"serial_number", NID_serialNumber, subject->serial_number},
    };
    X509_NAME *name NAME_DROPPED = X509_NAME_new();
    *bad = subject->common_name ? NULL : "common_name";
    if (!name)
        return HUFU_ERR_INTERNAL;
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0] && !*bad; i++) {
        if (attributes[i].value && add(name, attributes[i].attribute, attributes[i].value))
            *bad = attributes[i].field;
    }
    return *bad ? HUFU_ERR_FORM : append(out, name);
}

static X509_NAME *parse(struct bytes der)
{
    const unsigned char *at = der.data;
    X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.len);
    if (name && at != der.data + der.len) {
        X509_NAME_free(name);
        return NULL;
    }
    return name;
}

enum hufu_err subject_text(char *text, size_t size, struct bytes der)
{
    X509_NAME *name NAME_DROPPED = parse(der);
    BIO *bio BIO_DROPPED = BIO_new(BIO_s_mem());
    text[0] = '\0';
    if (!name)
        return HUFU_ERR_FORM;
    if (!bio || X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0)
        return HUFU_ERR_INTERNAL;
    int len = BIO_read(bio, text, (int)size - 1);
    text[len > 0 ? len : 0] = '\0';
    return HUFU_OK;
}
