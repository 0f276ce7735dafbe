/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs of possession (RFC 9449) of a played device. */
#ifndef HUFU_TESTS_DPOP_H
#define HUFU_TESTS_DPOP_H

#include "common/err.h"
#include "tests/client/device_key.h"

#define DPOP_PROOF_MAX 1536

/* A fresh proof for one request to url (which may have a query) with this token. */
enum hufu_err dpop_proof(char proof[DPOP_PROOF_MAX], const struct device_key *key, const char *method,
                         const char *url, const char *token) HUFU_MUST_CHECK;

#endif
