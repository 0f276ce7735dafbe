/* SPDX-License-Identifier: Apache-2.0 */
/* What libhufu reads and did not write itself, or cannot be sure it did: its storage, certificates and JSON of the service,
 * addresses, codes of a hand-over, authorizations. The first byte of the input says which. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/authorization.h"
#include "mobile-sdk/certificate.h"
#include "mobile-sdk/device_record.h"
#include "mobile-sdk/handle.h"
#include "mobile-sdk/handover_code.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/key_record.h"
#include "tests/fuzz/fuzz.h"

enum kind {
    KIND_STORAGE,
    KIND_CERTIFICATE,
    KIND_JSON,
    KIND_ADDRESS,
    KIND_CODE,
    KIND_AUTHORIZATION,
    KIND_COUNT
};

#define STORED_MAX HUFU_STORED_VALUE_MAX

/* ---- A storage of three values: the device's, any key's, any key's certificates ---- */

struct stored {
    struct bytes device, key, certificates;
};

static const struct bytes *value_of(const struct stored *stored, const char *name)
{
    if (strncmp(name, "key-", 4) == 0)
        return &stored->key;
    return strncmp(name, "certificates-", 13) == 0 ? &stored->certificates : &stored->device;
}

static enum hufu_result get(void *context, const char *name, uint8_t *value, size_t cap, size_t *len)
{
    const struct bytes *found = value_of(context, name);
    if (found->len == 0)
        return HUFU_RESULT_NOT_FOUND;
    if (found->len > cap)
        return HUFU_RESULT_LIMIT;
    memcpy(value, found->data, found->len);
    *len = found->len;
    return HUFU_RESULT_OK;
}

static enum hufu_result put(void *context, const char *name, const uint8_t *value, size_t len)
{
    (void)context;
    (void)name;
    (void)value;
    (void)len;
    return HUFU_RESULT_OK;
}

static enum hufu_result drop(void *context, const char *name)
{
    (void)context;
    (void)name;
    return HUFU_RESULT_OK;
}

static uint64_t no_time(void *context)
{
    (void)context;
    return 0;
}

static enum hufu_result no_random(void *context, void *out, size_t len)
{
    (void)context;
    memset(out, 0, len);
    return HUFU_RESULT_OK;
}

static struct hufu_platform platform_of(struct stored *stored)
{
    return (struct hufu_platform){.storage = {.context = stored, .get = get, .put = put, .remove = drop},
                                  .clock = {.now_ms = no_time},
                                  .random = {.fill = no_random}};
}

static void try_storage(struct bytes input)
{
    struct stored stored;
    struct hufu *hufu = NULL;
    struct cursor c;
    cursor_init(&c, input);
    stored.device = cursor_field(&c, STORED_MAX);
    stored.key = cursor_field(&c, STORED_MAX);
    stored.certificates = cursor_field(&c, STORED_MAX);
    if (cursor_finish(&c))
        return;
    struct hufu_platform platform = platform_of(&stored);
    if (hufu_open(&hufu, &platform) != HUFU_RESULT_OK)
        return;
    FUZZ_CHECK(hufu_key_count(hufu) <= HUFU_KEYS_MAX);
    for (size_t i = 0; i < hufu_key_count(hufu); i++) {
        struct key_record record;
        struct certificates certificates = {.memory = NULL};
        struct hufu_key_info info;
        (void)!hufu_key_info(hufu, i, &info);
        if (key_record_load(&record, hufu, &info.id) == HUFU_RESULT_OK)
            (void)!certificates_load(&certificates, hufu, &record);
        certificates_free(&certificates);
    }
    hufu_close(hufu);
}

/* ---- The service's texts ---- */

static void check_within(struct bytes slice, struct bytes whole)
{
    FUZZ_CHECK(slice.len > 0 && slice.data >= whole.data && slice.data + slice.len <= whole.data + whole.len);
}

static void try_certificate(struct bytes input)
{
    struct certificate_view view;
    if (certificate_parse(&view, input))
        return;
    check_within(view.serial, input);
    check_within(view.issuer, input);
    check_within(view.subject, input);
    check_within(view.key, input);
}

static void try_json(struct bytes input)
{
    char text[16];
    uint8_t exact[16], memory[64];
    uint64_t number = 0;
    uint32_t small = 0;
    struct buf out;
    struct hufu_id id;
    JSON_CLOSED struct json_t *json = json_open(input);
    struct json_reader reader = json_reader_of(json);
    buf_init(&out, memory, sizeof(memory));
    json_read_text(&reader, "project.name", text, sizeof(text));
    json_read_u64(&reader, "number", &number, 1000);
    json_read_u32(&reader, "small", &small);
    json_read_id(&reader, "id", &id);
    json_read_time(&reader, "time", &number);
    json_read_exact(&reader, "exact", exact, sizeof(exact));
    json_read_bytes(&reader, "bytes", &out);
    for (size_t i = 0; i < json_count(&reader, "list"); i++) {
        struct json_reader element = json_element(&reader, "list", i);
        json_read_text(&element, "", text, sizeof(text));
        (void)!json_finish(&element);
    }
    if (json_finish(&reader) == HUFU_ERR_FORM)
        return;
    FUZZ_CHECK(memchr(text, 0, sizeof(text)) != NULL);
}

static void check_ended(const char *text, size_t size)
{
    FUZZ_CHECK(memchr(text, 0, size) != NULL);
}

/* What is no authorization leaves nothing behind; a policy is made of one whose operations go together alone. */
static void try_authorization(struct bytes input)
{
    static const struct hufu_authorization none;
    static struct hufu_authorization read;
    uint8_t memory[FRAME_POLICY_SIZE];
    struct buf policy;
    enum hufu_usage usage;
    JSON_CLOSED struct json_t *json = json_open(input);
    if (authorization_read_answer(&read, json)) {
        FUZZ_CHECK(read.operations == none.operations && read.state[0] == 0 && !read.has_key);
        return;
    }
    check_ended(read.state, sizeof(read.state));
    check_ended(read.reason, sizeof(read.reason));
    check_ended(read.people[HUFU_PARTY_HOLDER].name, sizeof(read.people[HUFU_PARTY_HOLDER].name));
    buf_init(&policy, memory, sizeof(memory));
    bool whole = authorization_usage(&read, &usage);
    FUZZ_CHECK((authorization_policy(&policy, &read) == HUFU_RESULT_OK) == whole);
    FUZZ_CHECK(!whole || policy.len == FRAME_POLICY_SIZE);
}

static void try_address(struct bytes input)
{
    char *text = malloc(input.len + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, input.data, input.len);
    text[input.len] = 0;
    if (hufu_address_allowed(text))
        FUZZ_CHECK(strncmp(text, "http", 4) == 0 && strpbrk(text, "@?# \r\n") == NULL);
    free(text);
}

/* The two codes of a hand-over have one form; what is none leaves nothing behind. */
static void check_code(const char *text)
{
    static const struct bind_code no_bind;
    static const struct bound_code no_bound;
    struct bind_code bind;
    struct bound_code bound;
    char again[HUFU_BIND_CODE_MAX];
    bool is_bind = bind_code_parse(&bind, text) == HUFU_OK;
    bool is_bound = bound_code_parse(&bound, text) == HUFU_OK;
    FUZZ_CHECK(!(is_bind && is_bound));
    FUZZ_CHECK(is_bind || memcmp(&bind, &no_bind, sizeof(bind)) == 0);
    FUZZ_CHECK(is_bound || memcmp(&bound, &no_bound, sizeof(bound)) == 0);
    if (is_bind)
        FUZZ_CHECK(bind_code_encode(again, &bind) == HUFU_OK && strcmp(again, text) == 0);
    if (is_bound)
        FUZZ_CHECK(bound_code_encode(again, &bound) == HUFU_OK && strcmp(again, text) == 0);
}

static void try_code(struct bytes input)
{
    char *text = malloc(input.len + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, input.data, input.len);
    text[input.len] = 0;
    check_code(text);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[KIND_COUNT])(struct bytes input) = {
        [KIND_STORAGE] = try_storage, [KIND_CERTIFICATE] = try_certificate,
        [KIND_JSON] = try_json,       [KIND_ADDRESS] = try_address,
        [KIND_CODE] = try_code,       [KIND_AUTHORIZATION] = try_authorization,
    };
    if (size > 0 && data[0] < KIND_COUNT)
        tries[data[0]](bytes_of(data + 1, size - 1));
    return 0;
}

/* ---- Seeds ---- */

struct seed {
    uint8_t memory[4 * STORED_MAX];
    struct buf out;
};

static struct seed seed;

static void seed_begin(enum kind kind)
{
    buf_init(&seed.out, seed.memory, sizeof(seed.memory));
    buf_put_u8(&seed.out, (uint8_t)kind);
}

static enum hufu_result put_field(void *context, const char *name, const uint8_t *value, size_t len)
{
    (void)name;
    buf_put_field(context, value, len);
    return HUFU_RESULT_OK;
}

static const uint8_t generator[COSIGN_POINT_SIZE] = {
    0x04, 0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9, 0x94,
    0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c, 0x74, 0xc7, 0xbc,
    0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21, 0x53, 0xd0, 0xa9,
    0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39, 0xf0, 0xa0};

/* A self-signed certificate; of which key does not matter. */
static size_t certificate_of_nobody(uint8_t der[1024])
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    X509 *x509 = X509_new();
    FUZZ_CHECK(pkey && x509);
    FUZZ_CHECK(ASN1_INTEGER_set(X509_get_serialNumber(x509), 77) == 1 && X509_set_version(x509, 2) == 1);
    FUZZ_CHECK(X509_gmtime_adj(X509_getm_notBefore(x509), 0) &&
               X509_gmtime_adj(X509_getm_notAfter(x509), 1000));
    FUZZ_CHECK(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                          (const unsigned char *)"nobody", -1, -1, 0) == 1);
    FUZZ_CHECK(X509_set_issuer_name(x509, X509_get_subject_name(x509)) == 1 &&
               X509_set_pubkey(x509, pkey) == 1);
    FUZZ_CHECK(X509_sign(x509, pkey, EVP_sha256()) > 0);
    int len = i2d_X509(x509, NULL);
    FUZZ_CHECK(len > 0 && len <= 1024);
    FUZZ_CHECK(i2d_X509(x509, &der) == len);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    return (size_t)len;
}

static void seed_storage(struct bytes certificate, bool authorized)
{
    struct hufu_id id = {{1}}, binding = {{2}};
    struct hufu hufu = {.platform = {.storage = {.context = &seed.out, .put = put_field}}};
    struct device_record device = {
        .url = "https://127.0.0.1", .session_token = "token", .key_count = 1, .keys = {id}};
    struct key_record key = key_record_new(&id, &binding, HUFU_USAGE_SIGN);
    key.stage = KEY_CERTIFIED;
    memcpy(key.P, generator, sizeof(key.P));
    key.half.sigma[0] = 1;
    key.half.pin = (struct pin_parameters){.passes = 3, .memory_kib = 65536, .lanes = 1};
    key.authorized = authorized;
    key.lender = (struct lender){.authorization = {{3}}, .name = "somebody", .work_number = "H-1"};
    seed_begin(KIND_STORAGE);
    FUZZ_CHECK(device_record_store(&device, &hufu.platform.storage) == HUFU_RESULT_OK);
    FUZZ_CHECK(key_record_store(&key, &hufu) == HUFU_RESULT_OK);
    size_t mark = buf_field_begin(&seed.out);
    buf_put_field_text(&seed.out, "hufu/sdk/certificates/1");
    buf_put_field_bytes(&seed.out, certificate);
    buf_field_end(&seed.out, mark);
}

static void seed_text(enum kind kind, const char *text, void (*emit)(void *context, struct bytes seed_bytes),
                      void *context)
{
    seed_begin(kind);
    buf_put(&seed.out, text, strlen(text));
    emit(context, buf_bytes(&seed.out));
}

static void seed_codes(void (*emit)(void *context, struct bytes seed_bytes), void *context)
{
    const struct bind_code bind = {.key = {{1}}, .binding = {{2}}, .fingerprint = {3}};
    const struct bind_code authorize = {
        .authorized = true, .authorization = {{6}}, .key = {{1}}, .binding = {{2}}, .fingerprint = {3}};
    const struct bound_code bound = {.binding = {{2}}, .A2 = {4}, .hash = {5}};
    char text[HUFU_BIND_CODE_MAX];
    FUZZ_CHECK(bind_code_encode(text, &bind) == HUFU_OK);
    seed_text(KIND_CODE, text, emit, context);
    FUZZ_CHECK(bind_code_encode(text, &authorize) == HUFU_OK);
    seed_text(KIND_CODE, text, emit, context);
    FUZZ_CHECK(bound_code_encode(text, &bound) == HUFU_OK);
    seed_text(KIND_CODE, text, emit, context);
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed_bytes), void *context)
{
    static const char json[] =
        "{\"project\":{\"name\":\"\xe8\x99\x8e\xe7\xac\xa6\"},\"number\":5,\"small\":7,\"list\":[\"a\",\"b\"]"
        ","
        "\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"time\":\"2026-01-02T03:04:05.678Z\","
        "\"exact\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"bytes\":\"AQID\"}";
    static const char authorization[] =
        "{\"authorization\":{\"id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"state\":\"expired\",\"ended\":"
        "\"uses\","
        "\"begun_by\":\"holder\",\"as\":\"authorized\",\"holder\":{\"name\":\"a\"},\"authorized\":{"
        "\"mobile\":\"1\"},"
        "\"operations\":[\"sign\",\"login\"],\"valid_from\":\"2026-01-02T03:04:05.678Z\",\"valid_until\":"
        "\"2026-01-03T03:04:05.678Z\",\"uses\":5,\"uses_left\":0,\"policy_due\":true,\"possible\":[\"renew\"]"
        ","
        "\"reason\":\"r\",\"key_id\":\"01890a5d-ac96-774b-bcce-b302099a8057\",\"created_at\":"
        "\"2026-01-02T03:04:05.678Z\",\"state_changed_at\":\"2026-01-02T03:04:05.678Z\"}}";
    static const char *const addresses[] = {"https://sign.example/a", "http://127.0.0.1:80",
                                            "http://[::1]:1/"};
    uint8_t certificate[1024];
    size_t len = certificate_of_nobody(certificate);
    for (int authorized = 0; authorized < 2; authorized++) {
        seed_storage(bytes_of(certificate, len), authorized);
        emit(context, buf_bytes(&seed.out));
    }
    seed_begin(KIND_CERTIFICATE);
    buf_put(&seed.out, certificate, len);
    emit(context, buf_bytes(&seed.out));
    seed_text(KIND_JSON, json, emit, context);
    seed_text(KIND_AUTHORIZATION, authorization, emit, context);
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
        seed_text(KIND_ADDRESS, addresses[i], emit, context);
    seed_codes(emit, context);
}
