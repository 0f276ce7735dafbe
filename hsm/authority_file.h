/* SPDX-License-Identifier: Apache-2.0 */
/* What the making and the using of a certification authority share: its kinds, the names of its files, the place of
 * its sealed keys. */
#ifndef HUFU_HSM_AUTHORITY_FILE_H
#define HUFU_HSM_AUTHORITY_FILE_H

#include "hsm/authority.h"

#define AUTHORITY_FILE_MAX 32

struct authority_kind {
    const char *name;
    enum token_key root, issuing; /* TOKEN_KEY_COUNT: the keys are sealed records */
};

/* NULL: no such kind. */
const struct authority_kind *authority_kind_find(struct bytes name);
bool authority_kind_is_sealed(const struct authority_kind *kind);
/* what: "key" or "der". */
void authority_file_name(char name[AUTHORITY_FILE_MAX], const struct authority_kind *kind, bool is_root,
                         const char *what);
/* A sealed key is bound to the name of its file: root and issuing cannot be swapped. */
struct record_place authority_key_place(const struct authority_kind *kind, bool is_root);
/* HUFU_ERR_RECORD: not authentic; HUFU_ERR_AWAY: the token. plain: RECORD_SEALED_MAX bytes of locked memory. */
enum hufu_err authority_open_key(struct signer *signer, const struct record_place *place, struct bytes sealed,
                                 struct token *token, unsigned session, struct buf *plain) HUFU_MUST_CHECK;

#endif
