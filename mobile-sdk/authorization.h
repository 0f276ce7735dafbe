/* SPDX-License-Identifier: Apache-2.0 */
/* Authorizations as the service shows them, and the policy that the holder's device makes of one (§5). */
#ifndef HUFU_SDK_AUTHORIZATION_H
#define HUFU_SDK_AUTHORIZATION_H

#include "common/buf.h"
#include "common/frame.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/rest.h"

/* "/v1/authorizations/<id><rest>" */
void authorization_path(char path[REST_PATH_MAX], const struct hufu_id *id, const char *rest);
/* The operations of a set, one after the other: NULL beyond the last. */
const char *authorization_operation_name(unsigned operations, size_t index);
/* "possible": what can be done, HUFU_AUTHORIZATION_…; 0 where it is not told. */
unsigned authorization_events(const struct json_reader *reader);
/* {"authorization": …} */
enum hufu_result authorization_read_answer(struct hufu_authorization *authorization,
                                           const struct json_t *json) HUFU_CHECKED;
/* GET of one; [network]. */
enum hufu_result authorization_fetch(struct hufu *hufu, const struct hufu_id *id,
                                     struct hufu_authorization *authorization) HUFU_CHECKED;

/* Of which kind of key it is: signing and logging in are of one, decrypting of another. False: its operations go not together. */
bool authorization_usage(const struct hufu_authorization *authorization, enum hufu_usage *usage);
/* T("hufu/policy", …) with exactly its terms. HUFU_RESULT_ARGUMENT: its operations go not together. */
enum hufu_result authorization_policy(struct buf *out,
                                      const struct hufu_authorization *authorization) HUFU_CHECKED;

#endif
