/* SPDX-License-Identifier: Apache-2.0 */
/* hufu-hsm without its process: the room's own library on a SoftHSM2 token in a temporary folder, called by messages
 * as they come over the socket. */
#ifndef HUFU_TESTS_HSM_ROOM_H
#define HUFU_TESTS_HSM_ROOM_H

#include "hsm/settings.h"
#include "hsm/worker.h"
#include "tests/client/device_request.h"
#include "tests/client/hsm_frames.h"
#include "tests/client/hsm_link.h"

#define HSM_ROOM_PATH_MAX 192
#define HSM_ROOM_PIN "a pin of the tests"

struct hsm_room {
    char directory[HSM_ROOM_PATH_MAX];
    char tokens[HSM_ROOM_PATH_MAX];
    char state[HSM_ROOM_PATH_MAX];
    struct settings settings; /* borrowed texts */
    struct hsm hsm;
    struct worker_pool *pool;
    uint8_t H_k[BOX_KEY_SIZE]; /* of the box key that is loaded */
    uint8_t project[FRAME_ID_SIZE];
    uint8_t *message, *reply_memory;
    struct hsm_link *link; /* borrowed: messages go over this socket, to a process */
    struct hsm_reply link_reply;
};

/* Makes the folder, the token and its keys (as init does, with these CAs) and opens it all. module NULL: SoftHSM2. */
void hsm_room_start(struct hsm_room *room, const char *cas, const char *module);
void hsm_room_stop(struct hsm_room *room);
/* Closes and opens the token, as a restart does; the box key is loaded again. */
void hsm_room_restart(struct hsm_room *room);

/* A room that is only the way to a running process. like NULL: a box key is made and loaded; else that of this room
 * is used. */
void hsm_room_attach(struct hsm_room *room, struct hsm_link *link, const struct hsm_room *like);
void hsm_room_detach(struct hsm_room *room);

/* One request; the reply's fields stay until the next one. True unless the connection would be closed. */
bool hsm_room_call(struct hsm_room *room, struct hsm_reply *reply, const char *operation,
                   const struct bytes *fields, size_t count);

/* One key of one device, with its sealed record. */
struct hsm_key {
    struct device_key *device;
    struct device_binding binding;
    uint32_t operations;
    uint8_t sealed[2304];
    size_t sealed_len;
    uint8_t P[COSIGN_POINT_SIZE];
};

/* Key generation by both parties. */
void hsm_key_make(struct hsm_room *room, struct hsm_key *key, uint32_t operations);
void hsm_key_free(struct hsm_key *key);
struct bytes hsm_key_sealed(const struct hsm_key *key);
/* A made request with the key's record, as `operate` carries it. target may be empty. */
struct hsm_frame hsm_key_frame(const struct hsm_room *room, const struct hsm_key *key,
                               const struct device_request *request, struct bytes target);
/* Sends them in one message; the reply is that to the whole. */
enum hufu_err hsm_room_operate(struct hsm_room *room, struct hsm_reply *reply, const struct hsm_frame *frames,
                               size_t count);
/* Sends one by itself; the reply has its result and its answer. */
enum hufu_err hsm_key_operate(struct hsm_room *room, struct hsm_reply *reply, const struct hsm_key *key,
                              const struct device_request *request, struct bytes target);
/* Signs one digest and checks the signature; the error of the reply, or of the check. */
enum hufu_err hsm_key_sign(struct hsm_room *room, const struct hsm_key *key);
enum hufu_err hsm_key_sign_digest(struct hsm_room *room, const struct hsm_key *key,
                                  const uint8_t digest[COSIGN_DIGEST_SIZE],
                                  uint8_t signature[COSIGN_SIGNATURE_SIZE]);
enum hufu_err hsm_key_pin_check(struct hsm_room *room, const struct hsm_key *key);
/* Refreshes; the key is then of the next generation. */
enum hufu_err hsm_key_refresh(struct hsm_room *room, struct hsm_key *key);
/* The same, to a record of role primary. */
enum hufu_err hsm_key_promote(struct hsm_room *room, struct hsm_key *key);

/* Big-endian fields. */
struct bytes hsm_u32(uint8_t memory[4], uint32_t value);
struct bytes hsm_u64(uint8_t memory[8], uint64_t value);

#endif
