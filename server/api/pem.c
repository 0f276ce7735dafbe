/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/pem.h"

#include <string.h>

#define PEM_LINE_BYTES 48 /* 64 characters */

static void pem_put_text(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

/* One to three bytes as four characters. */
static void pem_put_group(struct buf *out, const uint8_t *data, size_t len)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits =
        (uint32_t)data[0] << 16 | (len > 1 ? (uint32_t)data[1] << 8 : 0) | (len > 2 ? data[2] : 0);
    for (size_t i = 0; i < 4; i++)
        buf_put_u8(out, i <= len ? (uint8_t)alphabet[bits >> (18 - 6 * i) & 63] : '=');
}

void pem_put_certificate(struct buf *out, struct bytes der)
{
    pem_put_text(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < der.len; at += 3) {
        pem_put_group(out, der.data + at, der.len - at < 3 ? der.len - at : 3);
        if ((at + 3) % PEM_LINE_BYTES == 0 || at + 3 >= der.len)
            pem_put_text(out, "\n");
    }
    pem_put_text(out, "-----END CERTIFICATE-----\n");
}
