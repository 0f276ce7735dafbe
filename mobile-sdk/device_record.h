/* SPDX-License-Identifier: Apache-2.0 */
/* What the device keeps of itself: the service, the device key, the session, and which keys there are. */
#ifndef HUFU_SDK_DEVICE_RECORD_H
#define HUFU_SDK_DEVICE_RECORD_H

#include "common/activation.h"
#include "mobile-sdk/hufu.h"

#define DEVICE_RECORD_NAME "device" /* in storage */

/* Secret as a whole (session token, code, perhaps the device key itself). Empty: url is empty. */
struct device_record {
    char url[HUFU_NAME_MAX + 1];
    bool has_tls_pin;
    uint8_t tls_pin[HUFU_HASH_SIZE];
    uint8_t identity_hash[HUFU_HASH_SIZE];
    bool has_code; /* a code that is still to be redeemed */
    uint8_t code[ACTIVATION_CODE_SIZE];
    uint8_t redeemed
        [HUFU_HASH_SIZE]; /* SHA-256 of the last code that was: the same text again is no new session */
    uint8_t device_handle[HUFU_DEVICE_HANDLE_MAX];
    size_t device_handle_len; /* 0: no device key yet */
    uint8_t device_key[HUFU_PUBLIC_KEY_SIZE];
    char session_token[HUFU_TOKEN_TEXT_MAX + 1]; /* empty: no account's device yet */
    uint64_t session_expires_ms;
    struct hufu_id project; /* zero: not known, in what an earlier version stored */
    char project_name[HUFU_NAME_MAX + 1];
    char account_name[HUFU_NAME_MAX + 1];
    char work_number[HUFU_NAME_MAX + 1]; /* of whom the device is, or shall be */
    struct hufu_id account;
    struct hufu_id device;
    int64_t clock_offset_ms;
    size_t key_count;
    struct hufu_id keys[HUFU_KEYS_MAX];
};

void device_record_wipe(struct device_record *record);

/* HUFU_RESULT_NOT_FOUND (record is empty), HUFU_RESULT_DAMAGED, or what the storage says. */
enum hufu_result device_record_load(struct device_record *record,
                                    const struct hufu_storage *storage) HUFU_CHECKED;
enum hufu_result device_record_store(const struct device_record *record,
                                     const struct hufu_storage *storage) HUFU_CHECKED;

#endif
