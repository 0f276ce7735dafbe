/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/password_hash.h"

#include <sodium.h>
#include <stdio.h>

#include "server/config.h"
#include "server/gate.h"

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's text form");

#define PASSWORD_KIB_PER_MIB 1024UL
#define PASSWORD_BYTES_PER_MIB (1024UL * 1024UL)

enum hufu_err password_hash_ready(void)
{
    return sodium_init() >= 0 ? HUFU_OK : HUFU_ERR_INTERNAL;
}

enum hufu_err password_turn_take(struct worker *worker, struct password_turn *turn)
{
    turn->worker = gate_enter(worker->hashing) ? worker : NULL;
    return turn->worker != NULL ? HUFU_OK : HUFU_ERR_BUSY;
}

void password_turn_give(struct password_turn *turn)
{
    if (turn->worker != NULL)
        gate_leave(turn->worker->hashing);
    turn->worker = NULL;
}

static unsigned long long password_passes(const struct worker *worker)
{
    return (unsigned long long)worker->config->password_passes;
}

static size_t password_memory(const struct worker *worker)
{
    return (size_t)worker->config->password_memory_mib * PASSWORD_BYTES_PER_MIB;
}

enum hufu_err password_hash_make(const struct password_turn *turn, const struct password_text *text,
                                 char hash[PASSWORD_HASH_SIZE])
{
    int failed = crypto_pwhash_str_alg(hash, text->text, text->len, password_passes(turn->worker),
                                       password_memory(turn->worker), crypto_pwhash_ALG_ARGON2ID13);
    return failed == 0 ? HUFU_OK : HUFU_ERR_AWAY;
}

bool password_hash_holds(const struct password_turn *turn, const struct password_text *text, const char *hash)
{
    char nobody[PASSWORD_HASH_SIZE];
    const struct server_config *config = turn->worker->config;
    /* Some salt, and a hash that no password has. */
    (void)snprintf(nobody, sizeof nobody,
                   "$argon2id$v=19$m=%lu,t=%ld,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                   (unsigned long)config->password_memory_mib * PASSWORD_KIB_PER_MIB,
                   config->password_passes);
    return crypto_pwhash_str_verify(hash != NULL ? hash : nobody, text->text, text->len) == 0 && hash != NULL;
}

bool password_hash_outdated(const struct worker *worker, const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, password_passes(worker), password_memory(worker)) != 0;
}
