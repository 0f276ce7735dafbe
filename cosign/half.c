/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/half.h"

#include "common/secret.h"

void cosign_service_half_wipe(struct cosign_service_half *half)
{
    secret_wipe(half, sizeof(*half));
}

void cosign_device_half_wipe(struct cosign_device_half *half)
{
    secret_wipe(half, sizeof(*half));
}

void device_keys_wipe(struct device_keys *keys)
{
    secret_wipe(keys, sizeof(*keys));
}

void service_keys_wipe(struct service_keys *keys)
{
    secret_wipe(keys, sizeof(*keys));
}

enum hufu_err device_keys_open(struct group *g, struct device_keys *keys,
                               const struct cosign_device_half *half)
{
    struct point A POINT_WIPED;
    if (!scalar_decode_nonzero(&keys->a, half->a) || !point_decode_var(g, &keys->P, half->P)) {
        enum hufu_err err = group_finish(g);
        return err ? err : HUFU_ERR_FORM;
    }
    point_mul_base(g, &A, &keys->a);
    point_encode(keys->A, &A);
    return group_finish(g);
}

enum hufu_err service_keys_open(struct group *g, struct service_keys *keys,
                                const struct cosign_service_half *half)
{
    bool good = scalar_decode_nonzero(&keys->b, half->b) && point_decode_var(g, &keys->A, half->A) &&
                point_decode_var(g, &keys->P, half->P);
    return good ? group_finish(g) : HUFU_ERR_INTERNAL;
}

bool halves_match(struct group *g, const struct scalar *half, const struct point *point,
                  const struct point *P)
{
    struct point left POINT_WIPED; /* a·B of another B than the half's own tests a PIN */
    struct point right;
    struct point generator;
    point_mul(g, &left, half, point);
    point_generator(g, &generator);
    point_add(g, &right, P, &generator);
    bool match = point_equal(&left, &right);
    secret_unmark(&match, sizeof(match));
    return match;
}

enum hufu_err message_finish(struct buf *out, size_t start)
{
    enum hufu_err err = buf_finish(out);
    if (err) {
        secret_wipe(out->data + start, out->len - start);
        out->len = start;
    }
    return err;
}

enum hufu_err cosign_point_check_var(const uint8_t point[COSIGN_POINT_SIZE])
{
    struct group g GROUP_DONE;
    struct point p;
    group_init(&g);
    bool good = point_decode_var(&g, &p, point);
    enum hufu_err err = group_finish(&g);
    return err || good ? err : HUFU_ERR_FORM;
}
