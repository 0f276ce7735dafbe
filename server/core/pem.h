/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates as text (RFC 7468). */
#ifndef HUFU_SERVER_CORE_PEM_H
#define HUFU_SERVER_CORE_PEM_H

#include "common/buf.h"
#include "common/err.h"

/* Appends one certificate. HUFU_ERR_LIMIT: no room. */
enum hufu_err pem_put_certificate(struct buf *out, struct bytes der) HUFU_MUST_CHECK;

#endif
