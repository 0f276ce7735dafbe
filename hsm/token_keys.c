/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/token_keys.h"

#include <sys/random.h>

#include "common/log.h"

_Static_assert(TOKEN_ID_SIZE == CRYPTOKI_ID_SIZE && TOKEN_POINT_SIZE == CRYPTOKI_POINT_SIZE, "one size");

struct key_kind {
    const char *label;
    bool is_pair;
    enum cryptoki_pair pair;
};

static const struct key_kind kinds[] = {
    [TOKEN_KEY_SEALING] = {"hufu sealing", false, CRYPTOKI_P256},
    [TOKEN_KEY_IDENTITY] = {"hufu identity", true, CRYPTOKI_P256},
    [TOKEN_KEY_P256_ROOT] = {"hufu ca p256 root", true, CRYPTOKI_P256},
    [TOKEN_KEY_P256_ISSUING] = {"hufu ca p256 issuing", true, CRYPTOKI_P256},
    [TOKEN_KEY_RSA_ROOT] = {"hufu ca rsa root", true, CRYPTOKI_RSA},
    [TOKEN_KEY_RSA_ISSUING] = {"hufu ca rsa issuing", true, CRYPTOKI_RSA},
};
_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == TOKEN_KEY_COUNT, "every key has a kind");

static enum hufu_err find_key(const struct cryptoki *module, unsigned long session, enum token_key key,
                              struct token_found *found)
{
    const struct key_kind *kind = &kinds[key];
    *found = (struct token_found){0};
    enum cryptoki_class class = kind->is_pair ? CRYPTOKI_PRIVATE : CRYPTOKI_SECRET;
    enum hufu_err err = cryptoki_find_key(module, session, &found->use, class, kind->label);
    if (err == HUFU_ERR_NOT_FOUND)
        return HUFU_OK;
    if (!err)
        err = cryptoki_key_id(module, session, found->use, found->id);
    if (!err && kind->is_pair)
        err = cryptoki_find_key(module, session, &found->public_half, CRYPTOKI_PUBLIC, kind->label);
    if (!err && kind->is_pair && kind->pair == CRYPTOKI_P256)
        err = cryptoki_point(module, session, found->public_half, found->point);
    found->found = !err;
    return err;
}

/* For the records; the stored key serves where the module makes no copy. SoftHSM2 reads two of the token's files, with seven system
 * calls each, whenever a key that is stored there is used. */
static void copy_sealing_key(const struct cryptoki *module, unsigned long session,
                             struct token_found *sealing)
{
    if (!sealing->found || !cryptoki_copy_key(module, session, &sealing->copy, sealing->use))
        return;
    log_event(LOG_WARNING, "token.key_not_copied", NULL);
    sealing->copy = sealing->use;
}

/* A token that comes back with other keys is another token: refused, or records would be sealed for nobody. */
static bool is_same_key(const struct token_found *before, const struct token_found *now)
{
    return before->found == now->found &&
           bytes_equal(bytes_of(before->id, TOKEN_ID_SIZE), bytes_of(now->id, TOKEN_ID_SIZE)) &&
           bytes_equal(bytes_of(before->point, TOKEN_POINT_SIZE), bytes_of(now->point, TOKEN_POINT_SIZE));
}

enum hufu_err token_keys_find(const struct cryptoki *module, unsigned long session,
                              struct token_found keys[TOKEN_KEY_COUNT], bool again)
{
    for (size_t i = 0; i < TOKEN_KEY_COUNT; i++) {
        struct token_found found;
        enum hufu_err err = find_key(module, session, (enum token_key)i, &found);
        if (err)
            return err;
        if (again && !is_same_key(&keys[i], &found)) {
            log_event(LOG_ERROR, "token.other", "key", kinds[i].label, NULL);
            return HUFU_ERR_AWAY;
        }
        /* The handles alone change at a re-opening: the rest is read without the lock. */
        if (!again)
            keys[i] = found;
        keys[i].use = found.use;
        keys[i].public_half = found.public_half;
    }
    copy_sealing_key(module, session, &keys[TOKEN_KEY_SEALING]);
    return HUFU_OK;
}

enum hufu_err token_keys_make(const struct cryptoki *module, unsigned long session,
                              struct token_found keys[TOKEN_KEY_COUNT], enum token_key key)
{
    uint8_t id[TOKEN_ID_SIZE];
    const struct key_kind *kind = &kinds[key];
    if (getrandom(id, sizeof(id), 0) != sizeof(id))
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = kind->is_pair ? cryptoki_make_pair(module, session, kind->pair, kind->label, id)
                                      : cryptoki_make_sealing_key(module, session, kind->label, id);
    if (!err)
        err = find_key(module, session, key, &keys[key]);
    if (!err && key == TOKEN_KEY_SEALING)
        copy_sealing_key(module, session, &keys[key]);
    return err;
}

enum cryptoki_pair token_keys_pair(enum token_key key)
{
    return kinds[key].pair;
}
