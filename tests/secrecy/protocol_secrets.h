/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a device knows of its requests that nobody between it and hufu-hsm may learn, gathered while it makes them:
 * halves and their points, nonces, bodies, opened answers, session keys. The service's own half b cannot be gathered: no
 * message carries it, and b = (1 + d) / a needs the key d that nobody has. What answers carry of it (B, s2, s3, W) is. */
#ifndef HUFU_TESTS_PROTOCOL_SECRETS_H
#define HUFU_TESTS_PROTOCOL_SECRETS_H

#include "tests/client/device_request.h"
#include "tests/secrecy/needles.h"

/* Each adds to the needles; on a failure (no memory) the test cannot go on, so they end the program. */

/* A half a, and A = a·G. */
void secrets_add_half(struct needles *needles, const char *name, const struct cosign_device_half *half);
/* The nonces and the session key of a signature request that was not finished yet. */
void secrets_add_request(struct needles *needles, const struct device_request *request);
/* T(operation, fields…), a body or an opened answer: whole, and each field that is long enough, except for `public`
 * (may be empty): the public key, which keygen/finish answers. Fields that hold several values of 32 or 65 bytes are
 * also added in these pieces. */
void secrets_add_message(struct needles *needles, const char *name, struct bytes message,
                         struct bytes public);
/* A hook for device_options.before_box, with the needles as context: the body that is about to be sealed. */
void secrets_take_body(struct buf *body, void *needles);

#endif
