/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/handover_code.h"

#include <string.h>

#include "common/buf.h"
#include "common/encoding.h"

#define BIND_PREFIX "hufu:bind?"
#define AUTHORIZE_PREFIX "hufu:authorize?"
#define VALUE_TEXT_MAX BASE64URL_TEXT_SIZE(COSIGN_POINT_SIZE)

static void put_text(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

/* before: "k=", "&b=", … */
static void put_value(struct buf *out, const char *before, const void *data, size_t len)
{
    char text[VALUE_TEXT_MAX];
    base64url_encode(text, sizeof(text), bytes_of(data, len));
    put_text(out, before);
    put_text(out, text);
}

static enum hufu_err finish_text(struct buf *out)
{
    buf_put_u8(out, '\0');
    return buf_finish(out);
}

static bool take_text(struct cursor *in, const char *text)
{
    struct bytes taken = cursor_take(in, strlen(text));
    if (in->failed || !bytes_equal_text(taken, text))
        in->failed = true;
    return !in->failed;
}

/* Moves on past the value; its length is that of its bytes, so nothing needs to end it. */
static void take_value(struct cursor *in, const char *before, void *data, size_t len)
{
    char text[VALUE_TEXT_MAX] = "";
    struct buf out;
    size_t text_len = BASE64URL_TEXT_SIZE(len) - 1;
    if (!take_text(in, before))
        return;
    struct bytes value = cursor_take(in, text_len);
    buf_init(&out, data, len);
    if (in->failed)
        return;
    memcpy(text, value.data, text_len);
    if (base64url_decode(&out, text) || out.len != len)
        in->failed = true;
}

static void begin_text(struct cursor *in, const char *text)
{
    cursor_init(in, bytes_of(text, strnlen(text, HUFU_BIND_CODE_MAX)));
}

enum hufu_err bind_code_encode(char text[HUFU_BIND_CODE_MAX], const struct bind_code *code)
{
    struct buf out;
    buf_init(&out, text, HUFU_BIND_CODE_MAX);
    put_text(&out, code->authorized ? AUTHORIZE_PREFIX : BIND_PREFIX);
    if (code->authorized)
        put_value(&out, "z=", code->authorization.bytes, HUFU_ID_SIZE);
    put_value(&out, code->authorized ? "&k=" : "k=", code->key.bytes, HUFU_ID_SIZE);
    put_value(&out, "&b=", code->binding.bytes, HUFU_ID_SIZE);
    put_value(&out, "&f=", code->fingerprint, sizeof(code->fingerprint));
    return finish_text(&out);
}

enum hufu_err bind_code_parse(struct bind_code *code, const char *text)
{
    struct cursor in;
    *code = (struct bind_code){.fingerprint = {0}};
    begin_text(&in, text);
    code->authorized = strncmp(text, AUTHORIZE_PREFIX, strlen(AUTHORIZE_PREFIX)) == 0;
    (void)take_text(&in, code->authorized ? AUTHORIZE_PREFIX : BIND_PREFIX);
    if (code->authorized)
        take_value(&in, "z=", code->authorization.bytes, HUFU_ID_SIZE);
    take_value(&in, code->authorized ? "&k=" : "k=", code->key.bytes, HUFU_ID_SIZE);
    take_value(&in, "&b=", code->binding.bytes, HUFU_ID_SIZE);
    take_value(&in, "&f=", code->fingerprint, sizeof(code->fingerprint));
    enum hufu_err err = cursor_finish(&in);
    if (err)
        *code = (struct bind_code){.fingerprint = {0}};
    return err;
}

enum hufu_err bound_code_encode(char text[HUFU_BIND_CODE_MAX], const struct bound_code *code)
{
    struct buf out;
    buf_init(&out, text, HUFU_BIND_CODE_MAX);
    put_value(&out, "hufu:bound?b=", code->binding.bytes, HUFU_ID_SIZE);
    put_value(&out, "&a=", code->A2, sizeof(code->A2));
    put_value(&out, "&h=", code->hash, sizeof(code->hash));
    return finish_text(&out);
}

enum hufu_err bound_code_parse(struct bound_code *code, const char *text)
{
    struct cursor in;
    *code = (struct bound_code){.hash = {0}};
    begin_text(&in, text);
    take_value(&in, "hufu:bound?b=", code->binding.bytes, HUFU_ID_SIZE);
    take_value(&in, "&a=", code->A2, sizeof(code->A2));
    take_value(&in, "&h=", code->hash, sizeof(code->hash));
    enum hufu_err err = cursor_finish(&in);
    if (err)
        *code = (struct bound_code){.hash = {0}};
    return err;
}
