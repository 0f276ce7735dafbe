/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "common/box.h"
#include "common/frame.h"

static uint8_t digests[FRAME_BATCH_MAX * 65];

static struct frame_head head_of(enum frame_op op, struct bytes public_part)
{
    struct frame_head head = {
        .op = op, .generation = 7, .time_ms = 1782000000123, .public_part = public_part};
    memset(head.key_id, 1, FRAME_ID_SIZE);
    memset(head.binding_id, 2, FRAME_ID_SIZE);
    memset(head.request_id, 3, FRAME_ID_SIZE);
    return head;
}

static struct bytes purpose_of(uint8_t memory[FRAME_PURPOSE_MAX])
{
    struct buf b;
    buf_init(&b, memory, FRAME_PURPOSE_MAX);
    buf_put_field_text(&b, "login");
    buf_put_field_text(&b, "platform");
    buf_put_field_text(&b, "42");
    return buf_bytes(&b);
}

static struct bytes encode(const struct frame_head *head, uint8_t memory[FRAME_HEAD_MAX])
{
    struct buf b;
    buf_init(&b, memory, FRAME_HEAD_MAX);
    assert_ok(frame_head_encode(&b, head));
    return buf_bytes(&b);
}

static void head_comes_back_as_it_went(void **state)
{
    (void)state;
    static uint8_t memory[FRAME_HEAD_MAX];
    uint8_t purpose[FRAME_PURPOSE_MAX];
    struct frame_head head = head_of(FRAME_OP_SIGN, bytes_of(digests, 3 * 32)), back;
    head.purpose = purpose_of(purpose);
    assert_ok(frame_head_parse(&back, encode(&head, memory)));
    assert_int_equal(back.op, FRAME_OP_SIGN);
    assert_memory_equal(back.key_id, head.key_id, FRAME_ID_SIZE);
    assert_memory_equal(back.binding_id, head.binding_id, FRAME_ID_SIZE);
    assert_memory_equal(back.request_id, head.request_id, FRAME_ID_SIZE);
    assert_int_equal(back.generation, 7);
    assert_true(back.time_ms == head.time_ms);
    assert_true(bytes_equal(back.purpose, head.purpose));
    assert_int_equal(frame_head_count(&back), 3);
}

static void damaged_head_is_refused_or_is_another_head(void *context, struct bytes damaged)
{
    const struct bytes *whole = context;
    static uint8_t memory[FRAME_HEAD_MAX];
    struct frame_head head;
    if (frame_head_parse(&head, damaged) != HUFU_OK) {
        static const struct frame_head zero;
        assert_memory_equal(&head, &zero, sizeof(head));
        return;
    }
    /* Flips in ids, times and digests make another valid head, never the same one; its encoding is unique. */
    assert_int_equal(damaged.len, whole->len);
    assert_true(bytes_equal(encode(&head, memory), damaged));
    assert_false(bytes_equal(damaged, *whole));
}

static void head_truncated_or_flipped_is_refused(void **state)
{
    (void)state;
    static uint8_t memory[FRAME_HEAD_MAX];
    uint8_t purpose[FRAME_PURPOSE_MAX];
    struct frame_head head = head_of(FRAME_OP_SIGN, bytes_of(digests, 2 * 32));
    head.purpose = purpose_of(purpose);
    struct bytes encoded = encode(&head, memory);
    for_each_damage(encoded, damaged_head_is_refused_or_is_another_head, &encoded);
}

static void head_refuses_public_parts_of_another_length(void **state)
{
    (void)state;
    static const struct {
        enum frame_op op;
        size_t len;
        bool accepted;
    } cases[] = {
        {FRAME_OP_KEYGEN_BEGIN, 65, true},   {FRAME_OP_KEYGEN_BEGIN, 64, false},
        {FRAME_OP_KEYGEN_BEGIN, 130, false}, {FRAME_OP_KEYGEN_FINISH, 32, true},
        {FRAME_OP_KEYGEN_FINISH, 0, false},  {FRAME_OP_SIGN, 0, false},
        {FRAME_OP_SIGN, 32, true},           {FRAME_OP_SIGN, 33, false},
        {FRAME_OP_SIGN, 256 * 32, true},     {FRAME_OP_SIGN, 257 * 32, false},
        {FRAME_OP_DECRYPT, 65, true},        {FRAME_OP_DECRYPT, 256 * 65, true},
        {FRAME_OP_DECRYPT, 64, false},       {FRAME_OP_REFRESH, 0, true},
        {FRAME_OP_REFRESH, 1, false},        {FRAME_OP_PIN_CHECK, 0, true},
        {FRAME_OP_PIN_CHECK, 32, false},     {FRAME_OP_HANDOVER, 0, false},
        {FRAME_OP_POLICY, 0, false},         {FRAME_OP_COUNT, 0, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        static uint8_t memory[FRAME_HEAD_MAX], more[257 * 65];
        struct buf b;
        buf_init(&b, memory, sizeof(memory));
        struct frame_head head = head_of(cases[i].op, bytes_of(more, cases[i].len));
        assert_int_equal(frame_head_encode(&b, &head), cases[i].accepted ? HUFU_OK : HUFU_ERR_FORM);
    }
}

/* Of a refresh: to stay what it is, or to become the primary's, and nothing else. */
static void refresh_names_the_role_of_a_primary_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *role;
        enum hufu_err expected;
    } cases[] = {
        {"", HUFU_OK},
        {"primary", HUFU_OK},
        {"primar", HUFU_ERR_FORM},
        {"primary ", HUFU_ERR_FORM},
        {"Primary", HUFU_ERR_FORM},
        {"secondary", HUFU_ERR_FORM},
        {"authorized", HUFU_ERR_FORM},
    };
    static uint8_t memory[FRAME_HEAD_MAX];
    struct frame_head head, back;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf b;
        buf_init(&b, memory, sizeof(memory));
        head = head_of(FRAME_OP_REFRESH, bytes_of_text(cases[i].role));
        assert_int_equal(frame_head_encode(&b, &head), cases[i].expected);
        if (cases[i].expected != HUFU_OK)
            continue;
        assert_ok(frame_head_parse(&back, buf_bytes(&b)));
        assert_int_equal(frame_head_asks_primary(&back), cases[i].role[0] != 0);
        assert_int_equal(frame_body_size(&back), 188); /* the body does not depend on it */
    }
    /* No other operation has it. */
    struct buf b;
    buf_init(&b, memory, sizeof(memory));
    head = head_of(FRAME_OP_PIN_CHECK, bytes_of_text(FRAME_ROLE_PRIMARY));
    assert_int_equal(frame_head_encode(&b, &head), HUFU_ERR_FORM);
}

static void head_of_a_refresh_to_primary_refuses_damage(void **state)
{
    (void)state;
    static uint8_t memory[FRAME_HEAD_MAX];
    struct frame_head head = head_of(FRAME_OP_REFRESH, bytes_of_text(FRAME_ROLE_PRIMARY));
    struct bytes encoded = encode(&head, memory);
    for_each_damage(encoded, damaged_head_is_refused_or_is_another_head, &encoded);
}

static void head_refuses_a_purpose_that_is_not_three_named_fields(void **state)
{
    (void)state;
    static uint8_t memory[FRAME_HEAD_MAX];
    uint8_t purpose[FRAME_PURPOSE_MAX];
    struct bytes whole = purpose_of(purpose);
    struct frame_head head = head_of(FRAME_OP_PIN_CHECK, bytes_of(NULL, 0));
    for (size_t len = 1; len < whole.len; len++) {
        struct buf b;
        buf_init(&b, memory, sizeof(memory));
        head.purpose = bytes_of(whole.data, len);
        assert_int_equal(frame_head_encode(&b, &head), HUFU_ERR_FORM);
    }
}

static void policy_handover_and_target_come_back_and_refuse_damage(void **state)
{
    (void)state;
    uint8_t policy_memory[FRAME_POLICY_SIZE], memory[512];
    struct frame_policy policy = {.from_ms = 1, .until_ms = 2, .operations = FRAME_ALLOW_SIGN, .uses = 10},
                        got;
    struct buf b;
    buf_init(&b, policy_memory, sizeof(policy_memory));
    assert_ok(frame_policy_encode(&b, &policy));
    assert_int_equal(b.len, FRAME_POLICY_SIZE);
    assert_ok(frame_policy_parse(&got, buf_bytes(&b)));
    assert_true(got.uses == 10 && got.operations == FRAME_ALLOW_SIGN && got.from_ms == 1 &&
                got.until_ms == 2);

    struct frame_handover handover = {.policy = buf_bytes(&b)}, back;
    memset(handover.fingerprint, 5, sizeof(handover.fingerprint));
    buf_init(&b, memory, sizeof(memory));
    assert_ok(frame_handover_encode(&b, &handover));
    assert_ok(frame_handover_parse(&back, buf_bytes(&b)));
    assert_true(bytes_equal(back.policy, handover.policy));
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(frame_handover_parse(&back, bytes_of(memory, len)), HUFU_ERR_FORM);

    struct frame_policy_for target = {.policy = bytes_of(NULL, 0)}, target_back;
    buf_init(&b, memory, sizeof(memory));
    assert_ok(frame_policy_for_encode(&b, &target));
    assert_ok(frame_policy_for_parse(&target_back, buf_bytes(&b)));
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(frame_policy_for_parse(&target_back, bytes_of(memory, len)), HUFU_ERR_FORM);
}

static void policy_refuses_a_window_that_ends_before_it_begins(void **state)
{
    (void)state;
    uint8_t memory[FRAME_POLICY_SIZE];
    struct frame_policy policy = {.from_ms = 2, .until_ms = 2}, got;
    struct buf b;
    buf_init(&b, memory, sizeof(memory));
    assert_ok(frame_policy_encode(&b, &policy));
    assert_int_equal(frame_policy_parse(&got, buf_bytes(&b)), HUFU_ERR_FORM);
}

static void statement_comes_back_and_refuses_truncation(void **state)
{
    (void)state;
    uint8_t memory[FRAME_STATEMENT_SIZE + 1] = {0};
    struct frame_statement statement = {.from_ms = 5, .until_ms = 6}, back;
    memset(statement.H_k, 9, sizeof(statement.H_k));
    struct buf b;
    buf_init(&b, memory, sizeof(memory));
    assert_ok(frame_statement_encode(&b, &statement));
    assert_int_equal(b.len, FRAME_STATEMENT_SIZE);
    assert_ok(frame_statement_parse(&back, buf_bytes(&b)));
    assert_memory_equal(&back, &statement, sizeof(back));
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(frame_statement_parse(&back, bytes_of(memory, len)), HUFU_ERR_FORM);
    assert_int_equal(frame_statement_parse(&back, bytes_of(memory, b.len + 1)), HUFU_ERR_FORM);
}

static void body_sizes_are_those_of_the_table(void **state)
{
    (void)state;
    struct frame_head head = head_of(FRAME_OP_SIGN, bytes_of(digests, 3 * 32));
    assert_int_equal(frame_body_size(&head), 474); /* the sizes of the published vectors */
    head = head_of(FRAME_OP_KEYGEN_BEGIN, bytes_of(digests, 65));
    assert_int_equal(frame_body_size(&head), 56);
    head = head_of(FRAME_OP_KEYGEN_FINISH, bytes_of(digests, 32));
    assert_int_equal(frame_body_size(&head), 194);
    head = head_of(FRAME_OP_REFRESH, bytes_of(NULL, 0));
    assert_int_equal(frame_body_size(&head), 188);
    head = head_of(FRAME_OP_HANDOVER, bytes_of(NULL, 0));
    assert_int_equal(frame_body_size(&head), 189);
    head = head_of(FRAME_OP_DECRYPT, bytes_of(digests, 2 * 65));
    assert_int_equal(frame_body_size(&head), 83);
    head = head_of(FRAME_OP_PIN_CHECK, bytes_of(NULL, 0));
    assert_int_equal(frame_body_size(&head), 85);
    head = head_of(FRAME_OP_POLICY, bytes_of(NULL, 0));
    assert_int_equal(frame_body_size(&head), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_comes_back_as_it_went),
        cmocka_unit_test(head_truncated_or_flipped_is_refused),
        cmocka_unit_test(head_refuses_public_parts_of_another_length),
        cmocka_unit_test(refresh_names_the_role_of_a_primary_or_none),
        cmocka_unit_test(head_of_a_refresh_to_primary_refuses_damage),
        cmocka_unit_test(head_refuses_a_purpose_that_is_not_three_named_fields),
        cmocka_unit_test(policy_handover_and_target_come_back_and_refuse_damage),
        cmocka_unit_test(policy_refuses_a_window_that_ends_before_it_begins),
        cmocka_unit_test(statement_comes_back_and_refuses_truncation),
        cmocka_unit_test(body_sizes_are_those_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
