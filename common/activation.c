/* SPDX-License-Identifier: Apache-2.0 */
#include "common/activation.h"

static const struct service_text_form form = {.scheme = "hufu:activate?", .name = "c"};

enum hufu_err activation_encode(char text[SERVICE_TEXT_MAX], const struct activation *activation)
{
    return service_text_encode(text, &form, &activation->service,
                               bytes_of(activation->code, sizeof(activation->code)));
}

enum hufu_err activation_parse(struct activation *activation, const char *text)
{
    return service_text_parse(&activation->service, activation->code, sizeof(activation->code), &form, text);
}

enum hufu_err activation_signed_message(struct buf *out, const uint8_t code[ACTIVATION_CODE_SIZE],
                                        const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], uint64_t time_ms)
{
    buf_put_field_text(out, "hufu/activation");
    buf_put_field(out, code, ACTIVATION_CODE_SIZE);
    buf_put_field(out, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field_u64(out, time_ms);
    return buf_finish(out);
}
