/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time of inversion, shown by valgrind: the input is marked undefined, and memcheck reports each branch and each
 * address that depends on it. Run by ctest in builds with HUFU_VALGRIND=ON, once for each size of words.
 *
 *   ctime_inverse run    inverts secrets in constant time; exit status 0 when memcheck has nothing to say
 *   ctime_inverse leak   inverts a secret in variable time: memcheck must report it, or the above shows nothing */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "common/secret.h"
#include "cosign/arithmetic/inverse.h"

/* Whether inverse's output for a secret is secret in every word, and inverted again the input. */
static bool goes_there_and_back(void (*inverse)(word out[WORDS], const word a[WORDS]), const word a[WORDS])
{
    word secret[WORDS], bits[WORDS];
    memcpy(secret, a, sizeof(secret));
    secret_mark(secret, sizeof(secret));
    inverse(secret, secret);
    if (VALGRIND_GET_VBITS(secret, bits, sizeof(bits)) != 1)
        return false;
    for (int i = 0; i < WORDS; i++)
        if (bits[i] != (word)-1)
            return false;
    inverse(secret, secret);
    secret_unmark(secret, sizeof(secret));
    return integer_equal(secret, a);
}

static int run(void)
{
    const word values[][WORDS] = {{0}, {1}, {2}, {5, 6, 7, 8}, {0, 0, 0, (word)1 << (WORD_BITS - 2)}};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (!goes_there_and_back(inverse_mod_p, values[i]) || !goes_there_and_back(inverse_mod_n, values[i]))
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

static int leak(void)
{
    word secret[WORDS] = {5, 6, 7, 8};
    secret_mark(secret, sizeof(secret));
    inverse_mod_p_var(secret, secret);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc != 2 || !RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind … ctime_inverse run|leak\n");
        return 2;
    }
    return strcmp(argv[1], "leak") == 0 ? leak() : run();
}
