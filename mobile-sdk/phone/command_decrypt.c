/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/file.h"
#include "mobile-sdk/phone/phone.h"

#define DER_SEQUENCE 0x30

/* C1 ‖ C3 ‖ C2 begins with 04; the ASN.1 form is a SEQUENCE. */
static enum hufu_result to_plain_form(struct file_bytes *input)
{
    if (input->len == 0 || input->data[0] != DER_SEQUENCE)
        return HUFU_RESULT_OK;
    size_t cap = input->len + HUFU_CIPHERTEXT_OVERHEAD;
    FILE_BYTES_FREED struct file_bytes plain = {malloc(cap), cap};
    if (!plain.data)
        return HUFU_RESULT_INTERNAL;
    size_t len = 0;
    enum hufu_result result = hufu_ciphertext_from_der(plain.data, cap, &len, input->data, input->len);
    if (!result) {
        memcpy(input->data, plain.data, len); /* never longer: the DER form has the same parts and more */
        input->len = len;
    }
    return result;
}

static enum exit_status decrypt(struct phone *phone, const struct file_bytes *input,
                                struct file_bytes *output)
{
    struct hufu_id key;
    enum hufu_result result = phone_key(phone, HUFU_USAGE_DECRYPT, &key);
    if (result)
        return phone_end(phone, result);
    ENTRY_WIPED struct entry pin = {.len = 0};
    if (!entry_pin(&pin, &phone->options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    const struct hufu_ciphertext ciphertext = {.data = input->data, .len = input->len};
    result = hufu_decrypt(phone->hufu, &key, &ciphertext, 1, &output->data, pin.text, pin.len);
    if (!result) {
        phone_tell_failures(phone);
        phone_tell_limits(phone, &key);
    }
    return phone_end(phone, result);
}

enum exit_status command_decrypt(struct phone *phone)
{
    const struct options *options = &phone->options;
    if (!options->argument || !options->out) {
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
        return EXIT_USAGE;
    }
    FILE_BYTES_FREED struct file_bytes input = {NULL, 0};
    if (!file_apart(options, options->argument, options->out) ||
        !file_read(&input, options, options->argument))
        return EXIT_USAGE;
    enum hufu_result result = to_plain_form(&input);
    if (!result && input.len <= HUFU_CIPHERTEXT_OVERHEAD)
        result = HUFU_RESULT_FORM;
    if (result)
        return phone_end(phone, result);
    size_t len = input.len - HUFU_CIPHERTEXT_OVERHEAD;
    FILE_BYTES_FREED struct file_bytes output = {malloc(len), len};
    if (!output.data)
        return phone_end(phone, HUFU_RESULT_INTERNAL);
    enum exit_status status = decrypt(phone, &input, &output);
    if (status)
        return status;
    if (!file_write(options, options->out, output.data, output.len, 0600))
        return EXIT_USAGE;
    say(stdout, options->language, TEXT_DECRYPTED, options->out, NULL);
    return EXIT_DONE;
}
