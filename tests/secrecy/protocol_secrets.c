/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/secrecy/protocol_secrets.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdbool.h>
#include <stdlib.h>

#include "tests/client/signing_nonces.h"

#define FIELD_MAX FRAME_MAX

static void add(struct needles *needles, const char *name, const void *data, size_t len)
{
    if (needles_add(needles, name, bytes_of(data, len)))
        abort();
}

/* By OpenSSL, so that what is looked for does not come from the code under test. */
static void point_of(uint8_t point[COSIGN_POINT_SIZE], const uint8_t scalar[COSIGN_SCALAR_SIZE])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_sm2);
    BIGNUM *k = BN_bin2bn(scalar, COSIGN_SCALAR_SIZE, NULL);
    EC_POINT *result = group ? EC_POINT_new(group) : NULL;
    if (!k || !result || EC_POINT_mul(group, result, k, NULL, NULL, NULL) != 1 ||
        EC_POINT_point2oct(group, result, POINT_CONVERSION_UNCOMPRESSED, point, COSIGN_POINT_SIZE, NULL) !=
            COSIGN_POINT_SIZE)
        abort();
    EC_POINT_free(result);
    BN_clear_free(k);
    EC_GROUP_free(group);
}

void secrets_add_half(struct needles *needles, const char *name, const struct cosign_device_half *half)
{
    uint8_t A[COSIGN_POINT_SIZE];
    point_of(A, half->a);
    add(needles, name, half->a, COSIGN_SCALAR_SIZE);
    add(needles, "A", A + 1, COSIGN_SCALAR_SIZE);
}

void secrets_add_request(struct needles *needles, const struct device_request *request)
{
    COSIGN_SIGNING_WIPED struct cosign_signing signing = {0};
    add(needles, "session key", request->session.k_out, BOX_KEY_SIZE);
    if (!request->nonces)
        return;
    device_nonces_restore(&signing, request->nonces);
    for (uint32_t i = 0; i < signing.count; i++) {
        add(needles, "k1", signing.ks[i], COSIGN_SCALAR_SIZE);
        add(needles, "k2", signing.ks[i] + COSIGN_SCALAR_SIZE, COSIGN_SCALAR_SIZE);
    }
}

/* Of a point the x coordinate alone is looked for, which every encoding of it holds. */
static void add_pieces(struct needles *needles, const char *name, struct bytes field)
{
    while (field.len >= COSIGN_SCALAR_SIZE) {
        const bool point = field.len >= COSIGN_POINT_SIZE && cosign_point_check_var(field.data) == HUFU_OK;
        const size_t len = point ? COSIGN_POINT_SIZE : COSIGN_SCALAR_SIZE;
        add(needles, name, field.data + point, COSIGN_SCALAR_SIZE);
        field = bytes_of(field.data + len, field.len - len);
    }
}

void secrets_add_message(struct needles *needles, const char *name, struct bytes message, struct bytes public)
{
    struct cursor c;
    cursor_init(&c, message);
    (void)cursor_field(&c, FIELD_MAX); /* the operation's name */
    bool any = false;
    while (cursor_left(&c) > 0) {
        const struct bytes field = cursor_field(&c, FIELD_MAX);
        if (c.failed)
            abort();
        if (field.len < NEEDLE_MIN || bytes_equal(field, public))
            continue;
        any = true;
        add(needles, name, field.data, field.len);
        add_pieces(needles, name, field);
    }
    if (any)
        add(needles, name, message.data, message.len);
}

void secrets_take_body(struct buf *body, void *needles)
{
    secrets_add_message(needles, "a body", buf_bytes(body), bytes_of(NULL, 0));
}
