/* SPDX-License-Identifier: Apache-2.0 */
/* The making of a certification authority by `hufu-hsm init`. Each step looks first whether its result is there, so
 * that an init that was cut off is finished by the next one. */
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/clock.h"
#include "common/locked.h"
#include "common/secret.h"
#include "hsm/authority_file.h"
#include "hsm/disk.h"
#include "hsm/entropy.h"
#include "hsm/owned.h"
#include "hsm/sealed.h"

#define DAY_MS 86400000ull
#define ROOT_DAYS 7305    /* twenty years */
#define ISSUING_DAYS 3652 /* ten years */

struct making {
    struct token *token;
    const char *directory;
    const struct authority_kind *kind;
    uint8_t *plain; /* locked, RECORD_SEALED_MAX bytes */
    bool made;
};

/* ---- Keys ---- */

static enum hufu_err make_sealed_key(struct making *making, bool is_root, const char *name)
{
    RECORD_CA_WIPED struct record_ca record = {0};
    uint8_t random[SIGNER_RANDOM_SIZE], memory[RECORD_SEALED_MAX];
    struct record_place place = authority_key_place(making->kind, is_root);
    struct entropy entropy = {.token = making->token};
    struct buf plain, sealed;
    buf_init(&plain, making->plain, RECORD_SEALED_MAX);
    buf_init(&sealed, memory, sizeof(memory));
    enum hufu_err err = entropy_fill(&entropy, random, sizeof(random));
    if (!err)
        err = signer_make_record(&record, random);
    secret_wipe(random, sizeof(random));
    if (!err)
        err = record_ca_encode(&plain, &record);
    if (!err)
        err = sealed_make(making->token, 0, &sealed, &place, buf_bytes(&plain));
    if (!err)
        err = disk_write(making->directory, name, buf_bytes(&sealed));
    making->made = true;
    return err;
}

static enum hufu_err ensure_sealed_key(struct signer *signer, struct making *making, bool is_root)
{
    char name[AUTHORITY_FILE_MAX];
    uint8_t memory[RECORD_SEALED_MAX];
    struct record_place place = authority_key_place(making->kind, is_root);
    struct buf sealed, plain;
    authority_file_name(name, making->kind, is_root, "key");
    buf_init(&sealed, memory, sizeof(memory));
    buf_init(&plain, making->plain, RECORD_SEALED_MAX);
    enum hufu_err err = disk_read(&sealed, making->directory, name);
    if (err == HUFU_ERR_NOT_FOUND)
        err = make_sealed_key(making, is_root, name);
    if (!err && sealed.len == 0)
        err = disk_read(&sealed, making->directory, name);
    return err ? err : authority_open_key(signer, &place, buf_bytes(&sealed), making->token, 0, &plain);
}

static enum hufu_err ensure_token_key(struct signer *signer, struct making *making, bool is_root)
{
    enum token_key key = is_root ? making->kind->root : making->kind->issuing;
    enum hufu_err err = HUFU_OK;
    if (!token_has(making->token, key)) {
        err = token_make_key(making->token, key);
        making->made = true;
    }
    return err ? err : signer_from_token(signer, making->token, 0, key);
}

static enum hufu_err ensure_key(struct signer *signer, struct making *making, bool is_root)
{
    return authority_kind_is_sealed(making->kind) ? ensure_sealed_key(signer, making, is_root)
                                                  : ensure_token_key(signer, making, is_root);
}

/* ---- Certificates ---- */

/* O=Hufu, CN=Hufu SM2 root, …, as DER. */
static enum hufu_err put_name(struct buf *out, const struct authority_kind *kind, bool is_root)
{
    OWNED(X509_NAME) *name = X509_NAME_new();
    char text[64];
    (void)snprintf(text, sizeof(text), "Hufu %s CA (%s)", is_root ? "root" : "issuing", kind->name);
    bool made =
        name &&
        X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Hufu", -1, -1, 0) &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0);
    int len = made ? i2d_X509_NAME(name, NULL) : -1;
    unsigned char *room = len > 0 ? buf_reserve(out, (size_t)len) : NULL;
    return room && i2d_X509_NAME(name, &room) == len ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err draw_serial(uint8_t serial[CERTIFICATE_SERIAL_SIZE])
{
    if (getrandom(serial, CERTIFICATE_SERIAL_SIZE, 0) != CERTIFICATE_SERIAL_SIZE)
        return HUFU_ERR_INTERNAL;
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, always of the same length */
    return HUFU_OK;
}

static enum hufu_err make_certificate(struct making *making, struct buf *der, bool is_root, EVP_PKEY *key,
                                      struct signer *root, X509 *issuer)
{
    uint8_t memory[256];
    char name[AUTHORITY_FILE_MAX];
    struct buf subject;
    uint64_t now = clock_wall_ms();
    struct certificate_terms terms = {.profile = is_root ? CERTIFICATE_ROOT : CERTIFICATE_ISSUING,
                                      .not_before_ms = now - DAY_MS,
                                      .not_after_ms = now + DAY_MS * (is_root ? ROOT_DAYS : ISSUING_DAYS),
                                      .key = key,
                                      .issuer = issuer};
    buf_init(&subject, memory, sizeof(memory));
    authority_file_name(name, making->kind, is_root, "der");
    enum hufu_err err = put_name(&subject, making->kind, is_root);
    terms.subject = buf_bytes(&subject);
    if (!err)
        err = draw_serial(terms.serial);
    if (!err)
        err = certificate_make(der, &terms, root);
    making->made = true;
    return err ? err : disk_write(making->directory, name, buf_bytes(der));
}

/* issuer NULL: the root's own. */
static enum hufu_err ensure_certificate(X509 **certificate, struct making *making, EVP_PKEY *key,
                                        struct signer *root, X509 *issuer)
{
    char name[AUTHORITY_FILE_MAX];
    uint8_t memory[CERTIFICATE_DER_MAX];
    struct buf der;
    buf_init(&der, memory, sizeof(memory));
    authority_file_name(name, making->kind, !issuer, "der");
    enum hufu_err err = disk_read(&der, making->directory, name);
    if (err == HUFU_ERR_NOT_FOUND)
        err = make_certificate(making, &der, !issuer, key, root, issuer);
    if (err)
        return err;
    *certificate = certificate_parse(buf_bytes(&der));
    /* A certificate of another key: the state directory does not belong to this token. */
    bool fits = *certificate && EVP_PKEY_eq(X509_get0_pubkey(*certificate), key) == 1;
    return fits ? HUFU_OK : HUFU_ERR_CONFLICT;
}

static enum hufu_err ensure_both(struct making *making)
{
    SIGNER_DONE struct signer root = {0};
    SIGNER_DONE struct signer issuing = {0};
    OWNED(X509) *root_certificate = NULL;
    OWNED(X509) *issuing_certificate = NULL;
    enum hufu_err err = ensure_key(&root, making, true);
    if (!err)
        err = ensure_certificate(&root_certificate, making, root.key, &root, NULL);
    if (!err)
        err = ensure_key(&issuing, making, false);
    if (!err)
        err = ensure_certificate(&issuing_certificate, making, issuing.key, &root, root_certificate);
    return err;
}

enum hufu_err authority_ensure(bool *made, struct token *token, const char *directory, struct bytes name)
{
    void *plain = NULL;
    struct making making = {.token = token, .directory = directory, .kind = authority_kind_find(name)};
    *made = false;
    if (!making.kind)
        return HUFU_ERR_NOT_FOUND;
    enum hufu_err err = locked_alloc(&plain, RECORD_SEALED_MAX);
    if (err)
        return err;
    making.plain = plain;
    err = ensure_both(&making);
    locked_free(plain);
    *made = making.made;
    return err;
}
