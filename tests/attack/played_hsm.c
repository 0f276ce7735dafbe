/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/attack/played_hsm.h"

#include "common/channel.h"
#include "tests/client/hsm_frames.h"
#include "tests/client/randomness.h"

#define BOX_KEY_LIFE_MS (3600u * 1000u)
#define BOX_KEY_BEFORE_MS 60000u

/* A number as a field of a message. */
struct number {
    uint8_t bytes[8];
};

static struct bytes u32_field(struct number *number, uint32_t value)
{
    struct buf b;
    buf_init(&b, number->bytes, 4);
    buf_put_u32(&b, value);
    return buf_bytes(&b);
}

static struct bytes u64_field(struct number *number, uint64_t value)
{
    struct buf b;
    buf_init(&b, number->bytes, 8);
    buf_put_u64(&b, value);
    return buf_bytes(&b);
}

void sealed_record_take(struct sealed_record *record, struct bytes field)
{
    assert_in_range(field.len, 1, SEALED_RECORD_MAX);
    memcpy(record->data, field.data, field.len);
    record->len = field.len;
}

struct bytes sealed_record_bytes(const struct sealed_record *record)
{
    return bytes_of(record->data, record->len);
}

enum hufu_err played_call(struct played_hsm *hsm, struct hsm_reply *reply, const char *operation,
                          const struct bytes *fields, size_t count)
{
    assert_ok(hsm_link_call(&hsm->link, reply, operation, fields, count));
    return reply->error;
}

/* The box key: made, its statement believed (the tests of phones verify it), loaded. */
static void make_box_key(struct played_hsm *hsm)
{
    HSM_REPLY_DONE struct hsm_reply made = {0}, loaded = {0};
    struct number from, until;
    uint8_t id[FRAME_ID_SIZE];
    uint64_t now = device_now_ms();
    randomness_fill(id, sizeof(id));
    hsm->box_until_ms = now + BOX_KEY_LIFE_MS;
    struct bytes in[] = {bytes_of(id, sizeof(id)), u64_field(&from, now - BOX_KEY_BEFORE_MS),
                         u64_field(&until, hsm->box_until_ms)};
    assert_ok(played_call(hsm, &made, "service/new", in, 3));
    assert_int_equal(made.count, 3);
    struct frame_statement statement;
    assert_ok(frame_statement_parse(&statement, made.fields[1]));
    memcpy(hsm->H_k, statement.H_k, BOX_KEY_SIZE);
    sealed_record_take(&hsm->service, made.fields[0]);
    struct bytes load[] = {bytes_of(id, sizeof(id)), made.fields[0], made.fields[1], made.fields[2]};
    assert_ok(played_call(hsm, &loaded, "service/load", load, 4));
}

int played_hsm_start(void **state)
{
    struct played_hsm *hsm = calloc(1, sizeof(*hsm));
    assert_non_null(hsm);
    hsm->link.fd = -1;
    *state = hsm;
    assert_ok(hsm_process_start(&hsm->process));
    assert_ok(hsm_process_connect(&hsm->process, &hsm->link));
    randomness_fill(hsm->project, sizeof(hsm->project));
    make_box_key(hsm);
    return 0;
}

int played_hsm_stop(void **state)
{
    struct played_hsm *hsm = *state;
    hsm_link_close(&hsm->link);
    bool lived = hsm_process_running(&hsm->process);
    bool clean = hsm_process_stop(&hsm->process);
    free(hsm);
    return lived && clean ? 0 : -1;
}

/* ---- Keys ---- */

static void finish_keygen(struct played_hsm *hsm, struct played_key *key, struct device_new_key *keygen,
                          struct bytes pending, struct bytes answer)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_new_key_continue(keygen, &key->binding, answer, NULL));
    struct bytes in[] = {bytes_of(hsm->project, FRAME_ID_SIZE), pending,
                         bytes_of(keygen->finish.signature, FRAME_SIGNATURE_SIZE),
                         device_request_frame(&keygen->finish)};
    assert_ok(played_call(hsm, &reply, "keygen/finish", in, 4));
    assert_int_equal(reply.count, 3);
    sealed_record_take(&key->record, reply.fields[0]);
    assert_ok(device_new_key_complete(keygen, &key->binding, reply.fields[2]));
}

void played_key_make(struct played_hsm *hsm, struct played_key *key, uint32_t operations)
{
    DEVICE_NEW_KEY_DONE struct device_new_key keygen = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct number allowed;
    *key = (struct played_key){.device = device_key_new()};
    assert_non_null(key->device);
    key->binding.key = key->device;
    randomness_fill(key->binding.key_id, FRAME_ID_SIZE);
    randomness_fill(key->binding.binding_id, FRAME_ID_SIZE);
    memcpy(key->binding.H_k, hsm->H_k, BOX_KEY_SIZE);
    assert_ok(device_new_key_begin(&keygen, &key->binding, NULL));
    struct bytes in[] = {bytes_of(hsm->project, FRAME_ID_SIZE), u32_field(&allowed, operations),
                         bytes_of(NULL, 0), bytes_of(keygen.begin.signature, FRAME_SIGNATURE_SIZE),
                         device_request_frame(&keygen.begin)};
    assert_ok(played_call(hsm, &reply, "keygen/begin", in, 5));
    assert_int_equal(reply.count, 2);
    finish_keygen(hsm, key, &keygen, reply.fields[0], reply.fields[1]);
}

void played_key_done(struct played_key *key)
{
    device_key_free(key->device);
    cosign_device_half_wipe(&key->binding.half);
}

enum hufu_err played_operate(struct played_hsm *hsm, struct hsm_reply *reply, const struct played_operate *in)
{
    static uint8_t memory[CHANNEL_MESSAGE_MAX];
    const struct hsm_frame frame = {.trace = "attack",
                                    .project = bytes_of(hsm->project, FRAME_ID_SIZE),
                                    .generation = in->generation,
                                    .sealed = sealed_record_bytes(in->record),
                                    .target = in->target,
                                    .signature = bytes_of(in->request->signature, FRAME_SIGNATURE_SIZE),
                                    .frame = device_request_frame(in->request)};
    struct buf field;
    buf_init(&field, memory, sizeof(memory));
    assert_ok(hsm_frames_encode(&field, &frame, 1));
    const struct bytes fields[] = {buf_bytes(&field)};
    (void)played_call(hsm, reply, "operate", fields, 1);
    assert_ok(hsm_outcome_alone(reply));
    return reply->error;
}

enum hufu_err played_try(struct played_hsm *hsm, const struct played_key *key,
                         const struct device_request *request)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct played_operate in = {
        .record = &key->record, .generation = key->binding.generation, .request = request};
    return played_operate(hsm, &reply, &in);
}

void assert_key_signs(struct played_hsm *hsm, const struct played_key *key)
{
    uint8_t digest[COSIGN_DIGEST_SIZE], signature[1][COSIGN_SIGNATURE_SIZE];
    randomness_fill(digest, sizeof(digest));
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_request_sign(&request, &key->binding, bytes_of(digest, sizeof(digest)), NULL));
    struct played_operate in = {
        .record = &key->record, .generation = key->binding.generation, .request = &request};
    assert_ok(played_operate(hsm, &reply, &in));
    assert_ok(device_request_sign_finish(&request, signature, reply.fields[1]));
    assert_ok(cosign_verify_var(key->binding.half.P, digest, signature[0]));
    assert_true(bytes_equal(reply.fields[0], bytes_of(signature[0], COSIGN_SCALAR_SIZE)));
}

void played_key_refresh(struct played_hsm *hsm, struct played_key *key)
{
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_ok(device_request_refresh(&request, &next, &key->binding, NULL));
    struct played_operate in = {
        .record = &key->record, .generation = key->binding.generation, .request = &request};
    assert_ok(played_operate(hsm, &reply, &in));
    assert_ok(device_request_refresh_finish(&request, &next, &key->binding, reply.fields[1]));
    sealed_record_take(&key->record, reply.fields[0]);
    key->binding.half = next;
    key->binding.generation++;
}

/* The new device's registered keys, the target of a hand-over. */
static struct bytes target_of(uint8_t memory[128], const struct device_successor *successor)
{
    struct buf target;
    buf_init(&target, memory, 128);
    buf_put_field(&target, device_key_public(successor->key), FRAME_DEVICE_KEY_SIZE);
    buf_put_field(&target, successor->x25519_public, FRAME_X25519_SIZE);
    return buf_bytes(&target);
}

static void other_begin(const struct played_key *key, struct played_key *other,
                        struct device_successor *successor)
{
    uint8_t random[BOX_KEY_SIZE];
    *other = (struct played_key){.device = device_key_new()};
    assert_non_null(other->device);
    other->binding = key->binding;
    other->binding.key = other->device;
    other->binding.generation = 0;
    randomness_fill(other->binding.binding_id, FRAME_ID_SIZE);
    randomness_fill(random, sizeof(random));
    successor->key = other->device;
    memcpy(successor->binding_id, other->binding.binding_id, FRAME_ID_SIZE);
    box_keypair(successor->x25519_public, successor->x25519_private, random);
}

void played_key_handover(struct played_hsm *hsm, const struct played_key *key, struct played_key *other,
                         struct bytes policy)
{
    struct device_successor successor = {.policy = policy};
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    uint8_t memory[128];
    other_begin(key, other, &successor);
    assert_ok(device_request_handover(&request, &handover, &key->binding, &successor, NULL));
    struct played_operate in = {.record = &key->record,
                                .generation = key->binding.generation,
                                .target = target_of(memory, &successor),
                                .request = &request};
    assert_ok(played_operate(hsm, &reply, &in));
    sealed_record_take(&other->record, reply.fields[0]);
    memcpy(other->binding.half.a, handover.a2, COSIGN_SCALAR_SIZE);
}
