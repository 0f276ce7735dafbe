/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the user's: small ones as a whole, large ones in pieces, PEM out. Every function says what went wrong. */
#ifndef HUFU_PHONE_FILE_H
#define HUFU_PHONE_FILE_H

#include "mobile-sdk/phone/options.h"

#define FILE_SMALL_MAX 1048576

struct file_bytes {
    uint8_t *data;
    size_t len;
};
void file_bytes_free(struct file_bytes *bytes); /* wipes: it may be a plaintext */
#define FILE_BYTES_FREED __attribute__((cleanup(file_bytes_free)))

/* A whole file of at most FILE_SMALL_MAX bytes. */
bool file_read(struct file_bytes *bytes, const struct options *options, const char *path);
/* Each piece in turn to `take`, until it returns false. */
bool file_read_pieces(const struct options *options, const char *path,
                      bool (*take)(void *context, const void *data, size_t len), void *context);
/* Replaces the file in one step: it has the old content or the new one. mode: 0644, or 0600 for plaintexts. */
bool file_write(const struct options *options, const char *path, const void *data, size_t len, unsigned mode);

/* Whether what is written to the second path leaves the first as it is. NULL: there is none. */
bool file_apart(const struct options *options, const char *path, const char *written);

/* Appends one PEM block ("CERTIFICATE", "PUBLIC KEY") to text, which is enlarged; false: no memory. */
bool file_append_pem(struct file_bytes *text, const char *label, const uint8_t *der, size_t len);

#endif
