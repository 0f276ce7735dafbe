/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of this device together: what there is, adding one, and taking one out. */
#ifndef HUFU_SDK_KEY_LIST_H
#define HUFU_SDK_KEY_LIST_H

#include "mobile-sdk/key_record.h"

/* Nothing is missing of it: it has its certificate, where it needs one. */
bool key_is_complete(const struct key_record *key);

/* What the keys that exist here say of a wanted usage, of which those of others are none. */
struct key_survey {
    bool has_complete;
    bool has_incomplete;
    struct hufu_id complete;
    struct hufu_id incomplete;
};
enum hufu_result key_list_survey(struct hufu *hufu, enum hufu_usage usage,
                                 struct key_survey *found) HUFU_CHECKED;

/* Stores the key, and that there is one more if it is new. HUFU_RESULT_LIMIT: HUFU_KEYS_MAX. The list that names it first, so that
 * nothing is ever stored of a key that is not listed: a crash between leaves a name for key_list_tidy. */
enum hufu_result key_list_add(struct hufu *hufu, const struct key_record *key) HUFU_CHECKED;

/* Takes what is stored of it out of storage, and then it out of the list. */
enum hufu_result key_list_drop(struct hufu *hufu, const struct hufu_id *id) HUFU_CHECKED;
/* The first half of that: certificates and record. */
enum hufu_result key_list_remove_values(const struct hufu *hufu, const struct hufu_id *id) HUFU_CHECKED;

/* Of a handle that is being opened: takes the names of which there is no record out of the list. A crash left them. */
void key_list_tidy(struct hufu *hufu);

/* To be told what was said to a frame of a key: takes the key out, and returns HUFU_RESULT_OK, where it is that its authorization
 * was deleted. What is stored of it is worth nothing then. Returns any other result as it is. */
enum hufu_result key_list_drop_deleted(struct hufu *hufu, const struct key_record *key,
                                       enum hufu_result result) HUFU_CHECKED;

#endif
