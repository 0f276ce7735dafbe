/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/openssl/sealed_file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define NONCE_SIZE 12 /* random: the few values of a device stay far below 2³² under one key */
#define TAG_SIZE 16

_Static_assert(NONCE_SIZE + TAG_SIZE == SEALED_FILE_OVERHEAD, "nonce and tag");

static void cipher_free(EVP_CIPHER_CTX **cipher)
{
    EVP_CIPHER_CTX_free(*cipher);
}

static bool set_up(EVP_CIPHER_CTX *cipher, const uint8_t *key, const uint8_t *nonce, const char *name,
                   int encrypt)
{
    int len = 0;
    return cipher && EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce, encrypt) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &len, (const unsigned char *)name, (int)strlen(name)) == 1;
}

bool sealed_file_seal(uint8_t *sealed, const uint8_t key[SEALED_FILE_KEY_SIZE], const char *name,
                      const uint8_t *value, size_t len)
{
    __attribute__((cleanup(cipher_free))) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    uint8_t *text = sealed + NONCE_SIZE;
    int put = 0, rest = 0;
    return RAND_bytes(sealed, NONCE_SIZE) == 1 && set_up(cipher, key, sealed, name, 1) &&
           EVP_CipherUpdate(cipher, text, &put, value, (int)len) == 1 &&
           EVP_CipherFinal_ex(cipher, text + put, &rest) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, text + len) == 1;
}

bool sealed_file_open(uint8_t *value, const uint8_t key[SEALED_FILE_KEY_SIZE], const char *name,
                      const uint8_t *sealed, size_t len)
{
    __attribute__((cleanup(cipher_free))) EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    size_t plain_len = len - SEALED_FILE_OVERHEAD;
    uint8_t tag[TAG_SIZE];
    memcpy(tag, sealed + len - TAG_SIZE, TAG_SIZE);
    int put = 0, rest = 0;
    bool ok = set_up(cipher, key, sealed, name, 0) &&
              EVP_CipherUpdate(cipher, value, &put, sealed + NONCE_SIZE, (int)plain_len) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1 &&
              EVP_CipherFinal_ex(cipher, value + put, &rest) == 1;
    if (!ok)
        OPENSSL_cleanse(value, plain_len);
    return ok;
}
