/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: read in pieces, signed in batches, raw and as CMS. tests/judge asks other implementations. */
#include "tests/unit/unit.h"

#include "mobile-sdk/der.h"
#include "tests/unit/cosign_judge.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define TEXT "one two three four five six"

struct documents {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id key;
    struct hufu_document *document[HUFU_BATCH_MAX + 1];
    size_t count;
};

static int set_up(void **state)
{
    static struct documents x;
    memset(&x, 0, sizeof(x));
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.key = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct documents *x = *state;
    for (size_t i = 0; i < x->count; i++)
        hufu_document_free(x->document[i]);
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

static struct hufu_document *add(struct documents *x, const char *text)
{
    struct hufu_document *document = NULL;
    assert_int_equal(hufu_document_new(&document, x->device->hufu, &x->key), HUFU_RESULT_OK);
    for (const char *c = text; *c; c++)
        assert_int_equal(hufu_document_update(document, c, 1), HUFU_RESULT_OK);
    return x->document[x->count++] = document;
}

static enum hufu_result sign(struct documents *x, unsigned forms)
{
    return hufu_sign(x->device->hufu, x->document, x->count, forms, NULL, SDK_PIN, strlen(SDK_PIN));
}

static void a_document_read_in_pieces_is_signed_as_a_whole(void **state)
{
    struct documents *x = *state;
    struct hufu_document *document = add(x, TEXT);
    assert_int_equal(sign(x, HUFU_FORM_RAW), HUFU_RESULT_OK);
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_OK);
    assert_true(judge_verifies(x->service->keys[0].now.half.P, bytes_of_text(COSIGN_GM_IDENTITY),
                               bytes_of_text(TEXT), signature));
    assert_false(judge_verifies(x->service->keys[0].now.half.P, bytes_of_text(COSIGN_GM_IDENTITY),
                                bytes_of_text(TEXT " "), signature));
}

static void an_empty_document_can_be_signed(void **state)
{
    struct documents *x = *state;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    struct hufu_document *document = add(x, "");
    assert_int_equal(sign(x, HUFU_FORM_RAW), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_verify(document, signature), HUFU_RESULT_OK);
}

static void several_documents_and_forms_take_one_request(void **state)
{
    struct documents *x = *state;
    static const char *const texts[] = {"first", "second", "third"};
    for (size_t i = 0; i < 3; i++)
        (void)add(x, texts[i]);
    unsigned before = x->service->frames;
    assert_int_equal(sign(x, HUFU_FORM_RAW | HUFU_FORM_CMS), HUFU_RESULT_OK);
    assert_int_equal(x->service->frames, before + 1);
    for (size_t i = 0; i < 3; i++) {
        uint8_t signature[HUFU_SIGNATURE_SIZE];
        size_t len = 0;
        assert_int_equal(hufu_document_signature(x->document[i], signature), HUFU_RESULT_OK);
        assert_true(judge_verifies(x->service->keys[0].now.half.P, bytes_of_text(COSIGN_GM_IDENTITY),
                                   bytes_of_text(texts[i]), signature));
        assert_int_equal(hufu_document_cms(x->document[i], NULL, 0, &len), HUFU_RESULT_LIMIT);
        assert_in_range(len, 500, 4000);
    }
}

/* ContentInfo … SignerInfo: the cursor stands before the signed attributes. */
static struct cursor signer_of(struct bytes cms)
{
    struct cursor info, content, data, signers, signer;
    cursor_init(&info, cms);
    struct cursor sequence = der_inside(&info, der_take(&info, DER_SEQUENCE));
    (void)der_take_raw(&sequence);
    content = der_inside(&sequence, der_take(&sequence, DER_CONTEXT_0));
    data = der_inside(&content, der_take(&content, DER_SEQUENCE));
    for (int i = 0; i < 4; i++) /* version, digest algorithms, content type, certificates */
        (void)der_take_raw(&data);
    signers = der_inside(&data, der_take(&data, DER_SET));
    signer = der_inside(&signers, der_take(&signers, DER_SEQUENCE));
    for (int i = 0; i < 3; i++) /* version, issuer and serial, digest algorithm */
        (void)der_take_raw(&signer);
    assert_false(signer.failed);
    return signer;
}

static void the_signed_attributes_of_cms_are_sorted_and_signed(void **state)
{
    struct documents *x = *state;
    static uint8_t cms[8192], signed_bytes[512];
    size_t len = 0;
    struct hufu_document *document = add(x, TEXT);
    assert_int_equal(sign(x, HUFU_FORM_CMS), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_cms(document, cms, sizeof(cms), &len), HUFU_RESULT_OK);
    struct cursor signer = signer_of(bytes_of(cms, len));
    struct bytes attributes = der_take_raw(&signer);
    (void)der_take_raw(&signer);
    struct bytes der = der_take(&signer, DER_OCTET_STRING);
    assert_ok(cursor_finish(&signer));
    /* Signed as a SET. */
    assert_int_equal(attributes.data[0], DER_CONTEXT_0);
    memcpy(signed_bytes, attributes.data, attributes.len);
    signed_bytes[0] = DER_SET;
    uint8_t signature[HUFU_SIGNATURE_SIZE], digest[HUFU_DIGEST_SIZE];
    assert_int_equal(hufu_signature_from_der(signature, der.data, der.len), HUFU_RESULT_OK);
    assert_true(judge_verifies(x->service->keys[0].now.half.P, bytes_of_text(COSIGN_GM_IDENTITY),
                               bytes_of(signed_bytes, attributes.len), signature));
    cosign_sm3(digest, TEXT, strlen(TEXT));
    assert_true(sdk_contains(attributes, bytes_of(digest, sizeof(digest))));
    struct cursor set, in;
    cursor_init(&set, attributes);
    in = der_inside(&set, der_take(&set, DER_CONTEXT_0));
    struct bytes previous = der_take_raw(&in);
    size_t count = 1;
    for (; cursor_left(&in) > 0; count++) {
        struct bytes next = der_take_raw(&in);
        size_t shorter = previous.len < next.len ? previous.len : next.len;
        assert_true(memcmp(previous.data, next.data, shorter) < 0);
        previous = next;
    }
    assert_ok(cursor_finish(&in));
    assert_int_equal(count, 4);
}

static void only_the_forms_asked_for_are_there(void **state)
{
    struct documents *x = *state;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    struct hufu_document *document = add(x, TEXT);
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(sign(x, HUFU_FORM_CMS), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(sign(x, HUFU_FORM_RAW), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_OK);
    assert_int_equal(sign(x, 0), HUFU_RESULT_ARGUMENT);
    assert_int_equal(sign(x, 4), HUFU_RESULT_ARGUMENT);
}

static void a_failed_signing_leaves_no_signature_behind(void **state)
{
    struct documents *x = *state;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    size_t len = 1;
    struct hufu_document *document = add(x, TEXT);
    (void)add(x, "second");
    assert_int_equal(sign(x, HUFU_FORM_RAW | HUFU_FORM_CMS), HUFU_RESULT_OK);
    x->service->lie = SDK_LIE_SIGN_S2_ZERO;
    assert_int_equal(sign(x, HUFU_FORM_RAW | HUFU_FORM_CMS), HUFU_RESULT_FAULT);
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(hufu_document_cms(document, NULL, 0, &len), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(len, 0);
}

static void nothing_is_added_to_a_signed_document(void **state)
{
    struct documents *x = *state;
    struct hufu_document *document = add(x, TEXT);
    assert_int_equal(sign(x, HUFU_FORM_RAW), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_update(document, "x", 1), HUFU_RESULT_ARGUMENT);
}

static void the_device_verifies_its_own_signatures(void **state)
{
    struct documents *x = *state;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    struct hufu_document *document = add(x, TEXT);
    assert_int_equal(sign(x, HUFU_FORM_RAW), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_verify(add(x, TEXT), signature), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_verify(add(x, TEXT "!"), signature), HUFU_RESULT_SIGNATURE);
    signature[40] ^= 1;
    assert_int_equal(hufu_document_verify(add(x, TEXT), signature), HUFU_RESULT_SIGNATURE);
    memset(signature, 0, sizeof(signature));
    assert_int_equal(hufu_document_verify(add(x, TEXT), signature), HUFU_RESULT_SIGNATURE);
}

static void each_form_counts_as_one_of_the_batch(void **state)
{
    struct documents *x = *state;
    for (size_t i = 0; i < HUFU_BATCH_MAX / 2 + 1; i++)
        (void)add(x, TEXT);
    assert_int_equal(sign(x, HUFU_FORM_RAW | HUFU_FORM_CMS), HUFU_RESULT_LIMIT);
    hufu_document_free(x->document[--x->count]);
    assert_int_equal(sign(x, HUFU_FORM_RAW | HUFU_FORM_CMS), HUFU_RESULT_OK);
}

static void a_key_without_a_certificate_signs_no_documents(void **state)
{
    struct documents *x = *state;
    struct hufu_id key;
    struct hufu_document *document = NULL;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &key),
                     HUFU_RESULT_OK);
    assert_int_equal(hufu_document_new(&document, x->device->hufu, &key), HUFU_RESULT_NOT_READY);
    assert_null(document);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_read_in_pieces_is_signed_as_a_whole),
        TEST(an_empty_document_can_be_signed),
        TEST(several_documents_and_forms_take_one_request),
        TEST(the_signed_attributes_of_cms_are_sorted_and_signed),
        TEST(only_the_forms_asked_for_are_there),
        TEST(a_failed_signing_leaves_no_signature_behind),
        TEST(nothing_is_added_to_a_signed_document),
        TEST(the_device_verifies_its_own_signatures),
        TEST(each_form_counts_as_one_of_the_batch),
        TEST(a_key_without_a_certificate_signs_no_documents),
    };
    return cmocka_run_group_tests_name("sdk_document", tests, NULL, NULL);
}
