/* SPDX-License-Identifier: Apache-2.0 */
/* The state machines, cell by cell: the tables are written out here once more, as the documents have them. */
#include "server/core/account.h"
#include "server/core/activation.h"
#include "server/core/authentication.h"
#include "server/core/binding.h"
#include "server/core/code.h"
#include "server/core/device.h"
#include "server/core/key.h"
#include "server/core/notice.h"
#include "server/core/session.h"
#include "tests/unit/unit.h"

#define NO (-1)

static void account_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[ACCOUNT_STATE_COUNT][ACCOUNT_EVENT_COUNT] = {
        /*               approve         refuse          suspend            resume          close */
        /* requested */ {ACCOUNT_ACTIVE, ACCOUNT_CLOSED, NO, NO, ACCOUNT_CLOSED},
        /* active */ {NO, NO, ACCOUNT_SUSPENDED, NO, ACCOUNT_CLOSED},
        /* suspended */ {NO, NO, NO, ACCOUNT_ACTIVE, ACCOUNT_CLOSED},
        /* closed */ {NO, NO, NO, NO, NO},
    };
    for (int from = 0; from < ACCOUNT_STATE_COUNT; from++)
        for (int event = 0; event < ACCOUNT_EVENT_COUNT; event++) {
            enum account_state next;
            bool may = account_step((enum account_state)from, (enum account_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void activation_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[ACTIVATION_STATE_COUNT][ACTIVATION_EVENT_COUNT] = {
        /*              redeem               repeat fail               exhaust               replace */
        /* issued */ {ACTIVATION_REDEEMED, NO, ACTIVATION_ISSUED, ACTIVATION_EXHAUSTED, ACTIVATION_REPLACED},
        /* redeemed */ {NO, ACTIVATION_REDEEMED, NO, NO, NO},
        /* exhausted */ {NO, NO, NO, NO, NO},
        /* replaced */ {NO, NO, NO, NO, NO},
    };
    for (int from = 0; from < ACTIVATION_STATE_COUNT; from++)
        for (int event = 0; event < ACTIVATION_EVENT_COUNT; event++) {
            enum activation_state next;
            bool may = activation_step((enum activation_state)from, (enum activation_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void authentication_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[AUTHENTICATION_STATE_COUNT][AUTHENTICATION_EVENT_COUNT] = {
        /*             pass                 fulfil                 miss                   fail                   spend */
        /* open */ {AUTHENTICATION_OPEN, AUTHENTICATION_PASSED, AUTHENTICATION_OPEN, AUTHENTICATION_FAILED,
                    NO},
        /* passed */
        {NO, AUTHENTICATION_PASSED, AUTHENTICATION_PASSED, AUTHENTICATION_FAILED, AUTHENTICATION_SPENT},
        /* spent */ {NO, NO, NO, NO, NO},
        /* failed */ {NO, NO, NO, NO, NO},
        /* expired */ {NO, NO, NO, NO, NO},
    };
    for (int from = 0; from < AUTHENTICATION_STATE_COUNT; from++)
        for (int event = 0; event < AUTHENTICATION_EVENT_COUNT; event++) {
            enum authentication_state next;
            bool may =
                authentication_step((enum authentication_state)from, (enum authentication_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void code_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[CODE_STATE_COUNT][CODE_EVENT_COUNT] = {
        /*         right      wrong      last wrong      replace */
        /* sent */ {CODE_USED, CODE_SENT, CODE_EXHAUSTED, CODE_REPLACED},
        /* used */ {NO, NO, NO, NO},
        /* exhausted */ {NO, NO, NO, NO},
        /* replaced */ {NO, NO, NO, NO},
    };
    for (int from = 0; from < CODE_STATE_COUNT; from++)
        for (int event = 0; event < CODE_EVENT_COUNT; event++) {
            enum code_state next;
            bool may = code_step((enum code_state)from, (enum code_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void device_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[DEVICE_STATE_COUNT][DEVICE_EVENT_COUNT] = {
        /*              enrol           confirm        freeze         unfreeze       remove */
        /* waiting */ {DEVICE_WAITING, DEVICE_ACTIVE, NO, NO, DEVICE_REMOVED},
        /* active */ {DEVICE_ACTIVE, DEVICE_ACTIVE, DEVICE_FROZEN, NO, DEVICE_REMOVED},
        /* frozen */ {NO, NO, NO, DEVICE_ACTIVE, DEVICE_REMOVED},
        /* removed */ {NO, NO, NO, NO, NO},
    };
    for (int from = 0; from < DEVICE_STATE_COUNT; from++)
        for (int event = 0; event < DEVICE_EVENT_COUNT; event++) {
            enum device_state next;
            bool may = device_step((enum device_state)from, (enum device_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void session_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[SESSION_STATE_COUNT][SESSION_EVENT_COUNT] = {
        /*           use           end */
        /* open */ {SESSION_OPEN, SESSION_ENDED},
        /* ended */ {NO, NO},
    };
    for (int from = 0; from < SESSION_STATE_COUNT; from++)
        for (int event = 0; event < SESSION_EVENT_COUNT; event++) {
            enum session_state next;
            bool may = session_step((enum session_state)from, (enum session_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void key_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[KEY_STATE_COUNT][KEY_EVENT_COUNT] = {
        /*               begin        finish         certify */
        /* new */ {KEY_PENDING, NO, NO},
        /* pending */ {KEY_PENDING, KEY_GENERATED, NO},
        /* generated */ {NO, NO, KEY_USABLE},
        /* usable */ {NO, NO, NO},
    };
    for (int from = 0; from < KEY_STATE_COUNT; from++)
        for (int event = 0; event < KEY_EVENT_COUNT; event++) {
            enum key_state next;
            bool may = key_step((enum key_state)from, (enum key_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void binding_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[BINDING_STATE_COUNT][BINDING_EVENT_COUNT] = {
        /*              activate        freeze          unfreeze        remove */
        /* waiting */ {BINDING_ACTIVE, NO, NO, BINDING_REMOVED},
        /* active */ {NO, BINDING_FROZEN, NO, BINDING_REMOVED},
        /* frozen */ {NO, NO, BINDING_ACTIVE, BINDING_REMOVED},
        /* removed */ {NO, NO, NO, NO},
    };
    for (int from = 0; from < BINDING_STATE_COUNT; from++)
        for (int event = 0; event < BINDING_EVENT_COUNT; event++) {
            enum binding_state next;
            bool may = binding_step((enum binding_state)from, (enum binding_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void notice_takes_exactly_these_steps(void **state)
{
    (void)state;
    static const int table[NOTICE_STATE_COUNT][NOTICE_EVENT_COUNT] = {
        /*              postpone        deliver           refuse          expire */
        /* waiting */ {NOTICE_WAITING, NOTICE_DELIVERED, NOTICE_REFUSED, NOTICE_EXPIRED},
        /* delivered */ {NO, NO, NO, NO},
        /* refused */ {NO, NO, NO, NO},
        /* expired */ {NO, NO, NO, NO},
    };
    for (int from = 0; from < NOTICE_STATE_COUNT; from++)
        for (int event = 0; event < NOTICE_EVENT_COUNT; event++) {
            enum notice_state next;
            bool may = notice_step((enum notice_state)from, (enum notice_event)event, &next);
            assert_int_equal(may, table[from][event] != NO);
            assert_int_equal(next, may ? table[from][event] : from);
        }
}

static void a_state_or_event_outside_the_table_is_refused(void **state)
{
    (void)state;
    enum account_state next;
    assert_false(account_step(ACCOUNT_STATE_COUNT, ACCOUNT_SUSPEND, &next));
    assert_false(account_step(ACCOUNT_ACTIVE, ACCOUNT_EVENT_COUNT, &next));
    assert_false(account_step((enum account_state) - 1, ACCOUNT_SUSPEND, &next));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(account_takes_exactly_these_steps),
        cmocka_unit_test(activation_takes_exactly_these_steps),
        cmocka_unit_test(authentication_takes_exactly_these_steps),
        cmocka_unit_test(code_takes_exactly_these_steps),
        cmocka_unit_test(device_takes_exactly_these_steps),
        cmocka_unit_test(session_takes_exactly_these_steps),
        cmocka_unit_test(key_takes_exactly_these_steps),
        cmocka_unit_test(binding_takes_exactly_these_steps),
        cmocka_unit_test(notice_takes_exactly_these_steps),
        cmocka_unit_test(a_state_or_event_outside_the_table_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
