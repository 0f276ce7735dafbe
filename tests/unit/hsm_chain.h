/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of an authority of the tests' key process, as OpenSSL's objects; whoever gets one frees it. */
#ifndef HUFU_TESTS_UNIT_HSM_CHAIN_H
#define HUFU_TESTS_UNIT_HSM_CHAIN_H

#include <openssl/x509.h>

#include "tests/unit/hsm_room.h"

X509 *hsm_chain_parse(struct bytes der);
/* Verification of an SM2 signature needs the identity named on the object that carries it. */
void hsm_chain_name_identity(X509 *certificate);
/* Of the authority of this name, its identity named already. */
void hsm_chain_get(struct hsm_room *room, const char *ca, X509 **issuing, X509 **root);

#endif
