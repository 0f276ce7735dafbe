/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a played device: head, body, box, frame and signature as docs/protocol.md §7 says, and every way to
 * get them wrong that an attacker has.
 *
 * A struct device_request is caller-owned, holds one request and what the device keeps until its answer, and is
 * released by device_request_done. It is small (a batch of one: about 1 KB besides the frame), so that a load can
 * prepare many. No function is thread-safe on one request; distinct requests are independent. */
#ifndef HUFU_TESTS_DEVICE_REQUEST_H
#define HUFU_TESTS_DEVICE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/box.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "cosign/cosign.h"
#include "tests/client/device_key.h"

/* One device's half of one key, and what it needs to use it. Copy it and change the copy to send another
 * generation, to another binding, or with a wrong PIN (another half.a). */
struct device_binding {
    const struct device_key *key; /* borrowed */
    uint8_t key_id[FRAME_ID_SIZE];
    uint8_t binding_id[FRAME_ID_SIZE];
    uint32_t generation;
    uint8_t H_k[BOX_KEY_SIZE];
    struct cosign_device_half half; /* secret */
};

/* How a request differs from the honest one of this moment. All zero: not at all. A NULL options pointer means the
 * same. */
struct device_options {
    /* An honest device chooses these too. */
    uint64_t time_ms;          /* 0: now */
    const uint8_t *request_id; /* NULL: fresh */
    struct bytes purpose;
    bool to_primary; /* of a refresh: the next generation is to be a primary's */

    /* No honest device does these. The hooks run in this order; NULL: nothing. */
    void (*after_proof)(struct frame_head *head, void *context); /* the proof was made for another head */
    void (*before_box)(struct buf *body, void *context);         /* another body, of the same length */
    void (*before_signature)(struct buf *frame, void *context);  /* another frame; FRAME_MAX of room */
    const struct device_key *signer;                             /* NULL: binding->key */
    void (*on_the_way)(struct buf *frame, uint8_t signature[FRAME_SIGNATURE_SIZE], void *context);
    void *context;
};

struct device_nonces; /* of a signature in progress */

struct device_request {
    uint8_t *frame; /* as sent */
    size_t frame_len;
    uint8_t signature[FRAME_SIGNATURE_SIZE];
    uint8_t request_id[FRAME_ID_SIZE];
    uint8_t *head; /* as the device knows it */
    size_t head_len;
    struct box_session session;
    struct device_nonces *nonces; /* sm2/sign alone */
};

void device_request_done(struct device_request *request);
#define DEVICE_REQUEST_DONE __attribute__((cleanup(device_request_done)))

struct bytes device_request_frame(const struct device_request *request);
struct bytes device_request_head(const struct device_request *request);

/* Milliseconds since 1970 by this machine's clock. */
uint64_t device_now_ms(void);

/* ---- Any request ---- */

/* Appends the body that belongs to the encoded head. */
typedef enum hufu_err device_body(struct buf *body, struct bytes head, void *context);

/* The request of operation op with that public part. make_body may be NULL for an operation whose body is empty. On
 * failure nothing needs releasing. Errors are those of frame.h and box.h, of make_body, or HUFU_ERR_INTERNAL. */
enum hufu_err device_request_make(struct device_request *request, const struct device_binding *binding,
                                  enum frame_op op, struct bytes public_part, device_body *make_body,
                                  void *context, const struct device_options *options) HUFU_MUST_CHECK;
/* Opens the sealed answer into answer, which needs sealed.len bytes. HUFU_ERR_PEER when it does not open. */
enum hufu_err device_request_open(const struct device_request *request, struct buf *answer,
                                  struct bytes sealed) HUFU_MUST_CHECK;

/* Rewrites the head of an encoded frame and leaves everything else: what somebody on the way can do, or, in
 * before_signature, a thief of the device key. frame has FRAME_MAX of room. */
enum hufu_err device_frame_change_head(struct buf *frame,
                                       void (*change)(struct frame_head *head, void *context),
                                       void *context) HUFU_MUST_CHECK;

/* ---- Key generation (§2) ---- */

struct device_new_key {
    struct cosign_keygen state; /* secret */
    struct device_request begin;
    struct device_request finish;
};
void device_new_key_done(struct device_new_key *keygen);
#define DEVICE_NEW_KEY_DONE __attribute__((cleanup(device_new_key_done)))

/* binding: key, ids and H_k are set. Makes keygen->begin. */
enum hufu_err device_new_key_begin(struct device_new_key *keygen, const struct device_binding *binding,
                                   const struct device_options *options) HUFU_MUST_CHECK;
/* Takes the sealed answer of begin, makes keygen->finish. */
enum hufu_err device_new_key_continue(struct device_new_key *keygen, const struct device_binding *binding,
                                      struct bytes sealed,
                                      const struct device_options *options) HUFU_MUST_CHECK;
/* Takes the sealed answer of finish, sets binding->half. */
enum hufu_err device_new_key_complete(struct device_new_key *keygen, struct device_binding *binding,
                                      struct bytes sealed) HUFU_MUST_CHECK;

/* ---- Signing (§3) ---- */

/* digests: 1 to FRAME_BATCH_MAX of 32 bytes. */
enum hufu_err device_request_sign(struct device_request *request, const struct device_binding *binding,
                                  struct bytes digests, const struct device_options *options) HUFU_MUST_CHECK;
/* One r ‖ s for each digest. The nonces are gone after the first answer that opens, good or bad. */
enum hufu_err device_request_sign_finish(struct device_request *request,
                                         uint8_t signatures[][COSIGN_SIGNATURE_SIZE],
                                         struct bytes sealed) HUFU_MUST_CHECK;

/* ---- Decryption (§4), the PIN check (§6) ---- */

/* points: all C1, 1 to FRAME_BATCH_MAX of 65 bytes. */
enum hufu_err device_request_decrypt(struct device_request *request, const struct device_binding *binding,
                                     struct bytes points,
                                     const struct device_options *options) HUFU_MUST_CHECK;
enum hufu_err device_request_pin_check(struct device_request *request, const struct device_binding *binding,
                                       const struct device_options *options) HUFU_MUST_CHECK;

/* ---- Refresh, hand-over, policy (§5) ---- */

/* next gets the half of the next generation. */
enum hufu_err device_request_refresh(struct device_request *request, struct cosign_device_half *next,
                                     const struct device_binding *binding,
                                     const struct device_options *options) HUFU_MUST_CHECK;
/* Checks that the answer is generation binding->generation + 1 with the B' that belongs to next. */
enum hufu_err device_request_refresh_finish(const struct device_request *request,
                                            const struct cosign_device_half *next,
                                            const struct device_binding *binding,
                                            struct bytes sealed) HUFU_MUST_CHECK;

/* The new device of a hand-over. */
struct device_successor {
    const struct device_key *key;
    uint8_t binding_id[FRAME_ID_SIZE];
    uint8_t x25519_public[FRAME_X25519_SIZE];
    uint8_t x25519_private[FRAME_X25519_SIZE];
    struct bytes policy; /* empty, or of FRAME_POLICY_SIZE */
};
/* handover gets t, a2 and A2: the half of the new device at its generation 0. */
enum hufu_err device_request_handover(struct device_request *request, struct cosign_handover *handover,
                                      const struct device_binding *binding,
                                      const struct device_successor *successor,
                                      const struct device_options *options) HUFU_MUST_CHECK;
enum hufu_err device_request_policy(struct device_request *request, const struct device_binding *binding,
                                    const uint8_t target_binding_id[FRAME_ID_SIZE], struct bytes policy,
                                    const struct device_options *options) HUFU_MUST_CHECK;

#endif
