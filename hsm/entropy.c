/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/entropy.h"

#include <string.h>
#include <sys/random.h>

#include "common/secret.h"

#define STEP 64

/* At most STEP bytes: getrandom gives up to 256 whole, without being interrupted. */
static enum hufu_err fill_step(struct entropy *source, uint8_t *out, size_t len)
{
    uint8_t from_token[STEP];
    enum hufu_err err = getrandom(out, len, 0) == (ssize_t)len ? HUFU_OK : HUFU_ERR_INTERNAL;
    if (!err)
        err = token_random(source->token, source->session, from_token, len);
    for (size_t i = 0; !err && i < len; i++)
        out[i] ^= from_token[i];
    secret_wipe(from_token, sizeof(from_token));
    return err;
}

enum hufu_err entropy_fill(struct entropy *source, uint8_t *out, size_t len)
{
    enum hufu_err err = HUFU_OK;
    for (size_t at = 0; !err && at < len; at += STEP)
        err = fill_step(source, out + at, len - at < STEP ? len - at : STEP);
    if (err)
        secret_wipe(out, len);
    return err;
}

static enum hufu_err fill_for_cosign(void *context, uint8_t *out, size_t len)
{
    return entropy_fill(context, out, len);
}

struct cosign_random entropy_for_cosign(struct entropy *source)
{
    return (struct cosign_random){.fill = fill_for_cosign, .context = source};
}
