/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_ca.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "tests/unit/unit.h"

struct sdk_ca {
    EVP_PKEY *keys[2]; /* issuer, root */
    X509 *certificates[2];
};

static void put_der(struct buf *out, int len, unsigned char *der)
{
    assert_true(len > 0);
    buf_put(out, der, (size_t)len);
    OPENSSL_free(der);
}

static X509_NAME *name_of(const char *organization, const char *common_name)
{
    X509_NAME *name = X509_NAME_new();
    const unsigned char *values[] = {(const unsigned char *)"CN", (const unsigned char *)organization,
                                     (const unsigned char *)common_name};
    const char *fields[] = {"C", "O", "CN"};
    for (int i = 0; i < 3; i++)
        assert_int_equal(X509_NAME_add_entry_by_txt(name, fields[i], MBSTRING_UTF8, values[i], -1, -1, 0), 1);
    return name;
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    assert_non_null(extension);
    assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static X509 *begin(long serial, X509_NAME *subject, X509_NAME *issuer, EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    assert_int_equal(X509_set_version(certificate, 2), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial), 1);
    assert_int_equal(X509_set_subject_name(certificate, subject), 1);
    assert_int_equal(X509_set_issuer_name(certificate, issuer), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), -3600));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * 365));
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    return certificate;
}

/* SM2 with SM3 under the GM identity. */
static void sign(X509 *certificate, EVP_PKEY *key)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_CTX_set1_id(context, COSIGN_GM_IDENTITY, sizeof(COSIGN_GM_IDENTITY) - 1), 1);
    EVP_MD_CTX_set_pkey_ctx(digest, context);
    assert_int_equal(EVP_DigestSignInit(digest, NULL, EVP_sm3(), NULL, key), 1);
    assert_true(X509_sign_ctx(certificate, digest) > 0);
    EVP_MD_CTX_free(digest);
    EVP_PKEY_CTX_free(context);
}

struct sdk_ca *sdk_ca_new(void)
{
    struct sdk_ca *ca = calloc(1, sizeof(*ca));
    assert_non_null(ca);
    X509_NAME *names[2] = {name_of("Hufu tests", "Issuing CA"), name_of("Hufu tests", "Root CA")};
    for (int i = 1; i >= 0; i--) {
        ca->keys[i] = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
        assert_non_null(ca->keys[i]);
        ca->certificates[i] = begin(i + 1, names[i], names[1], ca->keys[i]);
        add_extension(ca->certificates[i], ca->certificates[1], NID_basic_constraints, "critical,CA:TRUE");
        add_extension(ca->certificates[i], ca->certificates[1], NID_key_usage,
                      "critical,keyCertSign,cRLSign");
        sign(ca->certificates[i], ca->keys[1]);
    }
    X509_NAME_free(names[0]);
    X509_NAME_free(names[1]);
    return ca;
}

void sdk_ca_free(struct sdk_ca *ca)
{
    for (int i = 0; i < 2; i++) {
        EVP_PKEY_free(ca->keys[i]);
        X509_free(ca->certificates[i]);
    }
    free(ca);
}

void sdk_ca_subject(struct buf *out, const char *organization, const char *name)
{
    X509_NAME *made = name_of(organization, name);
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(made, &der);
    put_der(out, len, der);
    X509_NAME_free(made);
}

static bool same_subject(X509_REQ *request, struct bytes subject)
{
    unsigned char *der = NULL;
    int len = i2d_X509_NAME(X509_REQ_get_subject_name(request), &der);
    bool same = len > 0 && bytes_equal(bytes_of(der, (size_t)len), subject);
    OPENSSL_free(der);
    return same;
}

static bool is_signed(X509_REQ *request, const uint8_t P[COSIGN_POINT_SIZE])
{
    ASN1_OCTET_STRING *identity = ASN1_OCTET_STRING_new();
    assert_int_equal(ASN1_OCTET_STRING_set(identity, (const unsigned char *)COSIGN_GM_IDENTITY, -1), 1);
    X509_REQ_set0_distinguishing_id(request, identity);
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    uint8_t point[COSIGN_POINT_SIZE];
    size_t len = 0;
    return key && X509_REQ_verify(request, key) == 1 &&
           EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) == 1 &&
           bytes_equal(bytes_of(point, len), bytes_of(P, COSIGN_POINT_SIZE));
}

bool sdk_ca_issue(const struct sdk_ca *ca, struct buf *certificate, struct bytes request,
                  struct bytes subject, const uint8_t P[COSIGN_POINT_SIZE])
{
    const unsigned char *at = request.data;
    X509_REQ *parsed = d2i_X509_REQ(NULL, &at, (long)request.len);
    if (!parsed)
        return false;
    bool whole = at == request.data + request.len && X509_REQ_get_version(parsed) == 0 &&
                 X509_REQ_get_attr_count(parsed) == 0 && same_subject(parsed, subject) &&
                 is_signed(parsed, P);
    if (whole) {
        X509 *made = begin(4711, X509_REQ_get_subject_name(parsed),
                           X509_get_subject_name(ca->certificates[0]), X509_REQ_get0_pubkey(parsed));
        add_extension(made, ca->certificates[0], NID_key_usage, "critical,digitalSignature,nonRepudiation");
        sign(made, ca->keys[0]);
        unsigned char *der = NULL;
        int len = i2d_X509(made, &der);
        put_der(certificate, len, der);
        X509_free(made);
    }
    X509_REQ_free(parsed);
    return whole;
}

void sdk_ca_certificate(const struct sdk_ca *ca, int which, struct buf *out)
{
    unsigned char *der = NULL;
    int len = i2d_X509(ca->certificates[which], &der);
    put_der(out, len, der);
}
