/* SPDX-License-Identifier: Apache-2.0 */
#include "common/service_text.h"

#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"

#define PARAMETER_MAX 64 /* of the base64url texts, with the final NUL */

static const struct service_text_form project_form = {.scheme = "hufu:service?", .name = "p"};

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

/* &name=value */
static void put_parameter(struct buf *out, const char *name, struct bytes value)
{
    char text[BASE64URL_TEXT_SIZE(SERVICE_VALUE_MAX)];
    base64url_encode(text, sizeof(text), value);
    buf_put_u8(out, '&');
    buf_put(out, name, strlen(name));
    buf_put_u8(out, '=');
    buf_put(out, text, strlen(text));
    secret_wipe(text, sizeof(text));
}

enum hufu_err service_text_encode(char text[SERVICE_TEXT_MAX], const struct service_text_form *form,
                                  const struct service_address *address, struct bytes value)
{
    struct buf out;
    buf_init(&out, text, SERVICE_TEXT_MAX);
    buf_put(&out, form->scheme, strlen(form->scheme));
    buf_put(&out, "u=", strlen("u="));
    put_escaped(&out, address->url);
    put_parameter(&out, "t", bytes_of(address->tls_pin, address->has_tls_pin ? sizeof(address->tls_pin) : 0));
    put_parameter(&out, "k", bytes_of(address->identity_hash, sizeof(address->identity_hash)));
    put_parameter(&out, form->name, value);
    buf_put_u8(&out, '\0');
    if (buf_finish(&out)) {
        text[0] = '\0';
        return HUFU_ERR_LIMIT;
    }
    return HUFU_OK;
}

/* The value of one parameter, of the form name=value& or name=value at the end; moves on past it. */
static enum hufu_err take_parameter(char *value, size_t size, const char **text, const char *name)
{
    size_t name_len = strlen(name);
    if (strncmp(*text, name, name_len) != 0 || (*text)[name_len] != '=')
        return HUFU_ERR_FORM;
    const char *begin = *text + name_len + 1;
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

static enum hufu_err parse_address(struct service_address *address, const char **text)
{
    char url[3 * SERVICE_URL_MAX + 1], pin[PARAMETER_MAX], key[PARAMETER_MAX];
    enum hufu_err err = take_parameter(url, sizeof(url), text, "u");
    if (!err)
        err = take_parameter(pin, sizeof(pin), text, "t");
    if (!err)
        err = take_parameter(key, sizeof(key), text, "k");
    if (!err)
        err = unescape(address->url, sizeof(address->url), url);
    address->has_tls_pin = !err && pin[0];
    if (!err && pin[0])
        err = parse_fixed(address->tls_pin, sizeof(address->tls_pin), pin);
    return err ? err : parse_fixed(address->identity_hash, sizeof(address->identity_hash), key);
}

static enum hufu_err parse_value(uint8_t *value, size_t size, const char *name, const char *text)
{
    char parameter[PARAMETER_MAX];
    enum hufu_err err = take_parameter(parameter, sizeof(parameter), &text, name);
    if (!err && *text)
        err = HUFU_ERR_FORM;
    if (!err)
        err = parse_fixed(value, size, parameter);
    secret_wipe(parameter, sizeof(parameter));
    return err;
}

enum hufu_err service_text_parse(struct service_address *address, uint8_t *value, size_t value_size,
                                 const struct service_text_form *form, const char *text)
{
    *address = (struct service_address){0};
    memset(value, 0, value_size);
    size_t scheme_len = strlen(form->scheme);
    if (strlen(text) >= SERVICE_TEXT_MAX)
        return HUFU_ERR_LIMIT;
    if (strncmp(text, form->scheme, scheme_len) != 0)
        return HUFU_ERR_FORM;
    text += scheme_len;
    enum hufu_err err = parse_address(address, &text);
    if (!err)
        err = parse_value(value, value_size, form->name, text);
    if (err) {
        secret_wipe(value, value_size);
        *address = (struct service_address){0};
    }
    return err;
}

enum hufu_err service_project_encode(char text[SERVICE_TEXT_MAX], const struct service_project *project)
{
    return service_text_encode(text, &project_form, &project->service,
                               bytes_of(project->project_id, sizeof(project->project_id)));
}

enum hufu_err service_project_parse(struct service_project *project, const char *text)
{
    return service_text_parse(&project->service, project->project_id, sizeof(project->project_id),
                              &project_form, text);
}
