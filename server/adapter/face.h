/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing two pictures of a face, by the outside service for it (docs/adapters.md). */
#ifndef HUFU_SERVER_ADAPTER_FACE_H
#define HUFU_SERVER_ADAPTER_FACE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"

struct worker;

#define FACE_PICTURE_MAX 2097152 /* bytes of one picture, JPEG or PNG */

bool face_offered(const struct worker *worker);

/* *same: whether both show the same person; false unless it says HUFU_OK.
 * HUFU_ERR_FORM: one of them is no picture, or does not show exactly one face. HUFU_ERR_LIMIT: one is too large.
 * HUFU_ERR_BUSY: too many comparisons at once; try again soon. HUFU_ERR_AWAY: the service does not answer, or not in form.
 * HUFU_ERR_STATE: not offered. */
enum hufu_err face_compare(struct worker *worker, struct bytes reference, struct bytes probe,
                           bool *same) HUFU_MUST_CHECK;

#endif
