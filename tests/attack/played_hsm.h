/* SPDX-License-Identifier: Apache-2.0 */
/* A real hufu-hsm with a box key, and keys made in it by played devices: the attacker is its caller. */
#ifndef HUFU_TESTS_PLAYED_HSM_H
#define HUFU_TESTS_PLAYED_HSM_H

#include "tests/attack/attack.h"
#include "tests/client/hsm_link.h"
#include "tests/client/hsm_process.h"

#define SEALED_RECORD_MAX 2304

struct sealed_record {
    uint8_t data[SEALED_RECORD_MAX];
    size_t len;
};

struct played_hsm {
    struct hsm_process process;
    struct hsm_link link;
    uint8_t project[FRAME_ID_SIZE];
    uint8_t H_k[BOX_KEY_SIZE];
    uint64_t box_until_ms;
    struct sealed_record service; /* the box key's own record */
};

/* A key as device and caller of hufu-hsm hold it between them. */
struct played_key {
    struct device_key *device;
    struct device_binding binding;
    struct sealed_record record; /* of binding.generation */
};

/* Group setup and teardown; the state is a struct played_hsm. Teardown fails when the process has died. */
int played_hsm_start(void **state);
int played_hsm_stop(void **state);

/* A primary device's key; operations: FRAME_ALLOW_SIGN or FRAME_ALLOW_DECRYPT. */
void played_key_make(struct played_hsm *hsm, struct played_key *key, uint32_t operations);
void played_key_done(struct played_key *key);
#define PLAYED_KEY_DONE __attribute__((cleanup(played_key_done)))

/* A call that must get a reply; returns the error in it. */
enum hufu_err played_call(struct played_hsm *hsm, struct hsm_reply *reply, const char *operation,
                          const struct bytes *fields, size_t count);

/* The request `operate`. */
struct played_operate {
    const struct sealed_record *record;
    uint32_t generation; /* that the caller names as the record's */
    struct bytes target;
    const struct device_request *request;
};
enum hufu_err played_operate(struct played_hsm *hsm, struct hsm_reply *reply,
                             const struct played_operate *in);
/* The same with the key's own record and generation, no target, and no interest in the reply. */
enum hufu_err played_try(struct played_hsm *hsm, const struct played_key *key,
                         const struct device_request *request);

/* Copies a field of a reply that is a sealed record. */
void sealed_record_take(struct sealed_record *record, struct bytes field);
struct bytes sealed_record_bytes(const struct sealed_record *record);

/* The key still signs a fresh digest with a verified signature, and hufu-hsm still lives: the end of every attack. */
void assert_key_signs(struct played_hsm *hsm, const struct played_key *key);

/* key moves to its next generation, as an honest device does it. */
void played_key_refresh(struct played_hsm *hsm, struct played_key *key);

/* A second device takes over from key: other gets a binding of the same key at generation 0, which must refresh
 * first. policy: empty, or of FRAME_POLICY_SIZE. */
void played_key_handover(struct played_hsm *hsm, const struct played_key *key, struct played_key *other,
                         struct bytes policy);

#endif
