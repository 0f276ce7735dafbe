/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "tests/unit/hsm_room.h"

static struct hsm_room room;

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "", NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_room_stop(&room);
    return 0;
}

static void generated_key_signs_and_checks_its_pin(void **state)
{
    (void)state;
    struct hsm_key key;
    hsm_key_make(&room, &key, FRAME_ALLOW_SIGN);
    assert_ok(hsm_key_sign(&room, &key));
    assert_ok(hsm_key_pin_check(&room, &key));
    assert_ok(hsm_key_refresh(&room, &key));
    assert_ok(hsm_key_sign(&room, &key));
    hsm_key_free(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generated_key_signs_and_checks_its_pin),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
