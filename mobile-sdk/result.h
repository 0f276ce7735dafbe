/* SPDX-License-Identifier: Apache-2.0 */
/* One table of results: their keys, and which of them a refusal of the service or an inner error stands for. */
#ifndef HUFU_SDK_RESULT_H
#define HUFU_SDK_RESULT_H

#include "common/err.h"
#include "mobile-sdk/hufu.h"

/* What an error of common/ or cosign/ means here, where its inputs came from the service: what is malformed or does
 * not hold is the service's fault. */
enum hufu_result result_of_err(enum hufu_err err);

/* What a problem document means: its message key, or (when that is unknown) its HTTP status. */
enum hufu_result result_of_problem(const char *message_key, int http_status);

#endif
