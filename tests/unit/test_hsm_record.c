/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "hsm/record.h"

static struct record_binding binding_of(bool authorized)
{
    struct record_binding record = {.role = authorized ? RECORD_AUTHORIZED : RECORD_PRIMARY,
                                    .operations = FRAME_ALLOW_SIGN,
                                    .must_refresh = authorized,
                                    .has_policy = authorized,
                                    .sealed_ms = 1782000000123};
    memset(record.half.b, 1, sizeof(record.half.b));
    memset(record.half.A, 2, sizeof(record.half.A));
    memset(record.half.P, 3, sizeof(record.half.P));
    memset(record.device_key, 4, sizeof(record.device_key));
    memset(record.identity.data, 5, 7);
    record.identity.len = 7;
    if (authorized) {
        record.policy =
            (struct frame_policy){.from_ms = 1, .until_ms = 2, .operations = FRAME_ALLOW_SIGN, .uses = 3};
        record.policy_number = 6;
    }
    return record;
}

static struct bytes encode_binding(uint8_t memory[RECORD_PLAIN_MAX], const struct record_binding *record)
{
    struct buf out;
    buf_init(&out, memory, RECORD_PLAIN_MAX);
    assert_ok(record_binding_encode(&out, record));
    return buf_bytes(&out);
}

static void binding_comes_back_as_it_went(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    for (int authorized = 0; authorized < 2; authorized++) {
        struct record_binding record = binding_of(authorized), back;
        assert_ok(record_binding_parse(&back, encode_binding(memory, &record)));
        assert_memory_equal(&back.half, &record.half, sizeof(back.half));
        assert_memory_equal(back.device_key, record.device_key, sizeof(back.device_key));
        assert_int_equal(back.role, record.role);
        assert_int_equal(back.operations, record.operations);
        assert_int_equal(back.must_refresh, record.must_refresh);
        assert_int_equal(back.has_policy, record.has_policy);
        assert_int_equal(back.policy.uses, record.policy.uses);
        assert_int_equal(back.policy_number, record.policy_number);
        assert_int_equal(back.identity.len, 7);
        assert_true(back.sealed_ms == record.sealed_ms);
    }
}

/* A prefix is refused; a flipped bit is refused or makes another record (the seal guards those), and whatever is
 * accepted encodes to the very bytes it came from. */
static void damaged_binding_is_refused_or_is_itself(void *context, struct bytes damaged)
{
    uint8_t memory[RECORD_PLAIN_MAX];
    const struct bytes *whole = context;
    struct record_binding record;
    static const struct record_binding nothing;
    if (record_binding_parse(&record, damaged)) {
        assert_memory_equal(&record, &nothing, sizeof(record));
        return;
    }
    assert_int_equal(damaged.len, whole->len);
    assert_true(bytes_equal(encode_binding(memory, &record), damaged));
}

static void binding_damaged_anywhere_is_refused_or_itself(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    for (int authorized = 0; authorized < 2; authorized++) {
        struct record_binding record = binding_of(authorized);
        struct bytes whole = encode_binding(memory, &record);
        for_each_damage(whole, damaged_binding_is_refused_or_is_itself, &whole);
    }
}

static void binding_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    struct record_binding record = binding_of(false), back;
    record.operations = FRAME_ALLOW_SIGN | FRAME_ALLOW_DECRYPT;
    assert_int_equal(record_binding_parse(&back, encode_binding(memory, &record)), HUFU_ERR_RECORD);
    record = binding_of(true);
    record.role = RECORD_PRIMARY;
    assert_int_equal(record_binding_parse(&back, encode_binding(memory, &record)), HUFU_ERR_RECORD);
    record = binding_of(true);
    record.has_policy = false;
    assert_int_equal(record_binding_parse(&back, encode_binding(memory, &record)), HUFU_ERR_RECORD);
}

static struct bytes encode_pending(uint8_t memory[RECORD_PLAIN_MAX], const struct record_pending *record)
{
    struct buf out;
    buf_init(&out, memory, RECORD_PLAIN_MAX);
    assert_ok(record_pending_encode(&out, record));
    return buf_bytes(&out);
}

static void damaged_pending_is_refused_or_is_itself(void *context, struct bytes damaged)
{
    uint8_t memory[RECORD_PLAIN_MAX];
    const struct bytes *whole = context;
    struct record_pending record;
    if (record_pending_parse(&record, damaged))
        return;
    assert_int_equal(damaged.len, whole->len);
    assert_true(bytes_equal(encode_pending(memory, &record), damaged));
}

static void pending_damaged_anywhere_is_refused_or_itself(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    struct record_pending record = {.head_len = 100, .operations = FRAME_ALLOW_DECRYPT, .sealed_ms = 9}, back;
    memset(record.b, 1, sizeof(record.b));
    struct bytes whole = encode_pending(memory, &record);
    assert_ok(record_pending_parse(&back, whole));
    assert_memory_equal(back.b, record.b, sizeof(back.b));
    assert_int_equal(back.head_len, 100);
    for_each_damage(whole, damaged_pending_is_refused_or_is_itself, &whole);
}

static void damaged_service_record_is_refused_or_has_a_window(void *context, struct bytes damaged)
{
    const struct bytes *whole = context;
    struct record_service record;
    if (!record_service_parse(&record, damaged)) {
        assert_int_equal(damaged.len, whole->len);
        assert_true(record.from_ms < record.until_ms);
    }
}

static void service_record_damaged_anywhere_is_refused_or_itself(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    struct record_service record = {.from_ms = 5, .until_ms = 6}, back;
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    assert_ok(record_service_encode(&out, &record));
    struct bytes whole = buf_bytes(&out);
    assert_ok(record_service_parse(&back, whole));
    assert_int_equal(back.until_ms, 6);
    for_each_damage(whole, damaged_service_record_is_refused_or_has_a_window, &whole);
}

static void damaged_data_record_is_refused_or_whole(void *context, struct bytes damaged)
{
    const struct bytes *whole = context;
    struct record_data record;
    static const struct record_data nothing;
    if (!record_data_parse(&record, damaged))
        assert_int_equal(damaged.len, whole->len);
    else
        assert_memory_equal(&record, &nothing, sizeof(record));
}

static void data_record_comes_back_and_its_damage_does_not(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    struct buf out;
    struct record_data record = {{1, 2, 3}}, back;
    buf_init(&out, memory, sizeof(memory));
    assert_ok(record_data_encode(&out, &record));
    struct bytes whole = buf_bytes(&out);
    assert_ok(record_data_parse(&back, whole));
    assert_memory_equal(&back, &record, sizeof(back));
    for_each_damage(whole, damaged_data_record_is_refused_or_whole, &whole);
}

static void damaged_ca_record_is_refused_or_whole(void *context, struct bytes damaged)
{
    const struct bytes *whole = context;
    struct record_ca record;
    if (!record_ca_parse(&record, damaged))
        assert_int_equal(damaged.len, whole->len);
}

static void ca_record_damaged_anywhere_is_refused_or_itself(void **state)
{
    (void)state;
    uint8_t memory[RECORD_PLAIN_MAX];
    struct record_ca record = {{1}, {2}}, back;
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    assert_ok(record_ca_encode(&out, &record));
    struct bytes whole = buf_bytes(&out);
    assert_ok(record_ca_parse(&back, whole));
    assert_memory_equal(&back, &record, sizeof(back));
    for_each_damage(whole, damaged_ca_record_is_refused_or_whole, &whole);
}

static struct bytes place_of(uint8_t memory[RECORD_PLACE_SIZE], const struct record_place *place)
{
    static const uint8_t key_id[16] = {9};
    struct buf out;
    buf_init(&out, memory, RECORD_PLACE_SIZE);
    assert_ok(record_place_encode(&out, place, key_id));
    return buf_bytes(&out);
}

static void every_part_of_a_place_tells(void **state)
{
    (void)state;
    uint8_t first[RECORD_PLACE_SIZE], second[RECORD_PLACE_SIZE];
    const struct record_place place = {.kind = RECORD_BINDING};
    struct record_place others[5] = {place, place, place, place, place};
    others[0].kind = RECORD_PENDING;
    others[1].project[15] = 1;
    others[2].key[15] = 1;
    others[3].binding[15] = 1;
    others[4].generation = 1;
    for (size_t i = 0; i < 5; i++)
        assert_false(bytes_equal(place_of(first, &place), place_of(second, &others[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binding_comes_back_as_it_went),
        cmocka_unit_test(binding_damaged_anywhere_is_refused_or_itself),
        cmocka_unit_test(binding_that_makes_no_sense_is_refused),
        cmocka_unit_test(pending_damaged_anywhere_is_refused_or_itself),
        cmocka_unit_test(service_record_damaged_anywhere_is_refused_or_itself),
        cmocka_unit_test(data_record_comes_back_and_its_damage_does_not),
        cmocka_unit_test(ca_record_damaged_anywhere_is_refused_or_itself),
        cmocka_unit_test(every_part_of_a_place_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
