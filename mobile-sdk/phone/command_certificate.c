/* SPDX-License-Identifier: Apache-2.0 */
/* certificate and public-key. */
#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/phone/file.h"
#include "mobile-sdk/phone/phone.h"

/* Certificates from index `from` on, until there are no more or `limit` were taken. */
static enum hufu_result collect(const struct phone *phone, const struct hufu_id *key, size_t from,
                                size_t limit, struct file_bytes *text)
{
    static uint8_t der[HUFU_STORED_VALUE_MAX];
    for (size_t i = from; i < from + limit; i++) {
        size_t len = 0;
        enum hufu_result result = hufu_certificate(phone->hufu, key, i, der, sizeof(der), &len);
        if (result == HUFU_RESULT_NOT_FOUND && i > from)
            break;
        if (result)
            return result;
        if (!file_append_pem(text, "CERTIFICATE", der, len))
            return HUFU_RESULT_INTERNAL;
    }
    return HUFU_RESULT_OK;
}

static enum exit_status save(const struct phone *phone, const struct hufu_id *key, size_t from, size_t limit,
                             const char *path, enum text text)
{
    FILE_BYTES_FREED struct file_bytes pem = {NULL, 0};
    enum hufu_result result = collect(phone, key, from, limit, &pem);
    if (result)
        return phone_end(phone, result);
    if (!file_write(&phone->options, path, pem.data, pem.len, 0644))
        return EXIT_USAGE;
    say(stdout, phone->options.language, text, path, NULL);
    return EXIT_DONE;
}

static enum exit_status show(struct phone *phone, const struct hufu_id *key)
{
    static struct hufu_certificate_view view;
    enum language language = phone->options.language;
    enum hufu_result result = hufu_certificate_view(phone->hufu, key, &view);
    if (result)
        return phone_end(phone, result);
    say(stdout, language, TEXT_CERTIFICATE_LINE, view.serial, view.ca, phone_date(view.from_ms).text,
        phone_date(view.until_ms).text, NULL);
    for (size_t i = 0; i < view.count; i++)
        say(stdout, language, TEXT_CERTIFICATE_PART, view.parts[i].name, view.parts[i].value, NULL);
    if (view.masked)
        say(stdout, language, TEXT_CERTIFICATE_MASKED, NULL);
    return EXIT_DONE;
}

enum exit_status command_certificate(struct phone *phone)
{
    const struct options *options = &phone->options;
    struct hufu_id key;
    enum hufu_result result = phone_key(phone, HUFU_USAGE_SIGN, &key);
    if (result)
        return phone_end(phone, result);
    if (!options->out && !options->chain)
        return show(phone, &key);
    enum exit_status status = EXIT_DONE;
    if (options->out)
        status = save(phone, &key, 0, 1, options->out, TEXT_CERTIFICATE_SAVED);
    if (!status && options->chain)
        status = save(phone, &key, 1, SIZE_MAX - 1, options->chain, TEXT_CHAIN_SAVED);
    return status;
}

/* The SubjectPublicKeyInfo of an SM2 key: always these bytes, then the point. */
static const uint8_t key_info_begin[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                         0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c,
                                         0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00};

static enum hufu_result find_key(const struct phone *phone, struct hufu_key_info *info)
{
    struct hufu_id key;
    enum hufu_result result = phone_key(phone, HUFU_USAGE_SIGN, &key);
    for (size_t i = 0; !result && i < hufu_key_count(phone->hufu); i++) {
        result = hufu_key_info(phone->hufu, i, info);
        if (!result && phone_same_key(&info->id, &key))
            return info->stage == HUFU_STAGE_NEW ? HUFU_RESULT_NOT_READY : HUFU_RESULT_OK;
    }
    return result ? result : HUFU_RESULT_NOT_FOUND;
}

enum exit_status command_public_key(struct phone *phone)
{
    const struct options *options = &phone->options;
    if (!options->out) {
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
        return EXIT_USAGE;
    }
    struct hufu_key_info info;
    enum hufu_result result = find_key(phone, &info);
    if (result)
        return phone_end(phone, result);
    uint8_t der[sizeof(key_info_begin) + HUFU_PUBLIC_KEY_SIZE];
    memcpy(der, key_info_begin, sizeof(key_info_begin));
    memcpy(der + sizeof(key_info_begin), info.public_key, HUFU_PUBLIC_KEY_SIZE);
    FILE_BYTES_FREED struct file_bytes pem = {NULL, 0};
    if (!file_append_pem(&pem, "PUBLIC KEY", der, sizeof(der)))
        return phone_end(phone, HUFU_RESULT_INTERNAL);
    if (!file_write(options, options->out, pem.data, pem.len, 0644))
        return EXIT_USAGE;
    say(stdout, options->language, TEXT_PUBLIC_KEY_SAVED, options->out, NULL);
    return EXIT_DONE;
}
