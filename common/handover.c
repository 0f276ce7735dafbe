/* SPDX-License-Identifier: Apache-2.0 */
/* The structures of §5 that ride in heads: policies and hand-overs. Declared in common/frame.h. */
#include <string.h>

#include "common/frame.h"
#include "common/hash.h"

enum hufu_err frame_policy_encode(struct buf *out, const struct frame_policy *policy)
{
    buf_put_field_text(out, "hufu/policy");
    buf_put_field(out, policy->authorization_id, FRAME_ID_SIZE);
    buf_put_field_u64(out, policy->from_ms);
    buf_put_field_u64(out, policy->until_ms);
    buf_put_field_u32(out, policy->operations);
    buf_put_field_u64(out, policy->uses);
    return buf_finish(out);
}

enum hufu_err frame_policy_parse(struct frame_policy *policy, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_text(&c, "hufu/policy");
    cursor_field_copy(&c, policy->authorization_id, FRAME_ID_SIZE);
    policy->from_ms = cursor_field_u64(&c);
    policy->until_ms = cursor_field_u64(&c);
    policy->operations = cursor_field_u32(&c);
    policy->uses = cursor_field_u64(&c);
    enum hufu_err err = cursor_finish(&c);
    if (!err && policy->from_ms >= policy->until_ms)
        err = HUFU_ERR_FORM;
    if (err)
        *policy = (struct frame_policy){0};
    return err;
}

/* A policy field is empty (the holder's own device) or a whole policy. */
static enum hufu_err check_policy_field(struct bytes field)
{
    struct frame_policy policy;
    return field.len == 0 ? HUFU_OK : frame_policy_parse(&policy, field);
}

enum hufu_err frame_handover_encode(struct buf *out, const struct frame_handover *handover)
{
    enum hufu_err err = check_policy_field(handover->policy);
    if (err)
        return err;
    buf_put_field_text(out, "hufu/handover");
    buf_put_field(out, handover->binding_id, FRAME_ID_SIZE);
    buf_put_field(out, handover->fingerprint, sizeof(handover->fingerprint));
    buf_put_field_bytes(out, handover->policy);
    buf_put_field(out, handover->sealed_half, FRAME_SEALED_HALF_SIZE);
    return buf_finish(out);
}

enum hufu_err frame_handover_parse(struct frame_handover *handover, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_text(&c, "hufu/handover");
    cursor_field_copy(&c, handover->binding_id, FRAME_ID_SIZE);
    cursor_field_copy(&c, handover->fingerprint, sizeof(handover->fingerprint));
    handover->policy = cursor_field(&c, FRAME_POLICY_SIZE);
    cursor_field_copy(&c, handover->sealed_half, FRAME_SEALED_HALF_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (!err)
        err = check_policy_field(handover->policy);
    if (err)
        *handover = (struct frame_handover){0};
    return err;
}

enum hufu_err frame_policy_for_encode(struct buf *out, const struct frame_policy_for *target)
{
    enum hufu_err err = check_policy_field(target->policy);
    if (err)
        return err;
    buf_put_field_text(out, "hufu/policy-for");
    buf_put_field(out, target->binding_id, FRAME_ID_SIZE);
    buf_put_field_bytes(out, target->policy);
    return buf_finish(out);
}

enum hufu_err frame_policy_for_parse(struct frame_policy_for *target, struct bytes encoded)
{
    struct cursor c;
    cursor_init(&c, encoded);
    cursor_field_text(&c, "hufu/policy-for");
    cursor_field_copy(&c, target->binding_id, FRAME_ID_SIZE);
    target->policy = cursor_field(&c, FRAME_POLICY_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (!err)
        err = check_policy_field(target->policy);
    if (err)
        *target = (struct frame_policy_for){0};
    return err;
}

void frame_device_fingerprint(uint8_t fingerprint[32], const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                              const uint8_t x25519_key[FRAME_X25519_SIZE])
{
    uint8_t memory[128];
    struct buf text;
    buf_init(&text, memory, sizeof(memory));
    buf_put_field_text(&text, "hufu/device");
    buf_put_field(&text, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field(&text, x25519_key, FRAME_X25519_SIZE);
    hash_sha256(fingerprint, buf_bytes(&text));
}

void frame_handover_back(uint8_t hash[32], const uint8_t key_id[FRAME_ID_SIZE], const uint8_t P[65],
                         const uint8_t A2[65], const uint8_t sealed_half[FRAME_SEALED_HALF_SIZE])
{
    uint8_t memory[320];
    struct buf text;
    buf_init(&text, memory, sizeof(memory));
    buf_put_field_text(&text, "hufu/handover/back");
    buf_put_field(&text, key_id, FRAME_ID_SIZE);
    buf_put_field(&text, P, 65);
    buf_put_field(&text, A2, 65);
    buf_put_field(&text, sealed_half, FRAME_SEALED_HALF_SIZE);
    hash_sha256(hash, buf_bytes(&text));
}
