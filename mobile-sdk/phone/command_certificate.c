/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

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
        if (!file_append_pem(text, der, len))
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

enum exit_status command_certificate(struct phone *phone)
{
    const struct options *options = &phone->options;
    if (!options->out && !options->chain) {
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
        return EXIT_USAGE;
    }
    struct hufu_id key;
    enum hufu_result result = phone_key(phone, HUFU_USAGE_SIGN, &key);
    if (result)
        return phone_end(phone, result);
    enum exit_status status = EXIT_DONE;
    if (options->out)
        status = save(phone, &key, 0, 1, options->out, TEXT_CERTIFICATE_SAVED);
    if (!status && options->chain)
        status = save(phone, &key, 1, SIZE_MAX - 1, options->chain, TEXT_CHAIN_SAVED);
    return status;
}
