/* SPDX-License-Identifier: Apache-2.0 */
/* The two codes of a hand-over, as strangers may write them. */
#include <string.h>

#include "mobile-sdk/handover_code.h"
#include "tests/unit/unit.h"

static void fill(void *data, size_t len, uint8_t first)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)data)[i] = (uint8_t)(first + i);
}

static struct bind_code bind_sample(bool authorized)
{
    struct bind_code code;
    memset(&code, 0, sizeof code);
    code.authorized = authorized;
    if (authorized)
        fill(&code.authorization, sizeof code.authorization, 51);
    fill(&code.key, sizeof code.key, 1);
    fill(&code.binding, sizeof code.binding, 101);
    fill(code.fingerprint, sizeof code.fingerprint, 201);
    return code;
}

static struct bound_code bound_sample(void)
{
    struct bound_code code;
    fill(&code.binding, sizeof code.binding, 3);
    fill(code.A2, sizeof code.A2, 4);
    fill(code.hash, sizeof code.hash, 5);
    return code;
}

static void both_codes_come_back_as_they_were(void **state)
{
    (void)state;
    char text[HUFU_BIND_CODE_MAX];
    const struct bind_code bind = bind_sample(false);
    const struct bound_code bound = bound_sample();
    struct bind_code bind_again;
    struct bound_code bound_again;
    assert_ok(bind_code_encode(text, &bind));
    assert_int_equal(strncmp(text, "hufu:bind?k=AQIDBAUGBwgJCgsMDQ4PEA&b=", 37), 0);
    assert_ok(bind_code_parse(&bind_again, text));
    assert_memory_equal(&bind_again, &bind, sizeof bind);
    assert_ok(bound_code_encode(text, &bound));
    assert_ok(bound_code_parse(&bound_again, text));
    assert_memory_equal(&bound_again, &bound, sizeof bound);
}

/* What it is for stands in its first word, which no other code has: none can be made of the other by leaving something out. */
static void an_authorized_users_code_names_the_authorization(void **state)
{
    (void)state;
    char text[HUFU_BIND_CODE_MAX];
    const struct bind_code code = bind_sample(true);
    struct bind_code again;
    assert_ok(bind_code_encode(text, &code));
    assert_int_equal(strncmp(text, "hufu:authorize?z=MzQ1Njc4OTo7PD0-P0BBQg&k=", 42), 0);
    assert_ok(bind_code_parse(&again, text));
    assert_memory_equal(&again, &code, sizeof code);
}

static void nothing_shorter_longer_or_else_is_a_code(void **state)
{
    (void)state;
    char text[HUFU_BIND_CODE_MAX + 8], changed[HUFU_BIND_CODE_MAX + 8];
    const struct bind_code bind[2] = {bind_sample(false), bind_sample(true)};
    const struct bound_code bound = bound_sample();
    struct bind_code as_bind;
    struct bound_code as_bound;
    for (int kind = 0; kind < 3; kind++) {
        assert_ok(kind == 2 ? bound_code_encode(text, &bound) : bind_code_encode(text, &bind[kind]));
        size_t len = strlen(text);
        for (size_t i = 0; i < len; i++) {
            memcpy(changed, text, len + 1);
            changed[i] = '\0';
            assert_int_equal(bind_code_parse(&as_bind, changed), HUFU_ERR_FORM);
            assert_int_equal(bound_code_parse(&as_bound, changed), HUFU_ERR_FORM);
            changed[i] = '*'; /* in no place of any code */
            assert_int_equal(bind_code_parse(&as_bind, changed), HUFU_ERR_FORM);
            assert_int_equal(bound_code_parse(&as_bound, changed), HUFU_ERR_FORM);
        }
        memcpy(changed, text, len);
        memcpy(changed + len, "A", sizeof "A");
        assert_int_equal(bind_code_parse(&as_bind, changed), HUFU_ERR_FORM);
        assert_int_equal(bound_code_parse(&as_bound, changed), HUFU_ERR_FORM);
    }
    memset(text, 'A', sizeof text); /* and no end */
    assert_int_equal(bind_code_parse(&as_bind, text), HUFU_ERR_FORM);
    assert_int_equal(bound_code_parse(&as_bound, text), HUFU_ERR_FORM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_codes_come_back_as_they_were),
        cmocka_unit_test(an_authorized_users_code_names_the_authorization),
        cmocka_unit_test(nothing_shorter_longer_or_else_is_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
