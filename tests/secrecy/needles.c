/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/secrecy/needles.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"

#define BUCKETS 65536u
#define FORM_NAME_MAX 24
#define PRIME 16777619u

struct form {
    const char *name;
    char kind[FORM_NAME_MAX];
    uint8_t *data;
    size_t len;
    struct form *next; /* in the same bucket */
};

struct needles {
    struct form *buckets[BUCKETS];
    uint32_t power; /* PRIME to the NEEDLE_WINDOW - 1: the weight of the byte that leaves the window */
    size_t count;
};

struct needles *needles_new(void)
{
    struct needles *needles = calloc(1, sizeof(*needles));
    if (!needles)
        return NULL;
    needles->power = 1;
    for (int i = 1; i < NEEDLE_WINDOW; i++)
        needles->power *= PRIME;
    return needles;
}

void needles_free(struct needles *needles)
{
    if (!needles)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (struct form *form = needles->buckets[i]; form;) {
            struct form *next = form->next;
            secret_wipe(form->data, form->len);
            free(form->data);
            free(form);
            form = next;
        }
    }
    free(needles);
}

size_t needles_count(const struct needles *needles)
{
    return needles->count;
}

/* ---- Forms ---- */

static uint32_t window_hash(const uint8_t *at)
{
    uint32_t hash = 0;
    for (int i = 0; i < NEEDLE_WINDOW; i++)
        hash = hash * PRIME + at[i];
    return hash;
}

/* The low bits of a product depend on the low bits of its factors alone: the high ones choose. */
static size_t bucket_of(uint32_t hash)
{
    return hash >> 16;
}

static enum hufu_err add_form(struct needles *needles, const char *name, const char *kind,
                              const char *variant, const void *data, size_t len)
{
    struct form *form = calloc(1, sizeof(*form));
    if (!form)
        return HUFU_ERR_INTERNAL;
    form->data = malloc(len);
    if (!form->data) {
        free(form);
        return HUFU_ERR_INTERNAL;
    }
    memcpy(form->data, data, len);
    form->len = len;
    form->name = name;
    const size_t kind_len = strlen(kind);
    memcpy(form->kind, kind, kind_len);
    memcpy(form->kind + kind_len, variant, strlen(variant));
    const size_t bucket = bucket_of(window_hash(form->data));
    form->next = needles->buckets[bucket];
    needles->buckets[bucket] = form;
    return HUFU_OK;
}

static enum hufu_err add_hex(struct needles *needles, const char *name, const char *kind, const void *data,
                             size_t len)
{
    char *text = malloc(2 * len + 1);
    if (!text)
        return HUFU_ERR_INTERNAL;
    hex_encode(text, 2 * len + 1, bytes_of(data, len));
    enum hufu_err err = add_form(needles, name, kind, "hex", text, 2 * len);
    for (size_t i = 0; i < 2 * len; i++)
        text[i] = (char)toupper((unsigned char)text[i]);
    if (!err)
        err = add_form(needles, name, kind, "HEX", text, 2 * len);
    free(text);
    return err;
}

/* Data, and the hexadecimal form of it. */
static enum hufu_err add_with_hex(struct needles *needles, const char *name, const char *kind,
                                  const void *data, size_t len)
{
    enum hufu_err err = add_form(needles, name, kind, "", data, len);
    return err ? err : add_hex(needles, name, *kind == 'r' ? "" : "base64-", data, len);
}

/* The characters that the secret alone decides when `before` bytes of its group of three stand in front of it. */
static enum hufu_err add_base64_at(struct needles *needles, const char *name, struct bytes secret,
                                   size_t before)
{
    static const size_t skipped[] = {0, 2, 3};
    const size_t len = before + secret.len;
    const size_t text_size = BASE64URL_TEXT_SIZE(len);
    uint8_t *shifted = calloc(1, len);
    char *text = malloc(text_size);
    enum hufu_err err = HUFU_ERR_INTERNAL;
    if (shifted && text) {
        memcpy(shifted + before, secret.data, secret.len);
        base64url_encode(text, text_size, bytes_of(shifted, len));
        const char *begin = text + skipped[before];
        const size_t whole = len * 8 / 6 - skipped[before];
        err = add_with_hex(needles, name, "base64url", begin, whole);
        bool differs = false;
        for (char *at = text; *at; at++) {
            if (*at == '-' || *at == '_') {
                *at = *at == '-' ? '+' : '/';
                differs = true;
            }
        }
        if (!err && differs)
            err = add_with_hex(needles, name, "base64", begin, whole);
        secret_wipe(shifted, len);
    }
    free(shifted);
    free(text);
    return err;
}

enum hufu_err needles_add(struct needles *needles, const char *name, struct bytes secret)
{
    if (secret.len < NEEDLE_MIN)
        return HUFU_ERR_LIMIT;
    enum hufu_err err = add_with_hex(needles, name, "raw", secret.data, secret.len);
    for (size_t before = 0; !err && before < 3; before++)
        err = add_base64_at(needles, name, secret, before);
    needles->count++;
    return err;
}

/* ---- The search ---- */

static size_t compare_bucket(const struct needles *needles, uint32_t hash, struct bytes data, size_t at,
                             needle_found *found, void *context)
{
    size_t findings = 0;
    for (const struct form *form = needles->buckets[bucket_of(hash)]; form; form = form->next) {
        if (form->len <= data.len - at && memcmp(form->data, data.data + at, form->len) == 0) {
            findings++;
            found(form->name, form->kind, at, context);
        }
    }
    return findings;
}

size_t needles_search(const struct needles *needles, struct bytes data, needle_found *found, void *context)
{
    if (data.len < NEEDLE_WINDOW)
        return 0;
    size_t findings = 0;
    uint32_t hash = window_hash(data.data);
    for (size_t at = 0;; at++) {
        if (needles->buckets[bucket_of(hash)])
            findings += compare_bucket(needles, hash, data, at, found, context);
        if (at + NEEDLE_WINDOW == data.len)
            return findings;
        hash = (hash - data.data[at] * needles->power) * PRIME + data.data[at + NEEDLE_WINDOW];
    }
}
