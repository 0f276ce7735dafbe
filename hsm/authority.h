/* SPDX-License-Identifier: Apache-2.0 */
/* The certification authorities: each a root and an issuing CA. The keys of `sm2` are records of kind ca in the state
 * directory, sealed by the token; those of `p256` and `rsa` are in the token. Certificates lie in the state directory:
 *
 *     ca-NAME-root.der, ca-NAME-issuing.der, and for sm2 ca-sm2-root.key, ca-sm2-issuing.key (sealed) */
#ifndef HUFU_HSM_AUTHORITY_H
#define HUFU_HSM_AUTHORITY_H

#include "hsm/certificate.h"

struct authorities;

/* Reads all that the state directory has; the directory is not needed afterwards. HUFU_ERR_FORM: a file there is not
 * what it should be. */
enum hufu_err authorities_load(struct authorities **authorities, struct token *token,
                               const char *directory) HUFU_MUST_CHECK;
void authorities_free(struct authorities *authorities); /* NULL is fine */

/* `hufu-hsm init`: makes what is missing of the authority; a token opened with may_write. made: whether anything was.
 * HUFU_ERR_NOT_FOUND: no such kind of authority. Others as for the token and the disk. */
enum hufu_err authority_ensure(bool *made, struct token *token, const char *directory,
                               struct bytes name) HUFU_MUST_CHECK;

struct authority;
/* NULL: there is none of this name. */
const struct authority *authority_find(const struct authorities *authorities, struct bytes name);
struct bytes authority_issuing(const struct authority *authority); /* certificate, DER */
struct bytes authority_root(const struct authority *authority);
/* The issuing CA's key, for this request alone. plain: locked memory of RECORD_SEALED_MAX bytes.
 * HUFU_ERR_RECORD: the sealed key is not authentic; HUFU_ERR_AWAY: the token. */
enum hufu_err authority_open(struct signer *signer, const struct authority *authority, struct token *token,
                             unsigned session, struct buf *plain) HUFU_MUST_CHECK;

#endif
