/* SPDX-License-Identifier: Apache-2.0 */
#include "common/activation.h"

#include <stdio.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"

#define SCHEME "hufu:activate?"

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-._~:/[]", c);
}

/* RFC 3986 percent-encoding; ":", "/", "[" and "]" may stay in a query. */
static void put_escaped(struct buf *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (is_unreserved(*text)) {
            buf_put_u8(out, c);
        } else {
            buf_put_u8(out, '%');
            buf_put_u8(out, (uint8_t)digits[c >> 4]);
            buf_put_u8(out, (uint8_t)digits[c & 15]);
        }
    }
}

static void put_parameter(struct buf *out, const char *name, const uint8_t *data, size_t len)
{
    char text[BASE64URL_TEXT_SIZE(32)];
    base64url_encode(text, sizeof(text), bytes_of(data, len));
    buf_put(out, name, strlen(name));
    buf_put(out, text, strlen(text));
    secret_wipe(text, sizeof(text));
}

enum hufu_err activation_encode(char text[ACTIVATION_TEXT_MAX], const struct activation *activation)
{
    struct buf out;
    buf_init(&out, text, ACTIVATION_TEXT_MAX);
    buf_put(&out, SCHEME "u=", strlen(SCHEME "u="));
    put_escaped(&out, activation->url);
    put_parameter(&out, "&t=", activation->tls_pin,
                  activation->has_tls_pin ? sizeof(activation->tls_pin) : 0);
    put_parameter(&out, "&k=", activation->identity_hash, sizeof(activation->identity_hash));
    put_parameter(&out, "&c=", activation->code, sizeof(activation->code));
    buf_put_u8(&out, '\0');
    if (buf_finish(&out)) {
        text[0] = '\0';
        return HUFU_ERR_LIMIT;
    }
    return HUFU_OK;
}

/* The value of one parameter, of the form NAME=VALUE& or NAME=VALUE at the end; moves on past it. */
static enum hufu_err take_parameter(char *value, size_t size, const char **text, const char *name)
{
    size_t name_len = strlen(name);
    if (strncmp(*text, name, name_len) != 0)
        return HUFU_ERR_FORM;
    const char *begin = *text + name_len;
    size_t len = strcspn(begin, "&");
    if (len >= size)
        return HUFU_ERR_LIMIT;
    memcpy(value, begin, len);
    value[len] = '\0';
    *text = begin + len + (begin[len] == '&');
    return HUFU_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum hufu_err unescape(char *out, size_t size, const char *text)
{
    size_t used = 0;
    for (; *text; text++) {
        int c = (unsigned char)*text;
        if (c == '%') {
            int high = hex_digit(text[1]);
            int low = high < 0 ? -1 : hex_digit(text[2]);
            c = low < 0 ? 0 : high * 16 + low;
            text += 2;
        }
        if (c < 0x20 || c == 0x7f) /* the address is shown on terminals */
            return HUFU_ERR_FORM;
        if (used + 1 >= size)
            return HUFU_ERR_LIMIT;
        out[used++] = (char)c;
    }
    out[used] = '\0';
    return used ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err parse_fixed(uint8_t *out, size_t size, const char *text)
{
    struct buf b;
    buf_init(&b, out, size);
    enum hufu_err err = base64url_decode(&b, text);
    return err || b.len != size ? HUFU_ERR_FORM : HUFU_OK;
}

static enum hufu_err parse_parameters(struct activation *activation, const char *text)
{
    char url[3 * ACTIVATION_URL_MAX + 1], pin[64], key[64], code[64];
    enum hufu_err err = take_parameter(url, sizeof(url), &text, "u=");
    if (!err)
        err = take_parameter(pin, sizeof(pin), &text, "t=");
    if (!err)
        err = take_parameter(key, sizeof(key), &text, "k=");
    if (!err)
        err = take_parameter(code, sizeof(code), &text, "c=");
    if (!err && *text)
        err = HUFU_ERR_FORM;
    if (!err)
        err = unescape(activation->url, sizeof(activation->url), url);
    activation->has_tls_pin = !err && pin[0];
    if (!err && pin[0])
        err = parse_fixed(activation->tls_pin, sizeof(activation->tls_pin), pin);
    if (!err)
        err = parse_fixed(activation->identity_hash, sizeof(activation->identity_hash), key);
    if (!err)
        err = parse_fixed(activation->code, sizeof(activation->code), code);
    secret_wipe(code, sizeof(code));
    return err;
}

enum hufu_err activation_parse(struct activation *activation, const char *text)
{
    *activation = (struct activation){0};
    size_t scheme_len = strlen(SCHEME);
    if (strlen(text) >= ACTIVATION_TEXT_MAX)
        return HUFU_ERR_LIMIT;
    if (strncmp(text, SCHEME, scheme_len) != 0)
        return HUFU_ERR_FORM;
    enum hufu_err err = parse_parameters(activation, text + scheme_len);
    if (err)
        secret_wipe(activation, sizeof(*activation));
    return err;
}

enum hufu_err activation_signed_message(struct buf *out, const uint8_t code[ACTIVATION_CODE_SIZE],
                                        const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], uint64_t time_ms)
{
    buf_put_field_text(out, "hufu/activation");
    buf_put_field(out, code, ACTIVATION_CODE_SIZE);
    buf_put_field(out, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field_u64(out, time_ms);
    return buf_finish(out);
}
