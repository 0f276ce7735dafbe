/* SPDX-License-Identifier: Apache-2.0 */
/* The DER writer and reader, and what is made of them: signatures, ciphertexts, requests, certificates. */
#include "tests/unit/unit.h"

#include "cosign/cosign.h"
#include "mobile-sdk/certificate.h"
#include "mobile-sdk/der.h"
#include "tests/unit/sdk_ca.h"

struct written {
    uint8_t memory[4096];
    struct buf out;
};

static struct buf *start(struct written *written)
{
    buf_init(&written->out, written->memory, sizeof(written->memory));
    return &written->out;
}

static void assert_written(const struct written *written, const char *bytes, size_t len)
{
    assert_ok(buf_finish(&written->out));
    assert_int_equal(written->out.len, len);
    assert_memory_equal(written->memory, bytes, len);
}

/* X.690 §8.1.3: the length has as few bytes as can be. */
static void lengths_take_the_shortest_form(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        uint8_t header[4];
        size_t header_len;
    } cases[] = {{0, {0}, 1},
                 {0x7f, {0x7f}, 1},
                 {0x80, {0x81, 0x80}, 2},
                 {0xff, {0x81, 0xff}, 2},
                 {0x100, {0x82, 0x01, 0x00}, 3},
                 {0xfff, {0x82, 0x0f, 0xff}, 3}};
    static uint8_t content[0xfff];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static uint8_t memory[0x1010];
        struct buf out;
        buf_init(&out, memory, sizeof(memory));
        der_put(&out, DER_OCTET_STRING, bytes_of(content, cases[i].len));
        assert_ok(buf_finish(&out));
        assert_int_equal(out.len, 1 + cases[i].header_len + cases[i].len);
        assert_memory_equal(memory + 1, cases[i].header, cases[i].header_len);
        struct cursor in;
        cursor_init(&in, buf_bytes(&out));
        assert_int_equal(der_take(&in, DER_OCTET_STRING).len, cases[i].len);
        assert_ok(cursor_finish(&in));
    }
}

static void elements_too_large_for_their_memory_fail(void **state)
{
    (void)state;
    uint8_t memory[130];
    static const uint8_t content[128];
    struct buf out;
    buf_init(&out, memory, sizeof(memory)); /* the content fits, the second length byte does not */
    der_put(&out, DER_OCTET_STRING, bytes_of(content, sizeof(content)));
    assert_int_equal(buf_finish(&out), HUFU_ERR_LIMIT);
}

static void integers_are_minimal_and_positive(void **state)
{
    (void)state;
    struct written written;
    der_put_unsigned(start(&written), bytes_of("\x00\x00\x80", 3));
    assert_written(&written, "\x02\x02\x00\x80", 4);
    der_put_unsigned(start(&written), bytes_of("\x00\x00", 2));
    assert_written(&written, "\x02\x01\x00", 3);
    der_put_unsigned(start(&written), bytes_of("\x7f\xff", 2));
    assert_written(&written, "\x02\x02\x7f\xff", 4);
}

static void times_change_their_form_in_2050(void **state)
{
    (void)state;
    struct written written;
    der_put_time(start(&written), UINT64_C(2524607999999));
    assert_written(&written,
                   "\x17\x0d"
                   "491231235959Z",
                   15);
    der_put_time(start(&written), UINT64_C(2524608000000));
    assert_written(&written,
                   "\x18\x0f"
                   "20500101000000Z",
                   17);
}

static enum hufu_err take_one(const char *bytes, size_t len, uint8_t tag)
{
    struct cursor in;
    cursor_init(&in, bytes_of(bytes, len));
    (void)der_take(&in, tag);
    return cursor_finish(&in);
}

static void lengths_in_another_than_the_shortest_form_are_refused(void **state)
{
    (void)state;
    assert_ok(take_one("\x04\x01\xaa", 3, DER_OCTET_STRING));
    assert_int_equal(take_one("\x04\x81\x01\xaa", 4, DER_OCTET_STRING), HUFU_ERR_FORM);
    assert_int_equal(take_one("\x04\x82\x00\x01\xaa", 5, DER_OCTET_STRING), HUFU_ERR_FORM);
    assert_int_equal(take_one("\x04\x80\xaa\x00\x00", 5, DER_OCTET_STRING), HUFU_ERR_FORM);
    assert_int_equal(take_one("\x04\x84\x00\x00\x00\x01\xaa", 7, DER_OCTET_STRING), HUFU_ERR_FORM);
    assert_int_equal(take_one("\x04\x01\xaa", 3, DER_INTEGER), HUFU_ERR_FORM);
}

static void integers_that_are_negative_padded_or_too_long_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        enum hufu_err err;
    } cases[] = {
        {"\x02\x01\x7f", 3, HUFU_OK},           {"\x02\x02\x00\x80", 4, HUFU_OK},
        {"\x02\x00", 2, HUFU_ERR_FORM},         {"\x02\x01\x80", 3, HUFU_ERR_FORM},
        {"\x02\x02\x00\x7f", 4, HUFU_ERR_FORM}, {"\x02\x03\x01\x00\x00", 5, HUFU_ERR_FORM},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t number[2];
        struct cursor in;
        cursor_init(&in, bytes_of(cases[i].bytes, cases[i].len));
        der_take_unsigned(&in, number, sizeof(number));
        assert_int_equal(cursor_finish(&in), cases[i].err);
    }
}

/* ---- Signatures ---- */

static void make_signature(uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    for (size_t i = 0; i < HUFU_SIGNATURE_SIZE; i++)
        signature[i] = (uint8_t)(0xf0 - i);
}

static void signatures_survive_the_way_to_der_and_back(void **state)
{
    (void)state;
    uint8_t signature[HUFU_SIGNATURE_SIZE], back[HUFU_SIGNATURE_SIZE], der[HUFU_SIGNATURE_DER_MAX];
    size_t len = 0;
    make_signature(signature);
    hufu_signature_to_der(der, &len, signature);
    assert_int_equal(len, 72); /* both with a sign byte: the longest there is */
    assert_int_equal(hufu_signature_from_der(back, der, len), HUFU_RESULT_OK);
    assert_memory_equal(back, signature, sizeof(back));
    memset(signature, 0, 31);
    hufu_signature_to_der(der, &len, signature);
    assert_int_equal(hufu_signature_from_der(back, der, len), HUFU_RESULT_OK);
    assert_memory_equal(back, signature, sizeof(back));
}

static bool all_zero_bytes(const uint8_t *data, size_t len)
{
    uint8_t all = 0;
    for (size_t i = 0; i < len; i++)
        all |= data[i];
    return all == 0;
}

/* A flipped bit is refused, or gives another signature: never the same one, and nothing half. */
static void refuse_signature(void *context, struct bytes damaged)
{
    uint8_t back[HUFU_SIGNATURE_SIZE];
    if (hufu_signature_from_der(back, damaged.data, damaged.len))
        assert_true(all_zero_bytes(back, sizeof(back)));
    else
        assert_memory_not_equal(back, context, sizeof(back));
}

static void damaged_signatures_are_refused_or_others(void **state)
{
    (void)state;
    uint8_t signature[HUFU_SIGNATURE_SIZE], der[HUFU_SIGNATURE_DER_MAX];
    size_t len = 0;
    make_signature(signature);
    hufu_signature_to_der(der, &len, signature);
    for_each_damage(bytes_of(der, len), refuse_signature, signature);
}

/* ---- Ciphertexts ---- */

static size_t make_ciphertext(uint8_t *der, size_t cap)
{
    uint8_t x[32], y[32], hash[32];
    memset(x, 0x11, sizeof(x));
    memset(y, 0x99, sizeof(y));
    memset(hash, 0x33, sizeof(hash));
    struct buf out;
    buf_init(&out, der, cap);
    size_t mark = der_begin(&out, DER_SEQUENCE);
    der_put_unsigned(&out, bytes_of(x, sizeof(x)));
    der_put_unsigned(&out, bytes_of(y, sizeof(y)));
    der_put(&out, DER_OCTET_STRING, bytes_of(hash, sizeof(hash)));
    der_put(&out, DER_OCTET_STRING, bytes_of_text("hi"));
    der_end(&out, mark);
    assert_ok(buf_finish(&out));
    return out.len;
}

static void ciphertexts_are_put_in_the_plain_order(void **state)
{
    (void)state;
    uint8_t der[256], plain[256];
    size_t len = 0, der_len = make_ciphertext(der, sizeof(der));
    assert_int_equal(hufu_ciphertext_from_der(plain, sizeof(plain), &len, der, der_len), HUFU_RESULT_OK);
    assert_int_equal(len, HUFU_CIPHERTEXT_OVERHEAD + 2);
    assert_int_equal(plain[0], 4);
    assert_int_equal(plain[1], 0x11);
    assert_int_equal(plain[33], 0x99);
    assert_int_equal(plain[65], 0x33);
    assert_memory_equal(plain + 97, "hi", 2);
    assert_int_equal(hufu_ciphertext_from_der(plain, len - 1, &len, der, der_len), HUFU_RESULT_LIMIT);
    assert_int_equal(len, HUFU_CIPHERTEXT_OVERHEAD + 2);
}

static void refuse_ciphertext(void *context, struct bytes damaged)
{
    const struct bytes *whole = context;
    uint8_t plain[256];
    size_t len = 0;
    enum hufu_result result = hufu_ciphertext_from_der(plain, sizeof(plain), &len, damaged.data, damaged.len);
    if (result)
        assert_int_equal(result, HUFU_RESULT_FORM);
    else
        assert_false(bytes_equal(bytes_of(plain, len), *whole));
}

static void damaged_ciphertexts_are_refused_or_others(void **state)
{
    (void)state;
    uint8_t der[256], plain[256];
    size_t len = 0, der_len = make_ciphertext(der, sizeof(der));
    assert_int_equal(hufu_ciphertext_from_der(plain, sizeof(plain), &len, der, der_len), HUFU_RESULT_OK);
    struct bytes whole = bytes_of(plain, len);
    for_each_damage(bytes_of(der, der_len), refuse_ciphertext, &whole);
}

/* ---- Certificates ---- */

static void a_certificate_shows_its_parts(void **state)
{
    (void)state;
    struct sdk_ca *ca = sdk_ca_new();
    struct written issuing, root;
    sdk_ca_certificate(ca, 0, start(&issuing));
    sdk_ca_certificate(ca, 1, start(&root));
    struct certificate_view issuing_view, root_view;
    assert_ok(certificate_parse(&issuing_view, buf_bytes(&issuing.out)));
    assert_ok(certificate_parse(&root_view, buf_bytes(&root.out)));
    assert_true(bytes_equal(issuing_view.issuer, root_view.subject));
    assert_true(bytes_equal(root_view.issuer, root_view.subject));
    assert_false(bytes_equal(issuing_view.subject, root_view.subject));
    assert_true(bytes_equal(issuing_view.serial, bytes_of("\x02\x01\x01", 3)));
    uint8_t P[COSIGN_POINT_SIZE];
    memcpy(P, issuing_view.key.data + issuing_view.key.len - sizeof(P), sizeof(P));
    assert_true(certificate_is_of(&issuing_view, P));
    assert_false(certificate_is_of(&root_view, P));
    sdk_ca_free(ca);
}

/* What parses shows the same parts or others: never a part outside of the input. */
static void read_damaged(void *context, struct bytes damaged)
{
    struct certificate_view view;
    bool whole = damaged.len == *(const size_t *)context;
    enum hufu_err err = certificate_parse(&view, damaged);
    if (!whole)
        assert_int_equal(err, HUFU_ERR_FORM);
    if (err) {
        assert_int_equal(view.key.len + view.issuer.len + view.serial.len + view.subject.len, 0);
        return;
    }
    assert_true(view.key.data > damaged.data && view.key.data + view.key.len < damaged.data + damaged.len);
}

static void damaged_certificates_give_nothing_outside_themselves(void **state)
{
    (void)state;
    struct sdk_ca *ca = sdk_ca_new();
    struct written written;
    sdk_ca_certificate(ca, 0, start(&written));
    size_t len = written.out.len;
    for_each_damage(buf_bytes(&written.out), read_damaged, &len);
    sdk_ca_free(ca);
}

static void a_request_takes_only_one_name(void **state)
{
    (void)state;
    uint8_t P[COSIGN_POINT_SIZE] = {4};
    struct written name, info;
    sdk_ca_subject(start(&name), "单位", "姓名");
    assert_ok(certificate_request_info(start(&info), buf_bytes(&name.out), P));
    struct bytes twice = buf_bytes(&name.out);
    buf_put(&name.out, twice.data, twice.len);
    assert_int_equal(certificate_request_info(start(&info), buf_bytes(&name.out), P), HUFU_ERR_FORM);
    assert_int_equal(certificate_request_info(start(&info), bytes_of("\x31\x00", 2), P), HUFU_ERR_FORM);
    assert_int_equal(certificate_request_info(start(&info), bytes_of(NULL, 0), P), HUFU_ERR_FORM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_take_the_shortest_form),
        cmocka_unit_test(elements_too_large_for_their_memory_fail),
        cmocka_unit_test(integers_are_minimal_and_positive),
        cmocka_unit_test(times_change_their_form_in_2050),
        cmocka_unit_test(lengths_in_another_than_the_shortest_form_are_refused),
        cmocka_unit_test(integers_that_are_negative_padded_or_too_long_are_refused),
        cmocka_unit_test(signatures_survive_the_way_to_der_and_back),
        cmocka_unit_test(damaged_signatures_are_refused_or_others),
        cmocka_unit_test(ciphertexts_are_put_in_the_plain_order),
        cmocka_unit_test(damaged_ciphertexts_are_refused_or_others),
        cmocka_unit_test(a_certificate_shows_its_parts),
        cmocka_unit_test(damaged_certificates_give_nothing_outside_themselves),
        cmocka_unit_test(a_request_takes_only_one_name),
    };
    return cmocka_run_group_tests_name("sdk_der", tests, NULL, NULL);
}
