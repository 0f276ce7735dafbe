/* SPDX-License-Identifier: Apache-2.0 */
/* From a generated key to its certificate: request, first co-signature, issue. */
#ifndef HUFU_SDK_CERTIFICATION_H
#define HUFU_SDK_CERTIFICATION_H

#include "mobile-sdk/key_record.h"

/* For a signing key in stage KEY_GENERATED; it is KEY_CERTIFIED and stored afterwards. A certificate that was issued
 * already (its answer was lost) is fetched. */
enum hufu_result certification_run(struct hufu *hufu, struct key_record *key,
                                   const struct pin *pin) HUFU_CHECKED;

#endif
