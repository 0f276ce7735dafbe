/* SPDX-License-Identifier: Apache-2.0 */
#include "common/encoding.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void base64url_encode(char *text, size_t text_size, struct bytes data)
{
    (void)sodium_bin2base64(text, text_size, data.data, data.len, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* libsodium takes every byte from 0x80 on for a digit of base64. Looks at all of the text, whatever is in it: it may be
 * a token. */
static bool is_ascii(const char *text, size_t len)
{
    unsigned seen = 0;
    for (size_t i = 0; i < len; i++)
        seen |= (unsigned char)text[i];
    return seen < 0x80;
}

enum hufu_err base64url_decode(struct buf *out, const char *text)
{
    size_t len = strlen(text), decoded = 0;
    const char *end = NULL;
    if (len % 4 == 1 || !is_ascii(text, len))
        return HUFU_ERR_FORM;
    size_t expected = len / 4 * 3 + (len % 4 ? len % 4 - 1 : 0);
    uint8_t *room = buf_reserve(out, expected);
    if (!room)
        return HUFU_ERR_LIMIT;
    if (sodium_base642bin(room, expected, text, len, NULL, &decoded, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        decoded != expected || end != text + len) {
        out->len -= expected;
        return HUFU_ERR_FORM;
    }
    return HUFU_OK;
}

void hex_encode(char *text, size_t text_size, struct bytes data)
{
    (void)sodium_bin2hex(text, text_size, data.data, data.len);
}

enum hufu_err hex_decode(struct buf *out, const char *text)
{
    size_t len = strlen(text), decoded = 0;
    const char *end = NULL;
    uint8_t *room = buf_reserve(out, len / 2);
    if (!room)
        return HUFU_ERR_LIMIT;
    if (len % 2 || sodium_hex2bin(room, len / 2, text, len, NULL, &decoded, &end) != 0 || end != text + len) {
        out->len -= len / 2;
        return HUFU_ERR_FORM;
    }
    return HUFU_OK;
}

void uuid_v7(uint8_t uuid[UUID_SIZE], uint64_t time_ms, const uint8_t random[10])
{
    for (size_t i = 0; i < 6; i++)
        uuid[i] = (uint8_t)(time_ms >> (8 * (5 - i)));
    memcpy(uuid + 6, random, 10);
    uuid[6] = (uint8_t)(0x70 | (uuid[6] & 0x0f));
    uuid[8] = (uint8_t)(0x80 | (uuid[8] & 0x3f));
}

void uuid_format(char text[UUID_TEXT_SIZE], const uint8_t uuid[UUID_SIZE])
{
    char hex[2 * UUID_SIZE + 1];
    hex_encode(hex, sizeof(hex), bytes_of(uuid, UUID_SIZE));
    (void)snprintf(text, UUID_TEXT_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                   hex + 20);
}

enum hufu_err uuid_parse(uint8_t uuid[UUID_SIZE], const char *text)
{
    static const size_t dashes[] = {8, 13, 18, 23};
    char hex[2 * UUID_SIZE + 1];
    size_t used = 0, dash = 0;
    memset(uuid, 0, UUID_SIZE);
    if (strlen(text) != UUID_TEXT_SIZE - 1)
        return HUFU_ERR_FORM;
    for (size_t i = 0; i < UUID_TEXT_SIZE - 1; i++) {
        if (dash < sizeof(dashes) / sizeof(dashes[0]) && i == dashes[dash]) {
            if (text[i] != '-')
                return HUFU_ERR_FORM;
            dash++;
        } else {
            hex[used++] = text[i];
        }
    }
    hex[used] = '\0';
    struct buf out;
    buf_init(&out, uuid, UUID_SIZE);
    return hex_decode(&out, hex);
}

void rfc3339_format(char text[RFC3339_TEXT_SIZE], uint64_t time_ms)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;
    char date[RFC3339_TEXT_SIZE];
    /* Years above 9999 do not fit the format. */
    if (time_ms / 1000 > 253402300799ULL || !gmtime_r(&seconds, &utc) ||
        strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc) == 0) {
        text[0] = '\0';
        return;
    }
    (void)snprintf(text, RFC3339_TEXT_SIZE, "%.19s.%03uZ", date, (unsigned)(time_ms % 1000));
}

enum hufu_err rfc3339_parse(uint64_t *time_ms, const char *text)
{
    *time_ms = 0;
    struct tm utc = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    /* strptime takes short forms ("2026-1-2"); the length makes it exact. */
    if (!rest || rest - text != 19 || utc.tm_year < 70)
        return HUFU_ERR_FORM;
    unsigned millis = 0;
    if (*rest == '.') {
        for (int i = 1; i <= 3; i++) {
            if (rest[i] < '0' || rest[i] > '9')
                return HUFU_ERR_FORM;
            millis = millis * 10 + (unsigned)(rest[i] - '0');
        }
        rest += 4;
    }
    if (strcmp(rest, "Z") != 0)
        return HUFU_ERR_FORM;
    struct tm given = utc;
    time_t seconds = timegm(&utc);
    if (seconds < 0 || utc.tm_mday != given.tm_mday) /* the 31st of a shorter month */
        return HUFU_ERR_FORM;
    *time_ms = (uint64_t)seconds * 1000 + millis;
    return HUFU_OK;
}
