/* SPDX-License-Identifier: Apache-2.0 */
/* PEM text of certificates (RFC 7468). */
#ifndef HUFU_SERVER_API_PEM_H
#define HUFU_SERVER_API_PEM_H

#include "common/buf.h"

/* What the PEM form of len bytes needs at most. */
#define PEM_SIZE(len) (((len) + 2) / 3 * 4 * 65 / 64 + 64)

/* Appends one CERTIFICATE block. */
void pem_put_certificate(struct buf *out, struct bytes der);

#endif
