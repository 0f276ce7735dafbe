/* SPDX-License-Identifier: Apache-2.0 */
/* Writes generator_table.c: the multiples that generator_table.h names, computed by OpenSSL. Runs at build time, on the
 * machine that builds. */
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdio.h>

#include "hsm/owned.h"
#include "hsm/p256/generator_table.h"

OWNED_CLEANUP(BN_CTX)

/* In Montgomery form. */
static int print_coordinate(BIGNUM *a, const BIGNUM *p, BN_CTX *ctx)
{
    unsigned char bytes[32];
    if (!BN_lshift(a, a, 256) || !BN_nnmod(a, a, p, ctx) ||
        BN_bn2binpad(a, bytes, sizeof(bytes)) != sizeof(bytes))
        return 0;
    for (int word = 3; word >= 0; word--) {
        printf(" 0x");
        for (int i = 0; i < 8; i++)
            printf("%02x", bytes[8 * word + i]);
        printf(",");
    }
    return 1;
}

/* odd·2^doublings·G. */
static int print_entry(const EC_GROUP *group, BN_ULONG odd, int doublings, BN_CTX *ctx)
{
    OWNED(EC_POINT) *point = EC_POINT_new(group);
    OWNED(BIGNUM) *k = BN_new();
    OWNED(BIGNUM) *x = BN_new();
    OWNED(BIGNUM) *y = BN_new();
    if (!point || !k || !x || !y || !BN_set_word(k, odd) || !BN_lshift(k, k, doublings) ||
        !EC_POINT_mul(group, point, k, NULL, NULL, ctx) ||
        !EC_POINT_get_affine_coordinates(group, point, x, y, ctx))
        return 0;
    const BIGNUM *p = EC_GROUP_get0_field(group);
    printf("        {");
    const int printed = print_coordinate(x, p, ctx) && print_coordinate(y, p, ctx);
    printf(" },\n");
    return printed;
}

int main(void)
{
    OWNED(EC_GROUP) *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    OWNED(BN_CTX) *ctx = BN_CTX_new();
    if (!group || !ctx)
        return 1;
    printf("/* Made by generator_table_make.c. */\n#include \"hsm/p256/generator_table.h\"\n\n"
           "const uint64_t p256_generator_table[P256_TABLE_ROWS][P256_TABLE_ENTRIES][8] = {\n");
    for (int row = 0; row < P256_TABLE_ROWS; row++) {
        printf("    {\n");
        for (BN_ULONG entry = 0; entry < P256_TABLE_ENTRIES; entry++) {
            if (!print_entry(group, 2 * entry + 1, 2 * P256_TABLE_BITS * row, ctx))
                return 1;
        }
        printf("    },\n");
    }
    printf("};\n");
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
