/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of the destruction log, against hashes that another program computed from docs/protocol.md §8. */
#include "tests/unit/unit.h"

#include "common/destruction.h"
#include "common/encoding.h"

static void orders_are_chained_as_the_protocol_says(void **state)
{
    (void)state;
    static const uint8_t first[DESTRUCTION_ORDER_SIZE] = {0,  1,  2,  3,  4,  5,  6, 7, 8, 9,
                                                          10, 11, 12, 13, 14, 15, 0, 0, 0, 3};
    static const uint8_t second[DESTRUCTION_ORDER_SIZE] = {0,  1,  2,  3,  4,  5,  6,    7,    8,    9,
                                                           10, 11, 12, 13, 14, 15, 0xff, 0xff, 0xff, 0xff};
    static const char *const expected[] = {
        "99a6a7cb3386cde4464a06ddefbbeaff8d0d7f412a81361e5bcd41047cbebb58",
        "0a21a49d7d5fc41a0f6284577d8a19048e18a820b515a9bafcca34b9810883d9"};
    struct destruction_head head = {0};
    char text[2 * HASH_SIZE + 1];
    destruction_advance(&head, first);
    hex_encode(text, sizeof(text), bytes_of(head.hash, HASH_SIZE));
    assert_int_equal(head.number, 1);
    assert_string_equal(text, expected[0]);
    destruction_advance(&head, second);
    hex_encode(text, sizeof(text), bytes_of(head.hash, HASH_SIZE));
    assert_int_equal(head.number, 2);
    assert_string_equal(text, expected[1]);
}

static void the_policies_of_a_binding_have_a_name_of_their_own(void **state)
{
    (void)state;
    static const uint8_t binding[DESTRUCTION_ID_SIZE] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                         8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t id[DESTRUCTION_ID_SIZE];
    char text[2 * DESTRUCTION_ID_SIZE + 1];
    destruction_policy_id(id, binding);
    hex_encode(text, sizeof(text), bytes_of(id, sizeof(id)));
    assert_string_equal(text, "f773af3250a56ef93136b3c27b8c0704");
}

static void heads_are_the_same_by_number_and_hash(void **state)
{
    (void)state;
    struct destruction_head a = {.number = 7, .hash = {1}}, b = a;
    assert_true(destruction_same(&a, &b));
    b.number = 8;
    assert_false(destruction_same(&a, &b));
    b = a;
    b.hash[HASH_SIZE - 1] ^= 1;
    assert_false(destruction_same(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_are_chained_as_the_protocol_says),
        cmocka_unit_test(the_policies_of_a_binding_have_a_name_of_their_own),
        cmocka_unit_test(heads_are_the_same_by_number_and_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
