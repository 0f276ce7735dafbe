/* SPDX-License-Identifier: Apache-2.0 */
/* sign and verify. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/file.h"
#include "mobile-sdk/phone/phone.h"

#define CMS_MAX 65536

static void document_free(struct hufu_document **document)
{
    hufu_document_free(*document);
}
#define DOCUMENT_FREED __attribute__((cleanup(document_free)))

static bool take_piece(void *context, const void *data, size_t len)
{
    return hufu_document_update(context, data, len) == HUFU_RESULT_OK;
}

static enum exit_status write_signature(const struct phone *phone, const struct hufu_document *document,
                                        const char *path)
{
    uint8_t signature[HUFU_SIGNATURE_SIZE], der[HUFU_SIGNATURE_DER_MAX];
    size_t len = 0;
    enum hufu_result result = hufu_document_signature(document, signature);
    if (result)
        return phone_end(phone, result);
    hufu_signature_to_der(der, &len, signature);
    if (!file_write(&phone->options, path, der, len, 0644))
        return EXIT_USAGE;
    say(stdout, phone->options.language, TEXT_SIGNED_RAW, path, NULL);
    return EXIT_DONE;
}

static enum exit_status write_cms(const struct phone *phone, const struct hufu_document *document,
                                  const char *path)
{
    static uint8_t cms[CMS_MAX];
    size_t len = 0;
    enum hufu_result result = hufu_document_cms(document, cms, sizeof(cms), &len);
    if (result)
        return phone_end(phone, result);
    if (!file_write(&phone->options, path, cms, len, 0644))
        return EXIT_USAGE;
    say(stdout, phone->options.language, TEXT_SIGNED_CMS, path, NULL);
    return EXIT_DONE;
}

static enum exit_status usage(const struct phone *phone)
{
    say(stderr, phone->options.language, TEXT_UNKNOWN_COMMAND, NULL);
    return EXIT_USAGE;
}

static enum hufu_result begin(const struct phone *phone, struct hufu_id *key, struct hufu_document **document)
{
    enum hufu_result result = phone_key(phone, HUFU_USAGE_SIGN, key);
    return result ? result : hufu_document_new(document, phone->hufu, key);
}

/* What was signed has been written and told, and stands whatever comes of this. */
static void renew_halves(const struct phone *phone, const struct hufu_id *key, const struct entry *pin)
{
    (void)fflush(stdout);
    (void)!hufu_refresh_due(phone->hufu, key, pin->text, pin->len);
}

/* It is signed and counted: what can be written of it is, and the worse outcome told. */
static enum exit_status write_forms(const struct phone *phone, const struct hufu_document *document,
                                    const char *out, const char *cms)
{
    enum exit_status raw = out ? write_signature(phone, document, out) : EXIT_DONE;
    enum exit_status other = cms ? write_cms(phone, document, cms) : EXIT_DONE;
    return raw > other ? raw : other;
}

enum exit_status command_sign(struct phone *phone)
{
    const struct options *options = &phone->options;
    if (!options->argument)
        return usage(phone);
    char default_out[PATH_MAX];
    const char *out = options->out;
    if (!out && !options->cms) {
        (void)snprintf(default_out, sizeof(default_out), "%s.sig", options->argument);
        out = default_out;
    }
    if (!file_apart(options, options->argument, out) ||
        !file_apart(options, options->argument, options->cms) || !file_apart(options, out, options->cms))
        return EXIT_USAGE;
    struct hufu_id key;
    DOCUMENT_FREED struct hufu_document *document = NULL;
    enum hufu_result result = begin(phone, &key, &document);
    if (result)
        return phone_end(phone, result);
    if (!file_read_pieces(options, options->argument, take_piece, document))
        return EXIT_USAGE;
    ENTRY_WIPED struct entry pin = {.len = 0};
    if (!entry_pin(&pin, options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    unsigned forms = (out ? HUFU_FORM_RAW : 0) | (options->cms ? HUFU_FORM_CMS : 0);
    result = hufu_sign(phone->hufu, &document, 1, forms, NULL, pin.text, pin.len);
    if (result)
        return phone_end(phone, result);
    phone_tell_failures(phone);
    enum exit_status status = write_forms(phone, document, out, options->cms);
    phone_tell_limits(phone, &key);
    if (!status)
        renew_halves(phone, &key, &pin);
    return status;
}

/* DER, or r ‖ s. A DER signature can have 64 bytes too, so what parses as DER is DER. */
static enum hufu_result take_signature(uint8_t signature[HUFU_SIGNATURE_SIZE], const struct file_bytes *bytes)
{
    enum hufu_result result = hufu_signature_from_der(signature, bytes->data, bytes->len);
    if (result && bytes->len == HUFU_SIGNATURE_SIZE) {
        memcpy(signature, bytes->data, HUFU_SIGNATURE_SIZE);
        return HUFU_RESULT_OK;
    }
    return result;
}

enum exit_status command_verify(struct phone *phone)
{
    const struct options *options = &phone->options;
    if (!options->argument || !options->signature)
        return usage(phone);
    struct hufu_id key;
    DOCUMENT_FREED struct hufu_document *document = NULL;
    enum hufu_result result = begin(phone, &key, &document);
    if (result)
        return phone_end(phone, result);
    FILE_BYTES_FREED struct file_bytes bytes = {NULL, 0};
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    if (!file_read_pieces(options, options->argument, take_piece, document) ||
        !file_read(&bytes, options, options->signature))
        return EXIT_USAGE;
    result = take_signature(signature, &bytes);
    if (!result)
        result = hufu_document_verify(document, signature);
    if (result)
        return phone_end(phone, result);
    say(stdout, options->language, TEXT_VERIFIED, options->argument, NULL);
    return EXIT_DONE;
}
