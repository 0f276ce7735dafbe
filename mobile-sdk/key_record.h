/* SPDX-License-Identifier: Apache-2.0 */
/* What the device keeps of one key (§6). Nothing in it tests a PIN: no A, no B, no answer, no request, no proof. */
#ifndef HUFU_SDK_KEY_RECORD_H
#define HUFU_SDK_KEY_RECORD_H

#include "cosign/cosign.h"
#include "mobile-sdk/handle.h"
#include "mobile-sdk/pin.h"

#define KEY_IDENTITY_MAX 128

/* The numbers are stored. */
enum key_stage {
    KEY_NEW = 1, /* the service knows the key; no halves */
    KEY_FINISHING =
        2, /* the half is stored, and the last message of key generation may have reached the service */
    KEY_GENERATED = 3,
    KEY_CERTIFIED = 4,
    KEY_JOINING =
        5 /* handed over: the half of generation 1 is stored, and the check that ends the hand-over may have reached
                       the service */
};

/* One generation of the half, hidden by the PIN. */
struct key_half {
    uint32_t generation;
    uint8_t sigma[COSIGN_SCALAR_SIZE];
    struct pin_parameters pin;
    uint32_t
        pin_epoch; /* how many changes of PIN it has seen; keys of one device with different numbers have different
                           PINs: a change was interrupted between them */
};

struct key_record {
    struct hufu_id id;
    struct hufu_id binding;
    enum hufu_usage usage;
    enum key_stage stage;
    uint8_t P[COSIGN_POINT_SIZE];
    uint8_t identity[KEY_IDENTITY_MAX]; /* of Z */
    size_t identity_len;
    struct key_half half; /* from KEY_FINISHING on */
    /* A refresh whose check at g+1 was (perhaps) sent and not answered: either may be the one that holds (§5). */
    bool has_next;
    bool next_doubted; /* the service has said that there is no g+1: use g, which settles it when it works */
    struct key_half next;
    uint64_t
        refresh_asked_ms; /* by the platform's clock: when the service was asked last whether a refresh is due; 0: never */
    bool authorized;      /* somebody else's key */
    struct lender lender; /* … and whose */
};

void key_record_wipe(struct key_record *record);
#define KEY_RECORD_WIPED __attribute__((cleanup(key_record_wipe)))

struct key_record key_record_new(const struct hufu_id *id, const struct hufu_id *binding,
                                 enum hufu_usage usage);
bool key_has_half(const struct key_record *record); /* one that the service has finished too */

/* HUFU_RESULT_NOT_FOUND, HUFU_RESULT_DAMAGED, or what the storage says. */
enum hufu_result key_record_load(struct key_record *record, const struct hufu *hufu,
                                 const struct hufu_id *id) HUFU_CHECKED;
enum hufu_result key_record_store(const struct key_record *record, const struct hufu *hufu) HUFU_CHECKED;
/* Out of storage; one that is not there is no error. */
enum hufu_result key_record_remove(const struct hufu *hufu, const struct hufu_id *id) HUFU_CHECKED;

struct bytes key_identity(const struct key_record *record);

#endif
