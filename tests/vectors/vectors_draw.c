/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "vectors.h"

static const struct listed *listed_of(const struct draw *draw)
{
    return (const struct listed *)((const char *)draw - offsetof(struct listed, draw));
}

static enum hufu_err listed_value(const struct listed *listed, struct scalar *out, const json_t *object,
                                  const char *name)
{
    uint8_t bytes[SCALAR_BYTES];
    read_exact(listed->report, object, name, bytes, sizeof(bytes));
    return scalar_decode_nonzero(out, bytes) ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err listed_secret(const struct draw *draw, struct scalar *out, const char *role)
{
    const struct listed *listed = listed_of(draw);
    return listed_value(listed, out, listed->object, role);
}

static enum hufu_err listed_nonce(const struct draw *draw, struct scalar *out, const struct scalar *half,
                                  const struct draw_context *context, uint32_t index, const char *role)
{
    const struct listed *listed = listed_of(draw);
    (void)half;
    (void)context;
    if (strcmp(role, DRAW_TAU) == 0)
        return listed_value(listed, out, listed->object, listed->tau);
    const json_t *items = member(listed->report, listed->object, "items");
    return listed_value(listed, out, json_array_get(items, index), role);
}

static enum hufu_err listed_bytes(const struct draw *draw, uint8_t *out, size_t len, const char *role)
{
    const struct listed *listed = listed_of(draw);
    read_exact(listed->report, listed->object, role, out, len);
    return HUFU_OK;
}

void listed_init(struct listed *listed, struct report *report, const json_t *object, const char *tau)
{
    *listed = (struct listed){
        .draw = {.secret = listed_secret, .nonce = listed_nonce, .bytes = listed_bytes},
        .report = report,
        .object = object,
        .tau = tau,
    };
}
