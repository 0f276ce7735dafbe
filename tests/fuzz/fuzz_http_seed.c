/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_http_seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/client/certificate_request.h"
#include "tests/client/dpop.h"
#include "tests/client/randomness.h"
#include "tests/fuzz/fuzz.h"

#define JSON_MAX 110000
#define LINE_MAX_SIZE 128

enum content {
    CONTENT_NONE,
    CONTENT_ACTIVATION,
    CONTENT_KEY,
    CONTENT_BEGIN,
    CONTENT_SIGN,
    CONTENT_DECRYPT,
    CONTENT_REFRESH,
    CONTENT_REFRESH_TO_PRIMARY,
    CONTENT_PIN_CHECK,
    CONTENT_REQUEST,
    CONTENT_CAPTCHA,
    CONTENT_REQUEST_CODE,
    CONTENT_ACCOUNT_REQUEST,
    CONTENT_REQUEST_STATE,
    CONTENT_AUTHENTICATION,
    CONTENT_PASSWORD,
    CONTENT_CODE,
    CONTENT_TOKEN,
    CONTENT_DEVICE,
    CONTENT_HANDWRITING,
    CONTENT_COUNT
};

#define TOKEN "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define PROJECT "01890a5d-ac96-774b-bcce-b302099a8057"
#define POINT "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
#define SIGNATURE "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define CAPTCHA                                                                         \
    "\"captcha\":{\"challenge\":"                                                       \
    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," \
    "\"answer\":\"AAAAAAAAAAE\"}"

/* Bodies that are of their form, and of nobody: what a mutation is to find is in the reading of them. */
static const char *const texts[CONTENT_COUNT] = {
    [CONTENT_CAPTCHA] = "{\"project\":\"" PROJECT "\"}",
    [CONTENT_REQUEST_CODE] = "{\"project\":\"" PROJECT "\",\"mobile\":\"+86 138 0013 8000\"," CAPTCHA "}",
    [CONTENT_ACCOUNT_REQUEST] =
        "{\"project\":\"" PROJECT "\",\"code\":\"123456\",\"request\":\"" TOKEN "\",\"work_number\":\"A-17\","
        "\"name\":\"\xe7\x8e\x8b\xe4\xb8\xbd\",\"organization\":\"Hospital\",\"mobile\":\"13800138000\","
        "\"identity_kind\":\"resident-card\",\"identity_number\":\"11010519491231002X\","
        "\"email\":\"a@example.org\",\"department\":\"Ward\",\"occupation\":\"Doctor\",\"country\":\"CN\","
        "\"province\":\"P\",\"city\":\"C\",\"sex\":\"female\",\"remark\":\"R\",\"seal_picture\":"
        "\"iVBORw0KGgo\"}",
    [CONTENT_REQUEST_STATE] = "{\"request\":\"" TOKEN "\"}",
    [CONTENT_AUTHENTICATION] =
        "{\"project\":\"" PROJECT "\",\"work_number\":\"A-17\",\"purpose\":\"bind-device\","
        "\"device_key\":\"" POINT "\"," CAPTCHA "}",
    [CONTENT_PASSWORD] = "{\"authentication\":\"" TOKEN "\",\"password\":\"Correct horse 7\","
                         "\"new_password\":\"Another horse 8\"}",
    [CONTENT_CODE] = "{\"authentication\":\"" TOKEN "\",\"code\":\"123456\"}",
    [CONTENT_TOKEN] = "{\"authentication\":\"" TOKEN "\"}",
    [CONTENT_DEVICE] =
        "{\"authentication\":\"" TOKEN "\",\"device_key\":\"" POINT "\",\"time\":1767225600000,"
        "\"proof\":\"" SIGNATURE "\",\"device_name\":\"phone\",\"device_model\":\"model 1\","
        "\"application\":\"fuzz\"}",
    [CONTENT_HANDWRITING] =
        "{\"width\":640,\"height\":480,\"strokes\":[{\"x\":[1,2,3],\"y\":[4,5,6],\"time\":[0,10,20],"
        "\"pressure\":[0,500,1000]},{\"x\":[7],\"y\":[8],\"time\":[30],\"pressure\":[9]}]}",
};

struct form {
    const char *name; /* "{key}" stands for the key's id */
    enum content content;
    bool chunked;
};

static const struct form forms[] = {
    {"GET /healthz", CONTENT_NONE, false},
    {"GET /readyz", CONTENT_NONE, false},
    {"HEAD /v1/service", CONTENT_NONE, false},
    {"GET /v1/service", CONTENT_NONE, false},
    {"GET /v1/ca/sm2/chain.pem", CONTENT_NONE, false},
    {"GET /v1/ca/sm2/root.pem", CONTENT_NONE, false},
    {"GET /v1/ca/sm2/crl", CONTENT_NONE, false},
    {"GET /v1/keys", CONTENT_NONE, false},
    {"GET /v1/keys/{key}", CONTENT_NONE, false},
    {"GET /v1/keys/{key}/certificate", CONTENT_NONE, false},
    {"GET /v1/audit-events?limit=3&cursor=AAAA", CONTENT_NONE, false},
    {"OPTIONS /v1/keys", CONTENT_NONE, false},
    {"GET /metrics", CONTENT_NONE, false},
    {"POST /v1/activations", CONTENT_ACTIVATION, false},
    {"POST /v1/keys", CONTENT_KEY, false},
    {"POST /v1/keys/{key}/keygen/begin", CONTENT_BEGIN, false},
    {"POST /v1/keys/{key}/keygen/finish", CONTENT_BEGIN, false},
    {"POST /v1/keys/{key}/signatures", CONTENT_SIGN, false},
    {"POST /v1/keys/{key}/signatures", CONTENT_SIGN, true},
    {"POST /v1/keys/{key}/decryptions", CONTENT_DECRYPT, false},
    {"POST /v1/keys/{key}/refreshes", CONTENT_REFRESH, false},
    {"POST /v1/keys/{key}/refreshes", CONTENT_REFRESH_TO_PRIMARY, false},
    {"POST /v1/keys/{key}/pin-checks", CONTENT_PIN_CHECK, false},
    {"POST /v1/keys/{key}/certificate-requests", CONTENT_REQUEST, false},
    {"GET /v1/projects/" PROJECT "/organizations?limit=3&cursor=AAAA", CONTENT_NONE, false},
    {"POST /v1/captchas", CONTENT_CAPTCHA, false},
    {"POST /v1/account-requests/codes", CONTENT_REQUEST_CODE, false},
    {"POST /v1/account-requests", CONTENT_ACCOUNT_REQUEST, false},
    {"POST /v1/account-requests/state", CONTENT_REQUEST_STATE, false},
    {"POST /v1/authentications", CONTENT_AUTHENTICATION, false},
    {"POST /v1/authentications/password", CONTENT_PASSWORD, false},
    {"POST /v1/authentications/sms", CONTENT_CODE, false},
    {"POST /v1/authentications/state", CONTENT_TOKEN, false},
    {"POST /v1/authentications/qr", CONTENT_TOKEN, false},
    {"POST /v1/devices", CONTENT_DEVICE, false},
    {"PUT /v1/account/handwriting", CONTENT_HANDWRITING, false},
};

size_t http_seed_count(void)
{
    return sizeof(forms) / sizeof(forms[0]);
}

const char *http_seed_name(size_t index)
{
    return forms[index].name;
}

/* ---- Frames ---- */

struct making {
    const struct http_seed_settings *settings;
    enum http_layer layer;
};

/* A few bytes changed in place: the body keeps the length that its head demands. */
static void mutate_body(struct buf *body, void *context)
{
    const struct making *making = context;
    struct mutation *mutation = making->settings->mutation;
    for (size_t i = 0; i <= mutation_below(mutation, 4); i++)
        body->data[mutation_below(mutation, body->len)] = (uint8_t)mutation_number(mutation);
}

static void make_request(struct device_request *request, const struct making *making, enum content content)
{
    const struct device_binding *binding = &making->settings->key->binding;
    struct making copy = *making;
    struct device_options options = {.before_box = making->layer == HTTP_LAYER_BODY ? mutate_body : NULL,
                                     .to_primary = content == CONTENT_REFRESH_TO_PRIMARY,
                                     .context = &copy};
    uint8_t digests[3 * COSIGN_DIGEST_SIZE] = {1};
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    struct device_new_key new_key = {0};
    enum hufu_err err = HUFU_OK;
    if (content == CONTENT_SIGN)
        err = device_request_sign(request, binding, bytes_of(digests, sizeof(digests)), &options);
    else if (content == CONTENT_DECRYPT)
        err =
            device_request_decrypt(request, binding, bytes_of(binding->half.P, COSIGN_POINT_SIZE), &options);
    else if (content == CONTENT_REFRESH || content == CONTENT_REFRESH_TO_PRIMARY)
        err = device_request_refresh(request, &next, binding, &options);
    else if (content == CONTENT_PIN_CHECK)
        err = device_request_pin_check(request, binding, &options);
    else
        err = device_new_key_begin(&new_key, binding, &options);
    FUZZ_CHECK(err == HUFU_OK);
    if (content == CONTENT_BEGIN) {
        *request = new_key.begin;
        new_key.begin = (struct device_request){0};
        device_new_key_done(&new_key);
    }
}

static json_t *frame_content(const struct making *making, enum content content)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    uint8_t memory[2 * FRAME_MAX];
    struct mutation *mutation = making->settings->mutation;
    make_request(&request, making, content);
    size_t len = request.frame_len, signature_len = sizeof(request.signature);
    memcpy(memory, request.frame, len);
    if (making->layer == HTTP_LAYER_FRAME && mutation_below(mutation, 4) > 0)
        mutation_apply(mutation, memory, &len, sizeof(memory), bytes_of(request.head, request.head_len));
    else if (making->layer == HTTP_LAYER_FRAME)
        mutation_apply(mutation, request.signature, &signature_len, sizeof(request.signature),
                       bytes_of(NULL, 0));
    return json_pack("{s:o, s:o}", "frame", web_json_bytes(bytes_of(memory, len)), "signature",
                     web_json_bytes(bytes_of(request.signature, signature_len)));
}

/* ---- Other contents ---- */

static json_t *activation_content(const struct making *making)
{
    uint8_t code[ACTIVATION_CODE_SIZE], memory[128], proof[FRAME_SIGNATURE_SIZE];
    const struct device_key *key = making->settings->phone->key;
    struct buf message;
    uint64_t now = device_now_ms();
    randomness_fill(code, sizeof(code));
    buf_init(&message, memory, sizeof(memory));
    FUZZ_CHECK(activation_signed_message(&message, code, device_key_public(key), now) == HUFU_OK);
    FUZZ_CHECK(device_key_sign(key, proof, buf_bytes(&message)) == HUFU_OK);
    return json_pack("{s:o, s:o, s:I, s:o, s:s, s:s}", "code", web_json_bytes(bytes_of(code, sizeof(code))),
                     "device_key", web_json_bytes(bytes_of(device_key_public(key), FRAME_DEVICE_KEY_SIZE)),
                     "time", (json_int_t)now, "proof", web_json_bytes(bytes_of(proof, sizeof(proof))),
                     "device_name", "\xe6\x89\x8b\xe6\x9c\xba", "device_model", "model 1");
}

static json_t *request_content(const struct making *making)
{
    static const uint8_t subject[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03,
                                      0x55, 0x04, 0x03, 0x0c, 0x02, 'a',  'b'};
    static const uint8_t signature[COSIGN_SIGNATURE_SIZE] = {1, [32] = 2};
    uint8_t info_memory[CERTIFICATE_REQUEST_MAX], memory[2 * CERTIFICATE_REQUEST_MAX];
    struct buf info, whole;
    struct bytes name = bytes_of(subject, sizeof(subject));
    buf_init(&info, info_memory, sizeof(info_memory));
    buf_init(&whole, memory, sizeof(memory));
    FUZZ_CHECK(certificate_request_begin(&info, making->settings->key->binding.half.P, name) == HUFU_OK);
    FUZZ_CHECK(certificate_request_finish(&whole, buf_bytes(&info), signature) == HUFU_OK);
    size_t len = whole.len;
    if (making->layer == HTTP_LAYER_FRAME || making->layer == HTTP_LAYER_BODY)
        mutation_apply(making->settings->mutation, memory, &len, sizeof(memory), name);
    return json_pack("{s:o, s:s}", "csr", web_json_bytes(bytes_of(memory, len)), "ca", "sm2");
}

static json_t *content_of(const struct making *making, enum content content)
{
    if (texts[content])
        return json_loads(texts[content], 0, NULL);
    if (content == CONTENT_ACTIVATION)
        return activation_content(making);
    if (content == CONTENT_KEY)
        return json_pack("{s:s, s:s}", "algorithm", "sm2", "usage", "sign");
    if (content == CONTENT_REQUEST)
        return request_content(making);
    return frame_content(making, content);
}

/* ---- The request ---- */

static void put_text(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

/* Of a line's method and address. */
static void put_proof(struct buf *out, const struct http_seed_settings *settings, const char *line)
{
    char method[16], url[2 * LINE_MAX_SIZE], proof[DPOP_PROOF_MAX];
    size_t len = strcspn(line, " ");
    (void)snprintf(method, sizeof(method), "%.*s", (int)len, line);
    (void)snprintf(url, sizeof(url), "%s%s", web_client_url(settings->phone->web), line + len + 1);
    FUZZ_CHECK(dpop_proof(proof, settings->phone->key, method, url, settings->phone->token) == HUFU_OK);
    put_text(out, "\r\nDPoP: ");
    put_text(out, proof);
}

static void put_head(struct buf *out, const struct http_seed_settings *settings, const struct form *form)
{
    char name[LINE_MAX_SIZE];
    const char *mark = strstr(form->name, "{key}");
    if (mark)
        (void)snprintf(name, sizeof(name), "%.*s%s%s", (int)(mark - form->name), form->name,
                       settings->key->key_id, mark + strlen("{key}"));
    else
        (void)snprintf(name, sizeof(name), "%s", form->name);
    put_text(out, name);
    put_text(out, " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: DPoP ");
    put_text(out, settings->phone->token);
    put_proof(out, settings, name);
    put_text(out, "\r\n");
}

static void put_body(struct buf *out, const struct form *form, const uint8_t *text, size_t len)
{
    char line[96];
    put_text(out, "Content-Type: application/json\r\n");
    if (!form->chunked) {
        (void)snprintf(line, sizeof(line), "Content-Length: %zu\r\n\r\n", len);
        put_text(out, line);
        buf_put(out, text, len);
        return;
    }
    size_t half = len / 2;
    (void)snprintf(line, sizeof(line), "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", half);
    put_text(out, line);
    buf_put(out, text, half);
    (void)snprintf(line, sizeof(line), "\r\n%zx;x=y\r\n", len - half);
    put_text(out, line);
    buf_put(out, text + half, len - half);
    put_text(out, "\r\n0\r\n\r\n");
}

static bool put_content(struct buf *out, const struct making *making, const struct form *form)
{
    static uint8_t text[JSON_MAX];
    json_t *json = content_of(making, form->content);
    char *dumped = json ? json_dumps(json, JSON_COMPACT) : NULL;
    size_t len = dumped ? strlen(dumped) : 0;
    json_decref(json);
    bool fits = dumped && len <= sizeof(text);
    if (fits)
        memcpy(text, dumped, len);
    free(dumped);
    if (fits && making->layer == HTTP_LAYER_JSON)
        mutation_apply(making->settings->mutation, text, &len, sizeof(text),
                       bytes_of_text("{\"frame\":null,\"a\":[1e9]}"));
    if (fits)
        put_body(out, form, text, len);
    return fits;
}

bool http_seed(struct buf *out, const struct http_seed_settings *settings, size_t index,
               enum http_layer layer)
{
    const struct form *form = &forms[index];
    struct making making = {.settings = settings, .layer = layer};
    size_t begin = out->len;
    put_head(out, settings, form);
    if (form->content == CONTENT_NONE)
        put_text(out, "\r\n");
    else if (!put_content(out, &making, form))
        return false;
    if (buf_finish(out))
        return false;
    if (layer == HTTP_LAYER_BYTES || (layer != HTTP_LAYER_NONE && form->content == CONTENT_NONE)) {
        size_t len = out->len - begin;
        mutation_apply(
            settings->mutation, out->data + begin, &len, out->cap - begin,
            bytes_of_text("Content-Length: 99999999\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"));
        out->len = begin + len;
    }
    return true;
}
