/* SPDX-License-Identifier: Apache-2.0 */
/* The sealed record (docs/protocol.md §8): what the service must keep secret or must not have swapped. Structs here
 * are opened records: they hold secrets, live in the locked workspace of one request (a CA's, on its way to OpenSSL's
 * heap, on the stack), and are wiped after it.
 *
 * Encoding is strict; parsing gives HUFU_ERR_RECORD and a zeroed struct for whatever is not of the form. */
#ifndef HUFU_HSM_RECORD_H
#define HUFU_HSM_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "cosign/cosign.h"

#define RECORD_VERSION 1
#define RECORD_IDENTITY_MAX 128
#define RECORD_DATA_KEY_SIZE 32
#define RECORD_HEAD_MAX 1024   /* of keygen/begin: 65 bytes public, at most 396 of purpose */
#define RECORD_PLAIN_MAX 2048  /* of any kind, before sealing */
#define RECORD_SEALED_MAX 2304 /* of any kind, sealed */

enum record_kind {
    RECORD_PENDING,
    RECORD_BINDING,
    RECORD_CA,
    RECORD_SERVICE,
    RECORD_DATA
};
enum record_role {
    RECORD_PRIMARY,
    RECORD_SECONDARY,
    RECORD_AUTHORIZED,
    RECORD_ROLE_COUNT
};

/* Where a record belongs: the associated data of its seal, together with the sealing key's id. */
struct record_place {
    enum record_kind kind;
    uint8_t project[FRAME_ID_SIZE];
    uint8_t key[FRAME_ID_SIZE];
    uint8_t binding[FRAME_ID_SIZE];
    uint32_t generation;
};

/* The identity of GB/T 32918 that the key names; empty: the GM one. */
struct record_identity {
    uint8_t data[RECORD_IDENTITY_MAX];
    uint32_t len;
};

struct record_binding {
    struct cosign_service_half half;
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    enum record_role role;
    uint32_t operations; /* FRAME_ALLOW_SIGN or FRAME_ALLOW_DECRYPT */
    bool must_refresh;   /* handed over: can do nothing but refresh */
    bool has_policy;
    struct frame_policy policy;
    uint32_t policy_number; /* how many were sealed into this binding's record before this one */
    struct record_identity identity;
    uint64_t sealed_ms;
};

/* Between the two messages of key generation. */
struct record_pending {
    uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    uint8_t head[RECORD_HEAD_MAX];
    uint32_t head_len;
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE];
    uint32_t operations;
    struct record_identity identity;
    uint64_t sealed_ms;
};

/* A box key H_k: the X25519 private half and the window of its statement. */
struct record_service {
    uint8_t private_key[FRAME_X25519_SIZE];
    uint64_t from_ms;
    uint64_t until_ms;
};

/* The key under which hufu-server keeps what is personal; it is given to that process, and nobody else has it. */
struct record_data {
    uint8_t key[RECORD_DATA_KEY_SIZE];
};

/* The key pair of an SM2 certification authority: a scalar and its point. */
struct record_ca {
    uint8_t private_key[COSIGN_SCALAR_SIZE];
    uint8_t public_key[COSIGN_POINT_SIZE];
};

/* Appends the plaintext; at most RECORD_PLAIN_MAX bytes. HUFU_ERR_LIMIT: out is too small. */
enum hufu_err record_binding_encode(struct buf *out, const struct record_binding *record) HUFU_MUST_CHECK;
enum hufu_err record_pending_encode(struct buf *out, const struct record_pending *record) HUFU_MUST_CHECK;
enum hufu_err record_service_encode(struct buf *out, const struct record_service *record) HUFU_MUST_CHECK;
enum hufu_err record_ca_encode(struct buf *out, const struct record_ca *record) HUFU_MUST_CHECK;
enum hufu_err record_data_encode(struct buf *out, const struct record_data *record) HUFU_MUST_CHECK;

enum hufu_err record_binding_parse(struct record_binding *record, struct bytes plain) HUFU_MUST_CHECK;
enum hufu_err record_pending_parse(struct record_pending *record, struct bytes plain) HUFU_MUST_CHECK;
enum hufu_err record_service_parse(struct record_service *record, struct bytes plain) HUFU_MUST_CHECK;
enum hufu_err record_ca_parse(struct record_ca *record, struct bytes plain) HUFU_MUST_CHECK;
enum hufu_err record_data_parse(struct record_data *record, struct bytes plain) HUFU_MUST_CHECK;

void record_ca_wipe(struct record_ca *record);
#define RECORD_CA_WIPED __attribute__((cleanup(record_ca_wipe)))

/* T("hufu/record", kind, version, algorithm, sealing key id, project, key, binding, generation). Appends. */
#define RECORD_PLACE_SIZE 160
enum hufu_err record_place_encode(struct buf *out, const struct record_place *place,
                                  const uint8_t sealing_key_id[16]) HUFU_MUST_CHECK;

#endif
