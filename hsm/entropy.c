/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/entropy.h"

#include <string.h>
#include <sys/random.h>

#include "common/secret.h"

#define STEP 256

/* At most STEP bytes: getrandom gives up to 256 whole, without being interrupted. */
static enum hufu_err draw_step(struct entropy *source, uint8_t *out, size_t len)
{
    uint8_t from_token[STEP];
    enum hufu_err err = getrandom(out, len, 0) == (ssize_t)len ? HUFU_OK : HUFU_ERR_INTERNAL;
    if (!err)
        err = token_random(source->token, source->session, from_token, len);
    for (size_t i = 0; !err && i < len; i++)
        out[i] ^= from_token[i];
    secret_wipe(from_token, len);
    return err;
}

static enum hufu_err draw(struct entropy *source, uint8_t *out, size_t len)
{
    enum hufu_err err = HUFU_OK;
    for (size_t at = 0; !err && at < len; at += STEP)
        err = draw_step(source, out + at, len - at < STEP ? len - at : STEP);
    if (err)
        secret_wipe(out, len);
    return err;
}

void entropy_expect(struct entropy *source, size_t len)
{
    source->expected = source->ahead ? len : 0;
}

void entropy_forget(struct entropy *source)
{
    source->left = 0;
    source->expected = 0;
}

/* What is left of the draw before is too little, and given up. */
static enum hufu_err draw_ahead(struct entropy *source)
{
    const size_t len = source->expected < ENTROPY_AHEAD_MAX ? source->expected : ENTROPY_AHEAD_MAX;
    enum hufu_err err = draw(source, source->ahead, len);
    source->left = err ? 0 : len;
    source->expected = err ? 0 : source->expected - len;
    return err;
}

static void take_ahead(struct entropy *source, uint8_t *out, size_t len)
{
    source->left -= len;
    memcpy(out, source->ahead + source->left, len);
    secret_wipe(source->ahead + source->left, len);
}

enum hufu_err entropy_fill(struct entropy *source, uint8_t *out, size_t len)
{
    if (source->left < len && source->expected >= len) {
        enum hufu_err err = draw_ahead(source);
        if (err) {
            secret_wipe(out, len);
            return err;
        }
    }
    if (source->left < len)
        return draw(source, out, len);
    take_ahead(source, out, len);
    return HUFU_OK;
}

static enum hufu_err fill_for_cosign(void *context, uint8_t *out, size_t len)
{
    return entropy_fill(context, out, len);
}

struct cosign_random entropy_for_cosign(struct entropy *source)
{
    return (struct cosign_random){.fill = fill_for_cosign, .context = source};
}
