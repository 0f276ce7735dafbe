/* SPDX-License-Identifier: Apache-2.0 */
/* Writes generator_table.c: the multiples of the generator of GB/T 32918.5 that generator_table.h names, computed by the
 * portable formulas. Runs at build time, on the machine that builds. The words are written as 64 bits each, so the file
 * serves either word size; tests/differential/test_differential_table.c checks every entry against OpenSSL. */
#include <inttypes.h>
#include <stdio.h>

#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/generator_table.h"

#define DOUBLINGS (2 * GENERATOR_WINDOW) /* from one row to the next */

/* The formulas' files refer to the table; here it is what is being made. */
const struct affine generator_table[GENERATOR_ROWS][GENERATOR_ODD];

static const uint8_t generator[2 * INTEGER_BYTES] = {
    0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9, 0x94,
    0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c, 0x74, 0xc7,
    0xbc, 0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21, 0x53,
    0xd0, 0xa9, 0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39, 0xf0, 0xa0};

static void print_field(const struct field *a)
{
    printf("{{");
    for (int i = 0; i < 4; i++) {
        uint64_t bits = 0;
        for (int j = 64 / WORD_BITS - 1; j >= 0; j--)
            bits = (bits << (WORD_BITS - 1) << 1) | a->limb[i * (64 / WORD_BITS) + j];
        printf("%sWORDS_OF(0x%016" PRIx64 ")", i ? ", " : "", bits);
    }
    printf("}}");
}

/* The odd multiples of `row`, which becomes the next row's. */
static void print_row(struct point *row)
{
    struct point odd[GENERATOR_ODD], twice;
    struct affine entries[GENERATOR_ODD];
    point_double(&twice, row);
    odd[0] = *row;
    for (int j = 1; j < GENERATOR_ODD; j++)
        engine_portable.add(&odd[j], &odd[j - 1], &twice);
    engine_portable.to_affine(entries, odd, GENERATOR_ODD);
    printf("    {\n");
    for (int j = 0; j < GENERATOR_ODD; j++) {
        printf("        {");
        print_field(&entries[j].x);
        printf(",\n         ");
        print_field(&entries[j].y);
        printf("},\n");
    }
    printf("    },\n");
    for (int i = 0; i < DOUBLINGS; i++)
        point_double(row, row);
}

int main(void)
{
    struct affine G;
    struct point row;
    if (!engine_portable.decode_var(&G, generator))
        return 1;
    point_set_affine(&row, &G);
    printf("/* Made by generator_table_make.c. */\n#include \"cosign/arithmetic/generator_table.h\"\n\n"
           "const struct affine generator_table[GENERATOR_ROWS][GENERATOR_ODD] = {\n");
    for (int i = 0; i < GENERATOR_ROWS; i++)
        print_row(&row);
    printf("};\n");
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
