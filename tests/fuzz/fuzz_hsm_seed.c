/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/fuzz_hsm_seed.h"

#include <string.h>

#include "common/channel.h"
#include "common/destruction.h"
#include "tests/client/certificate_request.h"
#include "tests/client/hsm_frames.h"
#include "tests/client/randomness.h"
#include "tests/fuzz/fuzz.h"

#define SEALED_MAX 4096
/* Ends before the box key in use: hufu-hsm keeps few, and drops the one that ends first. */
#define WINDOW_MS 1800000u

static const uint8_t common_name[] = {0x30, 0x0d, 0x31, 0x0b, 0x30, 0x09, 0x06, 0x03,
                                      0x55, 0x04, 0x03, 0x0c, 0x02, 'a',  'b'};

/* A copy of something that a reply gave. */
struct kept {
    uint8_t data[FRAME_ANSWER_MAX];
    size_t len;
};

static void keep(struct kept *kept, struct bytes what)
{
    FUZZ_CHECK(what.len > 0 && what.len <= sizeof(kept->data));
    memcpy(kept->data, what.data, what.len);
    kept->len = what.len;
}

static struct bytes kept_bytes(const struct kept *kept)
{
    return bytes_of(kept->data, kept->len);
}

struct number {
    uint8_t bytes[8];
};

static struct bytes u32(struct number *number, uint32_t value)
{
    struct buf b;
    buf_init(&b, number->bytes, 4);
    buf_put_u32(&b, value);
    return buf_bytes(&b);
}

static struct bytes u64(struct number *number, uint64_t value)
{
    struct buf b;
    buf_init(&b, number->bytes, 8);
    buf_put_u64(&b, value);
    return buf_bytes(&b);
}

/* Emits the message, and sends it, which must succeed. */
static void ask(struct hsm_seeds *seeds, struct hsm_reply *reply, const char *operation,
                const struct bytes *fields, size_t count)
{
    static uint8_t memory[CHANNEL_MESSAGE_MAX];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    FUZZ_CHECK(hsm_link_message(&message, "fuzz", operation, fields, count) == HUFU_OK);
    seeds->emit(seeds->emit_context, buf_bytes(&message));
    FUZZ_CHECK(seeds->call(seeds->call_context, reply, buf_bytes(&message)));
    FUZZ_CHECK(reply->error == HUFU_OK);
}

/* The device's key as it is made. */
struct seed_key {
    struct device_key *device;
    struct device_binding binding;
    struct kept record;
};

static void make_service(struct hsm_seeds *seeds)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct number from, until;
    struct kept sealed, statement, signature;
    uint8_t id[FRAME_ID_SIZE] = {1};
    uint64_t now = device_now_ms();
    struct bytes in[] = {bytes_of(id, sizeof(id)), u64(&from, now), u64(&until, now + WINDOW_MS)};
    ask(seeds, &reply, "service/new", in, 3);
    keep(&sealed, reply.fields[0]);
    keep(&statement, reply.fields[1]);
    keep(&signature, reply.fields[2]);
    struct bytes load[] = {in[0], kept_bytes(&sealed), kept_bytes(&statement), kept_bytes(&signature)};
    ask(seeds, &reply, "service/load", load, 4);
}

static void make_data_key(struct hsm_seeds *seeds)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct kept sealed;
    uint8_t id[FRAME_ID_SIZE] = {2};
    struct bytes in[] = {bytes_of(id, sizeof(id))};
    ask(seeds, &reply, "data/new", in, 1);
    keep(&sealed, reply.fields[0]);
    struct bytes open[] = {in[0], kept_bytes(&sealed)};
    ask(seeds, &reply, "data/open", open, 2);
}

static void make_key(struct hsm_seeds *seeds, struct seed_key *key)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct number operations;
    struct kept answer;
    DEVICE_NEW_KEY_DONE struct device_new_key keygen = {0};
    struct bytes project = bytes_of(seeds->project, FRAME_ID_SIZE);
    *key = (struct seed_key){.device = device_key_new()};
    FUZZ_CHECK(key->device != NULL);
    key->binding.key = key->device;
    randomness_fill(key->binding.key_id, FRAME_ID_SIZE);
    randomness_fill(key->binding.binding_id, FRAME_ID_SIZE);
    memcpy(key->binding.H_k, seeds->H_k, BOX_KEY_SIZE);
    FUZZ_CHECK(device_new_key_begin(&keygen, &key->binding, NULL) == HUFU_OK);
    struct bytes begin[] = {project, u32(&operations, FRAME_ALLOW_SIGN), bytes_of(NULL, 0),
                            bytes_of(keygen.begin.signature, FRAME_SIGNATURE_SIZE),
                            device_request_frame(&keygen.begin)};
    ask(seeds, &reply, "keygen/begin", begin, 5);
    keep(&key->record, reply.fields[0]);
    keep(&answer, reply.fields[1]);
    FUZZ_CHECK(device_new_key_continue(&keygen, &key->binding, kept_bytes(&answer), NULL) == HUFU_OK);
    struct bytes finish[] = {project, kept_bytes(&key->record),
                             bytes_of(keygen.finish.signature, FRAME_SIGNATURE_SIZE),
                             device_request_frame(&keygen.finish)};
    ask(seeds, &reply, "keygen/finish", finish, 4);
    keep(&key->record, reply.fields[0]);
    FUZZ_CHECK(device_new_key_complete(&keygen, &key->binding, reply.fields[2]) == HUFU_OK);
}

static struct hsm_frame frame_of(const struct hsm_seeds *seeds, const struct seed_key *key,
                                 const struct device_request *request, struct bytes target)
{
    return (struct hsm_frame){.trace = "fuzz",
                              .project = bytes_of(seeds->project, FRAME_ID_SIZE),
                              .sealed = kept_bytes(&key->record),
                              .target = target,
                              .signature = bytes_of(request->signature, FRAME_SIGNATURE_SIZE),
                              .frame = device_request_frame(request)};
}

static void operate_all(struct hsm_seeds *seeds, struct hsm_reply *reply, const struct hsm_frame *frames,
                        size_t count)
{
    static uint8_t memory[CHANNEL_MESSAGE_MAX];
    struct buf field;
    buf_init(&field, memory, sizeof(memory));
    FUZZ_CHECK(hsm_frames_encode(&field, frames, count) == HUFU_OK);
    struct bytes fields[] = {buf_bytes(&field)};
    ask(seeds, reply, "operate", fields, 1);
}

static void operate(struct hsm_seeds *seeds, struct hsm_reply *reply, const struct seed_key *key,
                    const struct device_request *request, struct bytes target)
{
    struct hsm_frame frame = frame_of(seeds, key, request, target);
    operate_all(seeds, reply, &frame, 1);
    FUZZ_CHECK(hsm_outcome_alone(reply) == HUFU_OK && reply->error == HUFU_OK);
}

/* The signature of a certificate request, and the certificate. */
static void make_certificate(struct hsm_seeds *seeds, const struct seed_key *key)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    uint8_t info_memory[CERTIFICATE_REQUEST_MAX], memory[CERTIFICATE_REQUEST_MAX], digest[COSIGN_DIGEST_SIZE];
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE], serial[16] = {1};
    struct buf info, whole;
    struct number generation, from, until;
    uint64_t now = device_now_ms();
    struct bytes subject = bytes_of(common_name, sizeof(common_name));
    buf_init(&info, info_memory, sizeof(info_memory));
    buf_init(&whole, memory, sizeof(memory));
    FUZZ_CHECK(certificate_request_begin(&info, key->binding.half.P, subject) == HUFU_OK);
    struct bytes identity = bytes_of_text(COSIGN_GM_IDENTITY);
    FUZZ_CHECK(cosign_message_digest(digest, identity, key->binding.half.P, buf_bytes(&info)) == HUFU_OK);
    FUZZ_CHECK(device_request_sign(&request, &key->binding, bytes_of(digest, sizeof(digest)), NULL) ==
               HUFU_OK);
    operate(seeds, &reply, key, &request, bytes_of(NULL, 0));
    FUZZ_CHECK(device_request_sign_finish(&request, signature, reply.fields[1]) == HUFU_OK);
    FUZZ_CHECK(certificate_request_finish(&whole, buf_bytes(&info), signature[0]) == HUFU_OK);
    struct bytes fields[] = {bytes_of_text("sm2"),
                             bytes_of(seeds->project, FRAME_ID_SIZE),
                             bytes_of(key->binding.key_id, FRAME_ID_SIZE),
                             bytes_of(key->binding.binding_id, FRAME_ID_SIZE),
                             u32(&generation, 0),
                             kept_bytes(&key->record),
                             buf_bytes(&whole),
                             subject,
                             bytes_of(serial, sizeof(serial)),
                             u64(&from, now),
                             u64(&until, now + WINDOW_MS)};
    ask(seeds, &reply, "cert/issue", fields, 11);
}

static void make_authority(struct hsm_seeds *seeds)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct number number, from, until, revoked_at, reason;
    uint8_t memory[128], serial[16] = {1};
    struct buf revoked;
    uint64_t now = device_now_ms();
    buf_init(&revoked, memory, sizeof(memory));
    buf_put_field(&revoked, serial, sizeof(serial));
    buf_put_field_bytes(&revoked, u64(&revoked_at, now));
    buf_put_field_bytes(&revoked, u32(&reason, 1));
    struct bytes ca = bytes_of_text("sm2");
    struct bytes crl[] = {ca, u64(&number, 1), u64(&from, now), u64(&until, now + WINDOW_MS),
                          buf_bytes(&revoked)};
    ask(seeds, &reply, "crl/issue", crl, 5);
    ask(seeds, &reply, "ca/chain", &ca, 1);
}

static void make_handover(struct hsm_seeds *seeds, const struct seed_key *key)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    COSIGN_HANDOVER_WIPED struct cosign_handover handover = {0};
    uint8_t random[BOX_KEY_SIZE], memory[128];
    struct device_successor successor = {.key = key->device, .binding_id = {3}};
    struct buf target;
    randomness_fill(random, sizeof(random));
    box_keypair(successor.x25519_public, successor.x25519_private, random);
    buf_init(&target, memory, sizeof(memory));
    buf_put_field(&target, device_key_public(key->device), FRAME_DEVICE_KEY_SIZE);
    buf_put_field(&target, successor.x25519_public, FRAME_X25519_SIZE);
    FUZZ_CHECK(device_request_handover(&request, &handover, &key->binding, &successor, NULL) == HUFU_OK);
    operate(seeds, &reply, key, &request, buf_bytes(&target));
}

static void make_uses(struct hsm_seeds *seeds, const struct seed_key *key)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    DEVICE_REQUEST_DONE struct device_request sign = {0}, check = {0}, refresh = {0}, promote = {0};
    const struct device_options to_primary = {.to_primary = true};
    uint8_t digests[2 * COSIGN_DIGEST_SIZE] = {1};
    struct bytes none = bytes_of(NULL, 0);
    FUZZ_CHECK(device_request_sign(&sign, &key->binding, bytes_of(digests, sizeof(digests)), NULL) ==
               HUFU_OK);
    operate(seeds, &reply, key, &sign, none);
    struct hsm_frame twice[] = {frame_of(seeds, key, &sign, none), frame_of(seeds, key, &sign, none)};
    operate_all(seeds, &reply, twice, 2);
    FUZZ_CHECK(device_request_pin_check(&check, &key->binding, NULL) == HUFU_OK);
    operate(seeds, &reply, key, &check, none);
    FUZZ_CHECK(device_request_refresh(&refresh, &next, &key->binding, NULL) == HUFU_OK);
    operate(seeds, &reply, key, &refresh, none);
    FUZZ_CHECK(device_request_refresh(&promote, &next, &key->binding, &to_primary) == HUFU_OK);
    operate(seeds, &reply, key, &promote, none);
}

/* Orders that follow what the process knows, which earlier messages may have added to. */
static void make_destruction(struct hsm_seeds *seeds)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct kept number, hash;
    uint8_t orders[3 * DESTRUCTION_ORDER_SIZE] = {4};
    ask(seeds, &reply, "destruction/state", NULL, 0);
    keep(&number, reply.fields[0]);
    keep(&hash, reply.fields[1]);
    struct bytes add[] = {kept_bytes(&number), kept_bytes(&hash), bytes_of(orders, sizeof(orders))};
    ask(seeds, &reply, "destruction/add", add, 3);
}

void hsm_seeds_make(struct hsm_seeds *seeds)
{
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct seed_key key;
    ask(seeds, &reply, "status", NULL, 0);
    make_service(seeds);
    make_data_key(seeds);
    make_key(seeds, &key);
    make_certificate(seeds, &key);
    make_authority(seeds);
    make_uses(seeds, &key);
    make_handover(seeds, &key);
    make_destruction(seeds);
    device_key_free(key.device);
}
