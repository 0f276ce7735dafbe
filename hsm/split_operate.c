/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that make another record of the same key (docs/protocol.md §5): refresh, hand-over, policy. */
#include <string.h>

#include "hsm/binding.h"
#include "hsm/operate.h"
#include "hsm/permit.h"

enum hufu_err refresh_prove(struct operate *operate)
{
    struct exchange *exchange = &operate->exchange;
    if (operate->place.generation == UINT32_MAX)
        return HUFU_ERR_LIMIT;
    return cosign_service_refresh(&operate->other->half, &exchange->answer, &operate->record->half,
                                  operate->place.generation, exchange->frame.head_encoded,
                                  buf_bytes(&exchange->body));
}

/* What a new split takes over unchanged from the record it comes from. */
static void inherit(struct record_binding *to, const struct record_binding *from)
{
    memcpy(to->device_key, from->device_key, sizeof(to->device_key));
    to->role = from->role;
    to->operations = from->operations;
    to->has_policy = from->has_policy;
    to->policy = from->policy;
    to->policy_number = from->policy_number;
    to->identity = from->identity;
}

enum hufu_err refresh_conclude(struct operate *operate, struct buf *reply)
{
    struct record_place place = operate->place;
    place.generation++;
    inherit(operate->other, operate->record);
    operate->other->must_refresh = false;
    if (frame_head_asks_primary(&operate->exchange.frame.head)) {
        enum hufu_err err = permit_primary(operate->record);
        if (err)
            return err;
        operate->other->role = RECORD_PRIMARY;
    }
    return binding_put_sealed(operate->worker, operate->other, &place, reply);
}

/* The keys registered for the new binding. */
struct handover_target {
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    uint8_t x25519_key[FRAME_X25519_SIZE];
};

static enum hufu_err parse_handover_target(struct handover_target *target, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_copy(&c, target->device_key, sizeof(target->device_key));
    cursor_field_copy(&c, target->x25519_key, sizeof(target->x25519_key));
    return cursor_finish(&c);
}

enum hufu_err handover_check_target(struct bytes target)
{
    struct handover_target keys;
    return parse_handover_target(&keys, target);
}

enum hufu_err handover_prove(struct operate *operate)
{
    struct exchange *exchange = &operate->exchange;
    return cosign_service_handover(&operate->other->half, &exchange->answer, &operate->record->half,
                                   exchange->frame.head_encoded, buf_bytes(&exchange->body));
}

/* The holder named the new binding and scanned the fingerprint of its keys: neither can be swapped on the way. */
static enum hufu_err check_handover(const struct operate *operate, const struct frame_handover *handover,
                                    const struct handover_target *keys)
{
    uint8_t fingerprint[32];
    frame_device_fingerprint(fingerprint, keys->device_key, keys->x25519_key);
    bool to_itself = bytes_equal(bytes_of(handover->binding_id, FRAME_ID_SIZE),
                                 bytes_of(operate->place.binding, FRAME_ID_SIZE));
    bool same_keys = bytes_equal(bytes_of(fingerprint, sizeof(fingerprint)),
                                 bytes_of(handover->fingerprint, sizeof(fingerprint)));
    if (to_itself || !same_keys)
        return HUFU_ERR_POLICY;
    if (handover->policy.len == 0)
        return HUFU_OK;
    enum hufu_err err = frame_policy_parse(&operate->other->policy, handover->policy);
    return err ? err : permit_policy(operate->record, &operate->other->policy);
}

enum hufu_err handover_conclude(struct operate *operate, struct buf *reply)
{
    struct record_binding *made = operate->other;
    struct frame_handover handover;
    struct handover_target keys;
    enum hufu_err err = frame_handover_parse(&handover, operate->exchange.frame.head.public_part);
    if (!err)
        err = parse_handover_target(&keys, operate->fields.target);
    if (!err)
        err = check_handover(operate, &handover, &keys);
    if (err)
        return err;
    struct record_place place = operate->place;
    memcpy(place.binding, handover.binding_id, sizeof(place.binding));
    place.generation = 0;
    memcpy(made->device_key, keys.device_key, sizeof(made->device_key));
    made->has_policy = handover.policy.len > 0;
    made->policy_number = 0;
    made->role = made->has_policy ? RECORD_AUTHORIZED : RECORD_SECONDARY;
    made->operations = operate->record->operations;
    made->must_refresh = true;
    made->identity = operate->record->identity;
    return binding_put_sealed(operate->worker, made, &place, reply);
}

#define POLICY_NUMBER_MAX INT32_MAX /* the database counts in an integer */

struct policy_target {
    uint32_t generation;
    struct bytes sealed;
};

static enum hufu_err parse_policy_target(struct policy_target *target, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    target->generation = cursor_field_u32(&c);
    target->sealed = cursor_field(&c, RECORD_SEALED_MAX);
    return cursor_finish(&c);
}

enum hufu_err policy_check_target(struct bytes target)
{
    struct policy_target parsed;
    return parse_policy_target(&parsed, target);
}

/* The operation has no proof: its body and its answer are its name alone. */
enum hufu_err policy_prove(struct operate *operate)
{
    struct cursor c;
    cursor_init(&c, buf_bytes(&operate->exchange.body));
    cursor_field_text(&c, frame_op_name(FRAME_OP_POLICY));
    enum hufu_err err = cursor_finish(&c);
    if (err)
        return err;
    buf_put_field_text(&operate->exchange.answer, frame_op_name(FRAME_OP_POLICY));
    return buf_finish(&operate->exchange.answer);
}

/* A policy can be replaced, for the same authorization, but neither dropped nor given to a device of the holder. */
static enum hufu_err check_policy(const struct operate *operate, const struct record_binding *target,
                                  const struct frame_policy *policy)
{
    bool same_key = bytes_equal(bytes_of(target->half.P, COSIGN_POINT_SIZE),
                                bytes_of(operate->record->half.P, COSIGN_POINT_SIZE));
    bool same_authorization = bytes_equal(bytes_of(policy->authorization_id, FRAME_ID_SIZE),
                                          bytes_of(target->policy.authorization_id, FRAME_ID_SIZE));
    if (!same_key || !target->has_policy || !same_authorization)
        return HUFU_ERR_POLICY;
    return permit_policy(operate->record, policy);
}

enum hufu_err policy_conclude(struct operate *operate, struct buf *reply)
{
    struct record_binding *record = operate->other;
    struct record_place place = operate->place;
    struct frame_policy_for named;
    struct frame_policy policy;
    struct policy_target target;
    enum hufu_err err = frame_policy_for_parse(&named, operate->exchange.frame.head.public_part);
    if (!err)
        err = parse_policy_target(&target, operate->fields.target);
    if (err || frame_policy_parse(&policy, named.policy))
        return err ? err : HUFU_ERR_POLICY;
    memcpy(place.binding, named.binding_id, sizeof(place.binding));
    place.generation = target.generation;
    err = binding_open(operate->worker, record, &place, target.sealed);
    if (!err)
        err = check_policy(operate, record, &policy);
    if (!err && record->policy_number >= POLICY_NUMBER_MAX)
        err = HUFU_ERR_POLICY;
    if (err)
        return err;
    record->policy = policy;
    record->policy_number++;
    return binding_put_sealed(operate->worker, record, &place, reply);
}
