/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a personal part of a subject when it is masked. */
#include "server/core/certificate_view.h"
#include "tests/unit/unit.h"

static void a_mask_leaves_the_ends_of_a_text(void **state)
{
    static const struct {
        const char *value, *masked;
    } cases[] = {
        {"", ""},
        {"A", "*"},
        {"李", "*"},
        {"李明", "李*"},
        {"李韩梅", "李**"},
        {"欧阳娜娜", "欧**娜"},
        {"W-17", "W**7"},
        {"W-2047", "W****7"},
        {"Li Lei", "L****i"},
        {"0123456789abcdef", "0********f"},
        {"𠮷野家的人", "𠮷***人"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char masked[64];
        certificate_mask(masked, sizeof masked, cases[i].value);
        assert_string_equal(masked, cases[i].masked);
    }
}

static void what_is_no_certificate_has_no_parts(void **state)
{
    static struct subject_part parts[SUBJECT_PARTS_MAX];
    size_t count;
    (void)state;
    assert_int_equal(subject_parts(bytes_of_text(""), parts, &count), HUFU_ERR_FORM);
    assert_int_equal(subject_parts(bytes_of_text("0\x03\x02\x01\x01"), parts, &count), HUFU_ERR_FORM);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mask_leaves_the_ends_of_a_text),
        cmocka_unit_test(what_is_no_certificate_has_no_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
