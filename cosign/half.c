/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/half.h"
#include "cosign/multiples.h"

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

enum hufu_err device_keys_decode(struct device_keys *keys, const struct cosign_device_half *half)
{
    bool good = scalar_decode_nonzero(&keys->a, half->a) && affine_decode_var(&keys->P, half->P);
    return good ? HUFU_OK : HUFU_ERR_FORM;
}

enum hufu_err device_keys_open(struct device_keys *keys, const struct cosign_device_half *half)
{
    enum hufu_err err = device_keys_decode(keys, half);
    if (!err)
        multiple_encode(keys->A, &keys->a);
    return err;
}

enum hufu_err service_keys_open(struct service_keys *keys, const struct cosign_service_half *half)
{
    bool good = scalar_decode_nonzero(&keys->b, half->b) && affine_decode_var(&keys->A, half->A) &&
                affine_decode_var(&keys->P, half->P);
    return good ? HUFU_OK : HUFU_ERR_INTERNAL;
}

bool halves_match(const struct scalar *half, const struct affine *point, const struct affine *P)
{
    struct point left POINT_WIPED; /* a·B of another B than the half's own tests a PIN */
    struct point right;
    struct point generator;
    point_mul(&left, half, point, 1);
    point_of_affine(&generator, affine_generator);
    point_of_affine(&right, P);
    point_add(&right, &right, &generator);
    bool match = point_equal(&left, &right);
    secret_unmark(&match, sizeof(match));
    return match;
}

enum hufu_err message_finish(struct buf *out, size_t start)
{
    enum hufu_err err = buf_finish(out);
    if (err)
        message_drop(out, start);
    return err;
}

void message_drop(struct buf *out, size_t start)
{
    secret_wipe(out->data + start, out->len - start);
    out->len = start;
}

enum hufu_err cosign_point_check_var(const uint8_t point[COSIGN_POINT_SIZE])
{
    struct affine p;
    return affine_decode_var(&p, point) ? HUFU_OK : HUFU_ERR_FORM;
}
