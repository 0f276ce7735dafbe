/* SPDX-License-Identifier: Apache-2.0 */
/* Faces: one picture of each account, sealed, with which others are compared by the outside service. */
#ifndef HUFU_SERVER_CORE_FACE_H
#define HUFU_SERVER_CORE_FACE_H

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/store/face_store.h"
#include "server/worker.h"

/* Keeps the picture (JPEG or PNG, at most FACE_STORED_MAX bytes) as the account's of this session, and tells its person by SMS.
 * Refusals: authentication needed (by password and SMS, within the project's hold_seconds), bad field (it does not show one
 * face). HUFU_ERR_AWAY: the face service is. */
enum hufu_err face_enrol(struct worker *worker, struct act *act, struct bytes picture) HUFU_MUST_CHECK;

#endif
