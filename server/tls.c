/* SPDX-License-Identifier: Apache-2.0 */
#include "server/tls.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/secret.h"

#define FILE_MAX 65536

static void close_file(FILE **file)
{
    if (*file)
        (void)fclose(*file);
}

static enum hufu_err complain(char *message, size_t size, const char *path, const char *fault)
{
    (void)snprintf(message, size, "%s: %s", path, fault);
    return HUFU_ERR_FORM;
}

static enum hufu_err read_file(char **text, const char *path, char *message, size_t size)
{
    *text = NULL;
    __attribute__((cleanup(close_file))) FILE *file = fopen(path, "re");
    if (!file)
        return complain(message, size, path, strerror(errno));
    /* Unbuffered: no copy of the key stays behind in the stream's memory. */
    (void)setvbuf(file, NULL, _IONBF, 0);
    char *memory = calloc(1, FILE_MAX + 1);
    if (!memory)
        return HUFU_ERR_INTERNAL;
    size_t len = fread(memory, 1, FILE_MAX + 1, file);
    if (len > 0 && len <= FILE_MAX) {
        *text = memory;
        return HUFU_OK;
    }
    secret_wipe(memory, FILE_MAX + 1);
    free(memory);
    return complain(message, size, path, len == 0 ? "cannot be read" : "is larger than 64 KiB");
}

static gnutls_datum_t datum_of(char *text)
{
    return (gnutls_datum_t){.data = (unsigned char *)text, .size = (unsigned)strlen(text)};
}

static void release_credentials(gnutls_certificate_credentials_t *credentials)
{
    if (*credentials)
        gnutls_certificate_free_credentials(*credentials);
}

enum hufu_err tls_load(struct tls_files *files, const char *certificate_path, const char *key_path,
                       char *message, size_t message_size)
{
    *files = (struct tls_files){0};
    enum hufu_err err = read_file(&files->certificate, certificate_path, message, message_size);
    if (!err)
        err = read_file(&files->key, key_path, message, message_size);
    if (!err) {
        __attribute__((cleanup(release_credentials))) gnutls_certificate_credentials_t credentials = NULL;
        gnutls_datum_t certificate = datum_of(files->certificate), key = datum_of(files->key);
        int result = gnutls_certificate_allocate_credentials(&credentials);
        if (result >= 0)
            result =
                gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
        if (result < 0)
            err = complain(message, message_size, certificate_path, gnutls_strerror(result));
    }
    if (err)
        tls_free(files);
    return err;
}

void tls_free(struct tls_files *files)
{
    if (files->key)
        secret_wipe(files->key, FILE_MAX + 1);
    free(files->key);
    free(files->certificate);
    *files = (struct tls_files){0};
}

static void release_certificate(gnutls_x509_crt_t *certificate)
{
    if (*certificate)
        gnutls_x509_crt_deinit(*certificate);
}

static void release_public_key(gnutls_pubkey_t *key)
{
    if (*key)
        gnutls_pubkey_deinit(*key);
}

/* Negative: GnuTLS's error. */
static int hash_public_key(uint8_t pin[HASH_SIZE], const gnutls_datum_t *pem)
{
    __attribute__((cleanup(release_certificate))) gnutls_x509_crt_t certificate = NULL;
    __attribute__((cleanup(release_public_key))) gnutls_pubkey_t key = NULL;
    gnutls_datum_t der = {0};
    int result = gnutls_x509_crt_init(&certificate);
    if (result >= 0)
        result = gnutls_x509_crt_import(certificate, pem, GNUTLS_X509_FMT_PEM);
    if (result >= 0)
        result = gnutls_pubkey_init(&key);
    if (result >= 0)
        result = gnutls_pubkey_import_x509(key, certificate, 0);
    if (result >= 0)
        result = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der);
    if (result >= 0)
        hash_sha256(pin, bytes_of(der.data, der.size));
    gnutls_free(der.data);
    return result;
}

enum hufu_err tls_pin(uint8_t pin[HASH_SIZE], const char *certificate_path, char *message,
                      size_t message_size)
{
    char *text = NULL;
    memset(pin, 0, HASH_SIZE);
    enum hufu_err err = read_file(&text, certificate_path, message, message_size);
    if (err)
        return err;
    gnutls_datum_t pem = datum_of(text);
    int result = hash_public_key(pin, &pem);
    free(text);
    return result < 0 ? complain(message, message_size, certificate_path, gnutls_strerror(result)) : HUFU_OK;
}
