/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/certificate.h"

#include "mobile-sdk/der.h"

/* SEQUENCE { SEQUENCE { id-ecPublicKey, curve }, BIT STRING }: RFC 5480 with the curve of GB/T 32918.5. */
static void put_key(struct buf *out, const uint8_t P[COSIGN_POINT_SIZE])
{
    size_t key = der_begin(out, DER_SEQUENCE);
    size_t algorithm = der_begin(out, DER_SEQUENCE);
    der_put_raw(out, der_oid_ec_public_key);
    der_put_raw(out, der_oid_sm2_curve);
    der_end(out, algorithm);
    der_put_bit_string(out, bytes_of(P, COSIGN_POINT_SIZE));
    der_end(out, key);
}

static bool is_one_sequence(struct bytes der)
{
    struct cursor in;
    cursor_init(&in, der);
    (void)der_take(&in, DER_SEQUENCE);
    return cursor_finish(&in) == HUFU_OK;
}

/* RDNSequence: SEQUENCE OF SET OF SEQUENCE { type, value }. */
bool certificate_subject_names(struct bytes subject, const char *name)
{
    struct cursor outer;
    cursor_init(&outer, subject);
    struct cursor names = der_inside(&outer, der_take(&outer, DER_SEQUENCE));
    size_t found = 0, same = 0;
    while (!names.failed && cursor_left(&names) > 0) {
        struct cursor set = der_inside(&names, der_take(&names, DER_SET));
        while (!set.failed && cursor_left(&set) > 0) {
            struct cursor pair = der_inside(&set, der_take(&set, DER_SEQUENCE));
            bool is_name = bytes_equal(der_take_raw(&pair), der_oid_common_name);
            uint8_t tag = cursor_left(&pair) ? pair.data[pair.at] : 0;
            bool is_text = bytes_equal_text(der_take(&pair, tag), name);
            if (cursor_finish(&pair))
                return false;
            found += is_name;
            same += is_name && is_text;
        }
        if (cursor_finish(&set))
            return false;
    }
    return cursor_finish(&outer) == HUFU_OK && cursor_finish(&names) == HUFU_OK && found == 1 && same == 1;
}

/* CertificationRequestInfo of RFC 2986 §4.1, without attributes. */
enum hufu_err certificate_request_info(struct buf *out, struct bytes subject,
                                       const uint8_t P[COSIGN_POINT_SIZE])
{
    if (subject.len > CERTIFICATE_SUBJECT_MAX || !is_one_sequence(subject))
        return HUFU_ERR_FORM;
    size_t info = der_begin(out, DER_SEQUENCE);
    der_put_small_integer(out, 0);
    der_put_raw(out, subject);
    put_key(out, P);
    der_put(out, DER_CONTEXT_0, bytes_of(NULL, 0));
    der_end(out, info);
    return buf_finish(out);
}

enum hufu_err certificate_request(struct buf *out, struct bytes info,
                                  const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    uint8_t memory[HUFU_SIGNATURE_DER_MAX];
    struct buf signature_der;
    buf_init(&signature_der, memory, sizeof(memory));
    der_put_signature(&signature_der, signature);
    size_t request = der_begin(out, DER_SEQUENCE);
    der_put_raw(out, info);
    der_put_algorithm(out, der_oid_sm2_with_sm3);
    der_put_bit_string(out, buf_bytes(&signature_der));
    der_end(out, request);
    enum hufu_err err = buf_finish(&signature_der);
    return err ? err : buf_finish(out);
}

/* TBSCertificate of RFC 5280 §4.1, as far as the public key. */
static void parse_signed_part(struct certificate_view *view, struct cursor *in)
{
    if (der_next_is(in, DER_CONTEXT_0))
        (void)der_take_raw(in); /* version */
    if (!der_next_is(in, DER_INTEGER))
        in->failed = true;
    view->serial = der_take_raw(in);
    (void)der_take(in, DER_SEQUENCE); /* signature algorithm */
    if (!der_next_is(in, DER_SEQUENCE))
        in->failed = true;
    view->issuer = der_take_raw(in);
    (void)der_take(in, DER_SEQUENCE); /* validity */
    if (!der_next_is(in, DER_SEQUENCE))
        in->failed = true;
    view->subject = der_take_raw(in);
    if (!der_next_is(in, DER_SEQUENCE))
        in->failed = true;
    view->key = der_take_raw(in);
    while (!in->failed && cursor_left(in) > 0)
        (void)der_take_raw(in); /* extensions, and what else there may be */
}

enum hufu_err certificate_parse(struct certificate_view *view, struct bytes der)
{
    *view = (struct certificate_view){.serial = bytes_of(NULL, 0)};
    struct cursor outer;
    cursor_init(&outer, der);
    struct cursor whole = der_inside(&outer, der_take(&outer, DER_SEQUENCE));
    struct cursor signed_part = der_inside(&whole, der_take(&whole, DER_SEQUENCE));
    (void)der_take(&whole, DER_SEQUENCE);
    (void)der_take(&whole, DER_BIT_STRING);
    parse_signed_part(view, &signed_part);
    if (cursor_finish(&outer) || cursor_finish(&whole) || cursor_finish(&signed_part)) {
        *view = (struct certificate_view){.serial = bytes_of(NULL, 0)};
        return HUFU_ERR_FORM;
    }
    return HUFU_OK;
}

bool certificate_is_of(const struct certificate_view *view, const uint8_t P[COSIGN_POINT_SIZE])
{
    uint8_t memory[128];
    struct buf key;
    buf_init(&key, memory, sizeof(memory));
    put_key(&key, P);
    return buf_finish(&key) == HUFU_OK && bytes_equal(view->key, buf_bytes(&key));
}
