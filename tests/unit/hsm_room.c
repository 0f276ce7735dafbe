/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/clock.h"
#include "hsm/authority.h"
#include "hsm/destruction.h"
#include "hsm/destruction_table.h"
#include "hsm/init.h"
#include "hsm/request.h"
#include "tests/client/place.h"
#include "tests/client/randomness.h"
#include "tests/unit/hsm_room.h"

#define DAY_MS 86400000u

static char softhsm_module[] = "/usr/lib/softhsm/libsofthsm2.so";
static char token_label[] = "room";

struct bytes hsm_u32(uint8_t memory[4], uint32_t value)
{
    struct buf b;
    buf_init(&b, memory, 4);
    buf_put_u32(&b, value);
    return buf_bytes(&b);
}

struct bytes hsm_u64(uint8_t memory[8], uint64_t value)
{
    struct buf b;
    buf_init(&b, memory, 8);
    buf_put_u64(&b, value);
    return buf_bytes(&b);
}

static void make_folder(struct hsm_room *room)
{
    char path[HSM_ROOM_PATH_MAX + 32], text[HSM_ROOM_PATH_MAX + 64];
    assert_ok(place_make_directory(room->directory, 100));
    (void)snprintf(room->tokens, sizeof(room->tokens), "%.100s/tokens", room->directory);
    (void)snprintf(room->state, sizeof(room->state), "%.100s/state", room->directory);
    (void)snprintf(path, sizeof(path), "%.100s/softhsm2.conf", room->directory);
    (void)snprintf(text, sizeof(text), "directories.tokendir = %s\n", room->tokens);
    assert_ok(place_write(path, text));
    assert_int_equal(setenv("SOFTHSM2_CONF", path, 1), 0);
}

static struct token_settings settings_of(const struct hsm_room *room)
{
    return (struct token_settings){.module = room->settings.module,
                                   .label = token_label,
                                   .pin = bytes_of_text(HSM_ROOM_PIN),
                                   .sessions = 2};
}

static void load_box_key(struct hsm_room *room)
{
    struct hsm_reply reply;
    struct frame_statement statement;
    uint8_t id[FRAME_ID_SIZE] = {7}, from[8], until[8];
    uint8_t memory[1024];
    struct buf kept;
    const struct bytes window[] = {bytes_of(id, sizeof(id)), hsm_u64(from, clock_wall_ms()),
                                   hsm_u64(until, clock_wall_ms() + DAY_MS)};
    assert_true(hsm_room_call(room, &reply, "service/new", window, 3));
    assert_ok(reply.error);
    assert_ok(frame_statement_parse(&statement, reply.fields[1]));
    memcpy(room->H_k, statement.H_k, sizeof(room->H_k));
    buf_init(&kept, memory, sizeof(memory));
    struct bytes load[4] = {bytes_of(id, sizeof(id))};
    for (size_t i = 0; i < 3; i++) {
        load[i + 1] = bytes_of(memory + kept.len, reply.fields[i].len);
        buf_put(&kept, reply.fields[i].data, reply.fields[i].len);
    }
    assert_ok(buf_finish(&kept));
    assert_true(hsm_room_call(room, &reply, "service/load", load, 4));
    assert_ok(reply.error);
}

static void open_room(struct hsm_room *room)
{
    struct token_settings wanted = settings_of(room);
    room->hsm.sessions = wanted.sessions;
    assert_ok(token_open(&room->hsm.token, &wanted));
    assert_ok(authorities_load(&room->hsm.authorities, room->hsm.token, room->state));
    assert_ok(box_keys_new(&room->hsm.box_keys));
    assert_ok(destruction_new(&room->hsm.destruction, room->hsm.token, room->tokens, DESTRUCTION_TABLE_MAX));
    assert_ok(worker_pool_new(&room->pool, &room->hsm));
    load_box_key(room);
}

static void close_room(struct hsm_room *room)
{
    worker_pool_free(room->pool);
    box_keys_free(room->hsm.box_keys);
    authorities_free(room->hsm.authorities);
    destruction_free(room->hsm.destruction);
    token_close(room->hsm.token);
}

void hsm_room_start(struct hsm_room *room, const char *cas, const char *module)
{
    assert_true(sodium_init() >= 0);
    *room = (struct hsm_room){.message = malloc(CHANNEL_MESSAGE_MAX),
                              .reply_memory = malloc(CHANNEL_MESSAGE_MAX)};
    make_folder(room);
    memset(room->project, 0x42, sizeof(room->project));
    union {
        const char *given;
        char *kept;
    } path = {.given = module ? module : softhsm_module};
    room->settings = (struct settings){.module = path.kept,
                                       .token_label = token_label,
                                       .state_directory = room->state,
                                       .token_directory = room->tokens};
    (void)fflush(stdout);
    log_init("test", LOG_WARNING);
    assert_ok(init_run(&room->settings, bytes_of_text(HSM_ROOM_PIN), cas));
    open_room(room);
}

void hsm_room_restart(struct hsm_room *room)
{
    close_room(room);
    open_room(room);
}

void hsm_room_stop(struct hsm_room *room)
{
    close_room(room);
    free(room->message);
    free(room->reply_memory);
    place_remove_directory(room->directory);
}

static void parse_reply(struct hsm_reply *reply, struct bytes message)
{
    struct cursor c;
    *reply = (struct hsm_reply){0};
    cursor_init(&c, message);
    cursor_field_text(&c, "hufu-hsm/1");
    reply->error = (enum hufu_err)cursor_field_u32(&c);
    reply->now_ms = cursor_field_u64(&c);
    while (!c.failed && cursor_left(&c) > 0 && reply->count < HSM_REPLY_FIELDS_MAX)
        reply->fields[reply->count++] = cursor_field(&c, CHANNEL_MESSAGE_MAX);
    assert_ok(cursor_finish(&c));
    assert_true(reply->error == HUFU_OK || reply->count == 0);
}

bool hsm_room_call(struct hsm_room *room, struct hsm_reply *reply, const char *operation,
                   const struct bytes *fields, size_t count)
{
    struct buf message, answer;
    buf_init(&message, room->message, CHANNEL_MESSAGE_MAX);
    buf_init(&answer, room->reply_memory, CHANNEL_MESSAGE_MAX);
    assert_ok(hsm_link_message(&message, "test", operation, fields, count));
    if (room->link) {
        assert_ok(hsm_link_exchange(room->link, &room->link_reply, buf_bytes(&message)));
        *reply = room->link_reply;
        return true;
    }
    bool stays = request_handle(room->pool, buf_bytes(&message), &answer);
    parse_reply(reply, buf_bytes(&answer));
    return stays;
}

void hsm_room_attach(struct hsm_room *room, struct hsm_link *link, const struct hsm_room *like)
{
    *room = (struct hsm_room){
        .link = link, .message = malloc(CHANNEL_MESSAGE_MAX), .reply_memory = malloc(CHANNEL_MESSAGE_MAX)};
    memset(room->project, 0x42, sizeof(room->project));
    if (like)
        memcpy(room->H_k, like->H_k, sizeof(room->H_k));
    else
        load_box_key(room);
}

void hsm_room_detach(struct hsm_room *room)
{
    hsm_reply_done(&room->link_reply);
    free(room->message);
    free(room->reply_memory);
}

static void keep_sealed(struct hsm_key *key, struct bytes sealed)
{
    assert_true(sealed.len > 0 && sealed.len <= sizeof(key->sealed));
    memcpy(key->sealed, sealed.data, sealed.len);
    key->sealed_len = sealed.len;
}

struct bytes hsm_key_sealed(const struct hsm_key *key)
{
    return bytes_of(key->sealed, key->sealed_len);
}

static void begin_key(struct hsm_room *room, struct hsm_key *key, struct device_new_key *keygen)
{
    struct hsm_reply reply;
    uint8_t operations[4];
    assert_ok(device_new_key_begin(keygen, &key->binding, NULL));
    const struct bytes fields[] = {
        bytes_of(room->project, FRAME_ID_SIZE), hsm_u32(operations, key->operations), bytes_of(NULL, 0),
        bytes_of(keygen->begin.signature, FRAME_SIGNATURE_SIZE), device_request_frame(&keygen->begin)};
    assert_true(hsm_room_call(room, &reply, "keygen/begin", fields, 5));
    assert_ok(reply.error);
    keep_sealed(key, reply.fields[0]);
    assert_ok(device_new_key_continue(keygen, &key->binding, reply.fields[1], NULL));
}

void hsm_key_make(struct hsm_room *room, struct hsm_key *key, uint32_t operations)
{
    DEVICE_NEW_KEY_DONE struct device_new_key keygen = {0};
    struct hsm_reply reply;
    *key = (struct hsm_key){.device = device_key_new(), .operations = operations};
    assert_non_null(key->device);
    key->binding.key = key->device;
    randomness_fill(key->binding.key_id, FRAME_ID_SIZE);
    randomness_fill(key->binding.binding_id, FRAME_ID_SIZE);
    memcpy(key->binding.H_k, room->H_k, BOX_KEY_SIZE);
    begin_key(room, key, &keygen);
    const struct bytes fields[] = {bytes_of(room->project, FRAME_ID_SIZE), hsm_key_sealed(key),
                                   bytes_of(keygen.finish.signature, FRAME_SIGNATURE_SIZE),
                                   device_request_frame(&keygen.finish)};
    assert_true(hsm_room_call(room, &reply, "keygen/finish", fields, 4));
    assert_ok(reply.error);
    assert_int_equal(reply.count, 3);
    keep_sealed(key, reply.fields[0]);
    memcpy(key->P, reply.fields[1].data, sizeof(key->P));
    assert_ok(device_new_key_complete(&keygen, &key->binding, reply.fields[2]));
    assert_memory_equal(key->binding.half.P, key->P, sizeof(key->P));
}

void hsm_key_free(struct hsm_key *key)
{
    device_key_free(key->device);
    memset(key, 0, sizeof(*key));
}

struct hsm_frame hsm_key_frame(const struct hsm_room *room, const struct hsm_key *key,
                               const struct device_request *request, struct bytes target)
{
    return (struct hsm_frame){.trace = "test",
                              .project = bytes_of(room->project, FRAME_ID_SIZE),
                              .generation = key->binding.generation,
                              .sealed = hsm_key_sealed(key),
                              .target = target,
                              .signature = bytes_of(request->signature, FRAME_SIGNATURE_SIZE),
                              .frame = device_request_frame(request)};
}

enum hufu_err hsm_room_operate(struct hsm_room *room, struct hsm_reply *reply, const struct hsm_frame *frames,
                               size_t count)
{
    uint8_t *memory = malloc(CHANNEL_MESSAGE_MAX);
    struct buf field;
    assert_non_null(memory);
    buf_init(&field, memory, CHANNEL_MESSAGE_MAX);
    assert_ok(hsm_frames_encode(&field, frames, count));
    const struct bytes fields[] = {buf_bytes(&field)};
    assert_true(hsm_room_call(room, reply, "operate", fields, 1));
    free(memory);
    return reply->error;
}

enum hufu_err hsm_key_operate(struct hsm_room *room, struct hsm_reply *reply, const struct hsm_key *key,
                              const struct device_request *request, struct bytes target)
{
    struct hsm_frame frame = hsm_key_frame(room, key, request, target);
    (void)hsm_room_operate(room, reply, &frame, 1);
    assert_ok(hsm_outcome_alone(reply));
    return reply->error;
}

enum hufu_err hsm_key_sign_digest(struct hsm_room *room, const struct hsm_key *key,
                                  const uint8_t digest[COSIGN_DIGEST_SIZE],
                                  uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    uint8_t signatures[1][COSIGN_SIGNATURE_SIZE];
    assert_ok(device_request_sign(&request, &key->binding, bytes_of(digest, COSIGN_DIGEST_SIZE), NULL));
    enum hufu_err err = hsm_key_operate(room, &reply, key, &request, bytes_of(NULL, 0));
    if (err)
        return err;
    assert_int_equal(reply.fields[0].len, COSIGN_SCALAR_SIZE);
    err = device_request_sign_finish(&request, signatures, reply.fields[1]);
    if (err)
        return err;
    assert_memory_equal(signatures[0], reply.fields[0].data, COSIGN_SCALAR_SIZE);
    memcpy(signature, signatures[0], COSIGN_SIGNATURE_SIZE);
    return cosign_verify_var(key->P, digest, signature);
}

enum hufu_err hsm_key_sign(struct hsm_room *room, const struct hsm_key *key)
{
    uint8_t digest[COSIGN_DIGEST_SIZE], signature[COSIGN_SIGNATURE_SIZE];
    randomness_fill(digest, sizeof(digest));
    return hsm_key_sign_digest(room, key, digest, signature);
}

enum hufu_err hsm_key_pin_check(struct hsm_room *room, const struct hsm_key *key)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    struct hsm_reply reply;
    assert_ok(device_request_pin_check(&request, &key->binding, NULL));
    return hsm_key_operate(room, &reply, key, &request, bytes_of(NULL, 0));
}

static enum hufu_err refresh_as(struct hsm_room *room, struct hsm_key *key,
                                const struct device_options *options)
{
    DEVICE_REQUEST_DONE struct device_request request = {0};
    COSIGN_DEVICE_HALF_WIPED struct cosign_device_half next = {0};
    struct hsm_reply reply;
    assert_ok(device_request_refresh(&request, &next, &key->binding, options));
    enum hufu_err err = hsm_key_operate(room, &reply, key, &request, bytes_of(NULL, 0));
    if (err)
        return err;
    assert_ok(device_request_refresh_finish(&request, &next, &key->binding, reply.fields[1]));
    keep_sealed(key, reply.fields[0]);
    key->binding.half = next;
    key->binding.generation++;
    return HUFU_OK;
}

enum hufu_err hsm_key_refresh(struct hsm_room *room, struct hsm_key *key)
{
    return refresh_as(room, key, NULL);
}

enum hufu_err hsm_key_promote(struct hsm_room *room, struct hsm_key *key)
{
    const struct device_options to_primary = {.to_primary = true};
    return refresh_as(room, key, &to_primary);
}
