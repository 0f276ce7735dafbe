/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/hsm_chain.h"

#include "hsm/certificate.h"
#include "tests/unit/unit.h"

X509 *hsm_chain_parse(struct bytes der)
{
    X509 *certificate = certificate_parse(der);
    assert_non_null(certificate);
    return certificate;
}

void hsm_chain_name_identity(X509 *certificate)
{
    ASN1_OCTET_STRING *identity = ASN1_OCTET_STRING_new();
    assert_non_null(identity);
    assert_true(ASN1_OCTET_STRING_set(identity, (const unsigned char *)COSIGN_GM_IDENTITY, 16));
    X509_set0_distinguishing_id(certificate, identity);
}

void hsm_chain_get(struct hsm_room *room, const char *ca, X509 **issuing, X509 **root)
{
    struct hsm_reply reply;
    const struct bytes name = bytes_of_text(ca);
    assert_true(hsm_room_call(room, &reply, "ca/chain", &name, 1));
    assert_ok(reply.error);
    *issuing = hsm_chain_parse(reply.fields[0]);
    *root = hsm_chain_parse(reply.fields[1]);
    if (strcmp(ca, "sm2") == 0) {
        hsm_chain_name_identity(*issuing);
        hsm_chain_name_identity(*root);
    }
}
