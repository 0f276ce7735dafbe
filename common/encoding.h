/* SPDX-License-Identifier: Apache-2.0 */
/* Text forms of bytes: base64url without padding (RFC 4648 §5), hexadecimal, UUIDs (RFC 9562), RFC 3339
 * times. */
#ifndef HUFU_COMMON_ENCODING_H
#define HUFU_COMMON_ENCODING_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define UUID_SIZE 16
#define UUID_TEXT_SIZE 37    /* with the final NUL */
#define RFC3339_TEXT_SIZE 25 /* 2026-01-02T03:04:05.678Z and the final NUL */
#define BASE64URL_TEXT_SIZE(len) (((len)*4 + 2) / 3 + 1)

/* text needs BASE64URL_TEXT_SIZE(len). */
void base64url_encode(char *text, size_t text_size, struct bytes data);
/* Appends to out. HUFU_ERR_FORM: padding, other characters, non-zero left-over bits; HUFU_ERR_LIMIT: does not
 * fit. */
enum hufu_err base64url_decode(struct buf *out, const char *text) HUFU_MUST_CHECK;
/* text needs 2·len + 1. */
void hex_encode(char *text, size_t text_size, struct bytes data);
enum hufu_err hex_decode(struct buf *out, const char *text) HUFU_MUST_CHECK;

/* Version 7: Unix time in ms, then 10 random bytes (74 bits are used). */
void uuid_v7(uint8_t uuid[UUID_SIZE], uint64_t time_ms, const uint8_t random[10]);
void uuid_format(char text[UUID_TEXT_SIZE], const uint8_t uuid[UUID_SIZE]);
/* The 8-4-4-4-12 form alone, either case. */
enum hufu_err uuid_parse(uint8_t uuid[UUID_SIZE], const char *text) HUFU_MUST_CHECK;

/* UTC with milliseconds. */
void rfc3339_format(char text[RFC3339_TEXT_SIZE], uint64_t time_ms);
/* UTC ("Z") alone, with none or three digits of fraction. */
enum hufu_err rfc3339_parse(uint64_t *time_ms, const char *text) HUFU_MUST_CHECK;

#endif
