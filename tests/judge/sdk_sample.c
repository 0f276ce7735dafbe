/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the device's library makes of a document into a directory, for judges that are programs of their own:
 * document, signature.der, document.p7s, certificate-0.der (own), -1 (issuer), -2 (root); and the proof of possession that
 * went with a GET: proof, and a line each of device key (hex), address and token in proof-facts. */
#include <stdio.h>

#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

static const char *directory;

static void write_file(const char *name, const void *data, size_t len)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void write_certificates(struct sdk_device *device, const struct hufu_id *key)
{
    static uint8_t der[HUFU_STORED_VALUE_MAX];
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        size_t len = 0;
        (void)snprintf(name, sizeof(name), "certificate-%zu.der", i);
        assert_int_equal(hufu_certificate(device->hufu, key, i, der, sizeof(der), &len), HUFU_RESULT_OK);
        write_file(name, der, len);
    }
}

static void write_proof(struct sdk_device *device, const struct hufu_id *key)
{
    struct hufu_key_status status;
    const struct sdk_service *service = device->service;
    char facts[1024], device_key[2 * HUFU_PUBLIC_KEY_SIZE + 1];
    assert_int_equal(hufu_key_status(device->hufu, key, &status), HUFU_RESULT_OK);
    hex_encode(device_key, sizeof(device_key), bytes_of(service->device_key, HUFU_PUBLIC_KEY_SIZE));
    int len = snprintf(facts, sizeof(facts), "%s\n%s\n%s\n", device_key, service->last_url, service->token);
    assert_in_range(len, 1, sizeof(facts) - 1);
    write_file("proof-facts", facts, (size_t)len);
    write_file("proof", service->last_proof, strlen(service->last_proof));
}

static void a_document_is_signed_for_the_judges(void **state)
{
    (void)state;
    struct sdk_service *service = sdk_service_new();
    struct hufu_clock clock = hufu_system_clock(); /* judges look at the calendar */
    service->clock_ms = service->born_ms = clock.now_ms(NULL);
    struct sdk_device *device = sdk_device_new(service);
    assert_int_equal(sdk_device_enrol(device, service->code_text), HUFU_RESULT_OK);
    struct hufu_id key = sdk_device_key(device, HUFU_USAGE_SIGN);
    static const char text[] = "投标文件\nThe offer stands until noon.\n";
    struct hufu_document *document = NULL;
    assert_int_equal(hufu_document_new(&document, device->hufu, &key), HUFU_RESULT_OK);
    assert_int_equal(hufu_document_update(document, text, strlen(text)), HUFU_RESULT_OK);
    assert_int_equal(
        hufu_sign(device->hufu, &document, 1, HUFU_FORM_RAW | HUFU_FORM_CMS, NULL, SDK_PIN, strlen(SDK_PIN)),
        HUFU_RESULT_OK);
    uint8_t signature[HUFU_SIGNATURE_SIZE], der[HUFU_SIGNATURE_DER_MAX];
    static uint8_t cms[HUFU_STORED_VALUE_MAX];
    size_t len = 0;
    assert_int_equal(hufu_document_signature(document, signature), HUFU_RESULT_OK);
    hufu_signature_to_der(der, &len, signature);
    write_file("signature.der", der, len);
    assert_int_equal(hufu_document_cms(document, cms, sizeof(cms), &len), HUFU_RESULT_OK);
    write_file("document.p7s", cms, len);
    write_file("document", text, strlen(text));
    write_certificates(device, &key);
    write_proof(device, &key);
    hufu_document_free(document);
    sdk_device_free(device);
    sdk_service_free(service);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_document_is_signed_for_the_judges)};
    if (argc != 2)
        return 2;
    directory = argv[1];
    return cmocka_run_group_tests_name("sdk_sample", tests, NULL, NULL);
}
