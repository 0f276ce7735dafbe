/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates that are stored with a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "mobile-sdk/certificate.h"

#define MAGIC "hufu/sdk/certificates/1"
#define NAME_SIZE (sizeof("certificates-") + HUFU_ID_TEXT_SIZE)

static void name_of(char name[NAME_SIZE], const struct hufu_id *id)
{
    char text[HUFU_ID_TEXT_SIZE];
    uuid_format(text, id->bytes);
    (void)snprintf(name, NAME_SIZE, "certificates-%s", text);
}

static void memory_free(uint8_t **memory)
{
    free(*memory);
}

void certificates_free(struct certificates *certificates)
{
    free(certificates->memory);
    *certificates = (struct certificates){.memory = NULL};
}

/* The first is of the key, and each names the next as its issuer. */
static bool is_chain(const struct bytes *der, size_t count, const struct key_record *key)
{
    struct certificate_view previous = {.serial = bytes_of(NULL, 0)};
    for (size_t i = 0; i < count; i++) {
        struct certificate_view view;
        if (certificate_parse(&view, der[i]))
            return false;
        if (i == 0 ? !certificate_is_of(&view, key->P) : !bytes_equal(previous.issuer, view.subject))
            return false;
        previous = view;
    }
    return count > 0;
}

static enum hufu_err split(struct certificates *certificates, struct bytes stored)
{
    struct cursor in;
    cursor_init(&in, stored);
    cursor_field_text(&in, MAGIC);
    while (!in.failed && cursor_left(&in) > 0 && certificates->count < CERTIFICATE_CHAIN_MAX)
        certificates->der[certificates->count++] = cursor_field(&in, HUFU_STORED_VALUE_MAX);
    return cursor_finish(&in);
}

enum hufu_result certificates_load(struct certificates *certificates, const struct hufu *hufu,
                                   const struct key_record *key)
{
    certificates_free(certificates);
    certificates->memory = malloc(HUFU_STORED_VALUE_MAX);
    if (!certificates->memory)
        return HUFU_RESULT_INTERNAL;
    char name[NAME_SIZE];
    name_of(name, &key->id);
    const struct hufu_storage *storage = &hufu->platform.storage;
    size_t len = 0;
    enum hufu_result result =
        storage->get(storage->context, name, certificates->memory, HUFU_STORED_VALUE_MAX, &len);
    if (!result && (split(certificates, bytes_of(certificates->memory, len)) ||
                    !is_chain(certificates->der, certificates->count, key)))
        result = HUFU_RESULT_DAMAGED;
    if (result)
        certificates_free(certificates);
    return result;
}

enum hufu_result certificates_store(const struct bytes *der, size_t count, const struct hufu *hufu,
                                    const struct key_record *key)
{
    if (count > CERTIFICATE_CHAIN_MAX || !is_chain(der, count, key))
        return HUFU_RESULT_FAULT;
    uint8_t *memory __attribute__((cleanup(memory_free))) = malloc(HUFU_STORED_VALUE_MAX);
    if (!memory)
        return HUFU_RESULT_INTERNAL;
    struct buf out;
    buf_init(&out, memory, HUFU_STORED_VALUE_MAX);
    buf_put_field_text(&out, MAGIC);
    for (size_t i = 0; i < count; i++)
        buf_put_field_bytes(&out, der[i]);
    if (buf_finish(&out))
        return HUFU_RESULT_LIMIT;
    char name[NAME_SIZE];
    name_of(name, &key->id);
    const struct hufu_storage *storage = &hufu->platform.storage;
    return storage->put(storage->context, name, out.data, out.len);
}

enum hufu_result certificates_remove(const struct hufu *hufu, const struct hufu_id *key)
{
    char name[NAME_SIZE];
    name_of(name, key);
    const struct hufu_storage *storage = &hufu->platform.storage;
    return storage->remove(storage->context, name);
}

enum hufu_result hufu_certificate(struct hufu *hufu, const struct hufu_id *id, size_t index, uint8_t *der,
                                  size_t cap, size_t *len)
{
    *len = 0;
    report_begin(hufu);
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    CERTIFICATES_FREED struct certificates certificates = {.memory = NULL};
    enum hufu_result result = key_record_load(&key, hufu, id);
    if (!result && key.stage != KEY_CERTIFIED)
        result = HUFU_RESULT_NOT_FOUND;
    if (!result)
        result = certificates_load(&certificates, hufu, &key);
    if (!result && index >= certificates.count)
        result = HUFU_RESULT_NOT_FOUND;
    if (result)
        return report_end(hufu, result);
    *len = certificates.der[index].len;
    if (*len > cap)
        return report_end(hufu, HUFU_RESULT_LIMIT);
    memcpy(der, certificates.der[index].data, *len);
    return report_end(hufu, HUFU_RESULT_OK);
}
