/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/authority.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "hsm/authority_file.h"
#include "hsm/disk.h"
#include "hsm/owned.h"
#include "hsm/sealed.h"

static const struct authority_kind kinds[] = {
    {"sm2", TOKEN_KEY_COUNT, TOKEN_KEY_COUNT},
    {"p256", TOKEN_KEY_P256_ROOT, TOKEN_KEY_P256_ISSUING},
    {"rsa", TOKEN_KEY_RSA_ROOT, TOKEN_KEY_RSA_ISSUING},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct authority {
    const struct authority_kind *kind;
    bool present;
    uint8_t root[CERTIFICATE_DER_MAX], issuing[CERTIFICATE_DER_MAX];
    size_t root_len, issuing_len;
    uint8_t key[RECORD_SEALED_MAX]; /* sealed; sm2 alone */
    size_t key_len;
};

struct authorities {
    struct authority list[KINDS];
};

const struct authority_kind *authority_kind_find(struct bytes name)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (bytes_equal_text(name, kinds[i].name))
            return &kinds[i];
    }
    return NULL;
}

bool authority_kind_is_sealed(const struct authority_kind *kind)
{
    return kind->root == TOKEN_KEY_COUNT;
}

void authority_file_name(char name[AUTHORITY_FILE_MAX], const struct authority_kind *kind, bool is_root,
                         const char *what)
{
    (void)snprintf(name, AUTHORITY_FILE_MAX, "ca-%s-%s.%s", kind->name, is_root ? "root" : "issuing", what);
}

struct record_place authority_key_place(const struct authority_kind *kind, bool is_root)
{
    struct record_place place = {.kind = RECORD_CA};
    char name[AUTHORITY_FILE_MAX];
    uint8_t digest[HASH_SIZE];
    authority_file_name(name, kind, is_root, "key");
    hash_sha256(digest, bytes_of_text(name));
    memcpy(place.key, digest, sizeof(place.key));
    return place;
}

/* A file of one certificate. HUFU_ERR_NOT_FOUND: there is none. */
static enum hufu_err read_certificate(uint8_t *der, size_t *len, const struct authority_kind *kind,
                                      bool is_root, const char *directory)
{
    char name[AUTHORITY_FILE_MAX];
    struct buf content;
    authority_file_name(name, kind, is_root, "der");
    buf_init(&content, der, CERTIFICATE_DER_MAX);
    enum hufu_err err = disk_read(&content, directory, name);
    if (err)
        return err == HUFU_ERR_NOT_FOUND ? err : HUFU_ERR_FORM;
    OWNED(X509) *certificate = certificate_parse(buf_bytes(&content));
    *len = content.len;
    return certificate ? HUFU_OK : HUFU_ERR_FORM;
}

static enum hufu_err read_key(struct authority *authority, const char *directory)
{
    char name[AUTHORITY_FILE_MAX];
    struct buf content;
    if (!authority_kind_is_sealed(authority->kind))
        return HUFU_OK;
    authority_file_name(name, authority->kind, false, "key");
    buf_init(&content, authority->key, sizeof(authority->key));
    enum hufu_err err = disk_read(&content, directory, name);
    authority->key_len = content.len;
    return err;
}

static enum hufu_err load(struct authority *authority, const struct token *token, const char *directory)
{
    const struct authority_kind *kind = authority->kind;
    enum hufu_err err = read_certificate(authority->issuing, &authority->issuing_len, kind, false, directory);
    if (err == HUFU_ERR_NOT_FOUND)
        return HUFU_OK; /* init did not make it, or did not come to its end */
    if (!err)
        err = read_certificate(authority->root, &authority->root_len, kind, true, directory);
    if (!err)
        err = read_key(authority, directory);
    if (!err && !authority_kind_is_sealed(kind) && !token_has(token, kind->issuing))
        err = HUFU_ERR_FORM;
    authority->present = !err;
    return err ? HUFU_ERR_FORM : HUFU_OK;
}

enum hufu_err authorities_load(struct authorities **authorities, struct token *token, const char *directory)
{
    struct authorities *loaded = calloc(1, sizeof(*loaded));
    enum hufu_err err = loaded ? HUFU_OK : HUFU_ERR_INTERNAL;
    for (size_t i = 0; !err && i < KINDS; i++) {
        loaded->list[i].kind = &kinds[i];
        err = load(&loaded->list[i], token, directory);
    }
    if (err) {
        free(loaded);
        loaded = NULL;
    }
    *authorities = loaded;
    return err;
}

void authorities_free(struct authorities *authorities)
{
    free(authorities);
}

const struct authority *authority_find(const struct authorities *authorities, struct bytes name)
{
    for (size_t i = 0; authorities && i < KINDS; i++) {
        const struct authority *authority = &authorities->list[i];
        if (authority->present && bytes_equal_text(name, authority->kind->name))
            return authority;
    }
    return NULL;
}

struct bytes authority_issuing(const struct authority *authority)
{
    return bytes_of(authority->issuing, authority->issuing_len);
}

struct bytes authority_root(const struct authority *authority)
{
    return bytes_of(authority->root, authority->root_len);
}

enum hufu_err authority_open_key(struct signer *signer, const struct record_place *place, struct bytes sealed,
                                 struct token *token, unsigned session, struct buf *plain)
{
    RECORD_CA_WIPED struct record_ca record = {0};
    enum hufu_err err = sealed_open(token, session, plain, place, sealed);
    if (!err)
        err = record_ca_parse(&record, buf_bytes(plain));
    return err ? err : signer_from_record(signer, &record);
}

enum hufu_err authority_open(struct signer *signer, const struct authority *authority, struct token *token,
                             unsigned session, struct buf *plain)
{
    if (!authority_kind_is_sealed(authority->kind))
        return signer_from_token(signer, token, session, authority->kind->issuing);
    struct record_place place = authority_key_place(authority->kind, false);
    return authority_open_key(signer, &place, bytes_of(authority->key, authority->key_len), token, session,
                              plain);
}
