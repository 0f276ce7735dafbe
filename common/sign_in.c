/* SPDX-License-Identifier: Apache-2.0 */
#include "common/sign_in.h"

enum hufu_err sign_in_signed_message(struct buf *out, const uint8_t token[SIGN_IN_TOKEN_SIZE],
                                     const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], uint64_t time_ms)
{
    buf_put_field_text(out, "hufu/sign-in");
    buf_put_field(out, token, SIGN_IN_TOKEN_SIZE);
    buf_put_field(out, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field_u64(out, time_ms);
    return buf_finish(out);
}
