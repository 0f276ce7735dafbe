/* SPDX-License-Identifier: Apache-2.0 */
/* The service's TLS certificate and key, read and checked at start. The only room of GnuTLS besides the transport. */
#ifndef HUFU_SERVER_TLS_H
#define HUFU_SERVER_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct tls_files {
    char *certificate; /* PEM */
    char *key;         /* PEM; secret */
};

/* Reads both files and checks that they belong together. HUFU_ERR_FORM: message says what is wrong. */
enum hufu_err tls_load(struct tls_files *files, const char *certificate_path, const char *key_path,
                       char *message, size_t message_size) HUFU_MUST_CHECK;
/* Wipes the key. */
void tls_free(struct tls_files *files);

/* SHA-256 of the SubjectPublicKeyInfo of a PEM file's first certificate: what devices pin. HUFU_ERR_FORM likewise. */
enum hufu_err tls_pin(uint8_t pin[32], const char *certificate_path, char *message,
                      size_t message_size) HUFU_MUST_CHECK;

#endif
