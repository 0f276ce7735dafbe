/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/token.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "common/clock.h"
#include "common/encoding.h"
#include "common/locked.h"
#include "common/log.h"
#include "common/secret.h"
#include "hsm/cryptoki.h"
#include "hsm/token_head.h"
#include "hsm/token_keys.h"

#define OPEN_TRIES 5
#define OPEN_PAUSE_NS 10000000L /* a token that other processes touch too is now and then not found */
#define REOPEN_PAUSE_US 200000  /* after a re-opening that failed, others need not try at once */
#define SO_PIN_BYTES 16
#define CANARY_SIZE 16

_Static_assert(TOKEN_IV_SIZE == CRYPTOKI_IV_SIZE && TOKEN_RSA_MAX == CRYPTOKI_RSA_MAX, "one size");

struct token {
    struct cryptoki *module;
    char label[CRYPTOKI_LABEL_MAX + 1];
    struct bytes pin;
    unsigned sessions;
    bool may_write;
    pthread_rwlock_t lock; /* readers use the sessions; the writer re-opens */
    bool is_open;
    bool pin_refused;    /* when it was re-opened */
    unsigned long epoch; /* counts openings */
    uint64_t closed_until_us;
    unsigned long
        session[TOKEN_SESSIONS_MAX + 1]; /* behind those of the workers, the one that may write heads */
    struct token_found keys[TOKEN_KEY_COUNT];
    uint8_t canary[TOKEN_SEAL_OVERHEAD +
                   CANARY_SIZE]; /* sealed at the first opening; must open while all is well */
};

static enum hufu_err open_sessions(struct token *token)
{
    unsigned long slot = 0;
    enum hufu_err err = cryptoki_find_token(token->module, &slot, token->label);
    for (unsigned i = 0; !err && i <= token->sessions; i++) {
        bool may_write = token->may_write || i == token->sessions;
        err = cryptoki_open_session(token->module, &token->session[i], slot, may_write);
        if (!err && i == 0)
            err = cryptoki_login(token->module, token->session[0], token->pin);
    }
    return err ? err : token_keys_find(token->module, token->session[0], token->keys, token->epoch > 0);
}

/* With the lock held for writing (or before anybody else knows the token). */
static enum hufu_err start(struct token *token)
{
    enum hufu_err err = HUFU_ERR_AWAY;
    for (int i = 0; i < OPEN_TRIES; i++) {
        const struct timespec pause = {.tv_nsec = OPEN_PAUSE_NS};
        err = cryptoki_start(token->module);
        if (!err)
            err = open_sessions(token);
        if (!err)
            break;
        cryptoki_stop(token->module);
        if (err != HUFU_ERR_AWAY && err != HUFU_ERR_NOT_FOUND)
            break;
        (void)nanosleep(&pause, NULL);
    }
    token->is_open = !err;
    token->epoch += !err;
    return err;
}

/* With the lock held for writing. */
static enum hufu_err start_again(struct token *token)
{
    cryptoki_stop(token->module);
    enum hufu_err err = start(token);
    token->pin_refused = err == HUFU_ERR_UNAUTHENTICATED;
    token->closed_until_us = err ? clock_monotonic_us() + REOPEN_PAUSE_US : 0;
    const char *failure = token->pin_refused ? "token.pin_refused" : "token.away";
    log_event(err ? LOG_ERROR : LOG_WARNING, err ? failure : "token.reopened", NULL);
    return err ? HUFU_ERR_AWAY : HUFU_OK;
}

/* Re-opens, unless somebody else did since the caller saw epoch, or tried in vain a moment ago. A PIN that was refused is not
 * tried again: with each try a token comes nearer to locking or erasing itself. */
static enum hufu_err reopen(struct token *token, unsigned long epoch)
{
    (void)pthread_rwlock_wrlock(&token->lock);
    enum hufu_err err = HUFU_OK;
    if (token->epoch == epoch || !token->is_open) {
        err = HUFU_ERR_AWAY;
        if (!token->pin_refused && clock_monotonic_us() >= token->closed_until_us)
            err = start_again(token);
    }
    (void)pthread_rwlock_unlock(&token->lock);
    return err;
}

enum hufu_err token_reopen(struct token *token)
{
    (void)pthread_rwlock_rdlock(&token->lock);
    unsigned long epoch = token->epoch;
    (void)pthread_rwlock_unlock(&token->lock);
    return reopen(token, epoch);
}

/* The inputs and outputs of any of the operations below. */
struct call {
    enum token_key key;
    struct buf *out, *out2;
    struct bytes associated, input;
    uint8_t iv[TOKEN_IV_SIZE];
    uint8_t *room;
    size_t room_len;
    struct destruction_head head;
};
typedef enum hufu_err step_fn(struct token *token, unsigned long session, struct call *call);

static enum hufu_err attempt(struct token *token, unsigned session, step_fn *step, struct call *call,
                             unsigned long *epoch)
{
    (void)pthread_rwlock_rdlock(&token->lock);
    *epoch = token->epoch;
    struct buf before = call->out ? *call->out : (struct buf){0};
    enum hufu_err err = HUFU_ERR_AWAY;
    if (token->is_open)
        err = token->keys[call->key].found ? step(token, token->session[session], call) : HUFU_ERR_NOT_FOUND;
    if (err && call->out)
        *call->out = before;
    (void)pthread_rwlock_unlock(&token->lock);
    return err;
}

/* One step, and once more after a failure of the token that re-opening cures. */
static enum hufu_err perform(struct token *token, unsigned session, step_fn *step, struct call *call)
{
    unsigned long epoch = 0;
    enum hufu_err err = attempt(token, session, step, call, &epoch);
    if (err != HUFU_ERR_AWAY || reopen(token, epoch))
        return err;
    return attempt(token, session, step, call, &epoch);
}

static enum hufu_err seal_step(struct token *token, unsigned long session, struct call *call)
{
    buf_put(call->out, call->iv, sizeof(call->iv));
    return cryptoki_seal(token->module, session, token->keys[TOKEN_KEY_SEALING].copy, call->out, call->iv,
                         call->associated, call->input);
}

static enum hufu_err open_bytes(struct token *token, unsigned long session, unsigned long key,
                                struct buf *out, struct bytes associated, struct bytes sealed)
{
    struct bytes rest = bytes_of(sealed.data + TOKEN_IV_SIZE, sealed.len - TOKEN_IV_SIZE);
    return cryptoki_open(token->module, session, key, out, sealed.data, associated, rest);
}

static bool opens_canary(struct token *token, unsigned long session, unsigned long key)
{
    uint8_t memory[sizeof(token->canary)];
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    return !open_bytes(token, session, key, &out, bytes_of(NULL, 0),
                       bytes_of(token->canary, sizeof(token->canary)));
}

/* Both: a token that is gone may leave a copy that works. */
static enum hufu_err probe_step(struct token *token, unsigned long session, struct call *call)
{
    const struct token_found *sealing = &token->keys[TOKEN_KEY_SEALING];
    (void)call;
    bool is_well = opens_canary(token, session, sealing->use) &&
                   (sealing->copy == sealing->use || opens_canary(token, session, sealing->copy));
    return is_well ? HUFU_OK : HUFU_ERR_AWAY;
}

static enum hufu_err open_step(struct token *token, unsigned long session, struct call *call)
{
    enum hufu_err err = open_bytes(token, session, token->keys[TOKEN_KEY_SEALING].copy, call->out,
                                   call->associated, call->input);
    /* Modules report a forged record and a broken token in the same words: the canary tells them apart, so that a
     * forged record neither hides a failure nor makes us re-open the token. */
    return err == HUFU_ERR_RECORD && probe_step(token, session, call) ? HUFU_ERR_AWAY : err;
}

static enum hufu_err sign_step(struct token *token, unsigned long session, struct call *call)
{
    return cryptoki_sign(token->module, session, token->keys[call->key].use, token_keys_pair(call->key),
                         call->out, call->input);
}

static enum hufu_err random_step(struct token *token, unsigned long session, struct call *call)
{
    return cryptoki_random(token->module, session, call->room, call->room_len);
}

static enum hufu_err rsa_step(struct token *token, unsigned long session, struct call *call)
{
    return cryptoki_rsa_public(token->module, session, token->keys[call->key].public_half, call->out,
                               call->out2);
}

static enum hufu_err read_head_step(struct token *token, unsigned long session, struct call *call)
{
    return token_head_read(token->module, session, &call->head);
}

static enum hufu_err write_head_step(struct token *token, unsigned long session, struct call *call)
{
    return token_head_write(token->module, session, &call->head);
}

static enum hufu_err sweep_heads_step(struct token *token, unsigned long session, struct call *call)
{
    return token_head_sweep(token->module, session, &call->head, false);
}

/* The new one first: a process killed in between leaves the old one, which goes further and counts. */
static enum hufu_err set_head_step(struct token *token, unsigned long session, struct call *call)
{
    enum hufu_err err = token_head_write(token->module, session, &call->head);
    return err ? err : token_head_sweep(token->module, session, &call->head, true);
}

static enum hufu_err random_iv(uint8_t iv[TOKEN_IV_SIZE])
{
    return getrandom(iv, TOKEN_IV_SIZE, 0) == TOKEN_IV_SIZE ? HUFU_OK : HUFU_ERR_INTERNAL;
}

enum hufu_err token_seal(struct token *token, unsigned session, struct buf *out, struct bytes associated,
                         struct bytes plain)
{
    struct call call = {.key = TOKEN_KEY_SEALING, .out = out, .associated = associated, .input = plain};
    enum hufu_err err = random_iv(call.iv);
    return err ? err : perform(token, session, seal_step, &call);
}

enum hufu_err token_open_sealed(struct token *token, unsigned session, struct buf *out,
                                struct bytes associated, struct bytes sealed)
{
    struct call call = {.key = TOKEN_KEY_SEALING, .out = out, .associated = associated, .input = sealed};
    return sealed.len < TOKEN_SEAL_OVERHEAD ? HUFU_ERR_RECORD : perform(token, session, open_step, &call);
}

enum hufu_err token_sign(struct token *token, unsigned session, enum token_key key, struct buf *out,
                         struct bytes input)
{
    struct call call = {.key = key, .out = out, .input = input};
    return perform(token, session, sign_step, &call);
}

enum hufu_err token_random(struct token *token, unsigned session, uint8_t *out, size_t len)
{
    struct call call = {.key = TOKEN_KEY_SEALING, .room = out, .room_len = len};
    return perform(token, session, random_step, &call);
}

enum hufu_err token_rsa_public(struct token *token, unsigned session, enum token_key key, struct buf *modulus,
                               struct buf *exponent)
{
    struct call call = {.key = key, .out = modulus, .out2 = exponent};
    return perform(token, session, rsa_step, &call);
}

enum hufu_err token_read_head(struct token *token, struct destruction_head *head)
{
    struct call call = {.key = TOKEN_KEY_SEALING};
    enum hufu_err err = perform(token, token->sessions, read_head_step, &call);
    *head = err ? (struct destruction_head){0} : call.head;
    return err;
}

enum hufu_err token_write_head(struct token *token, const struct destruction_head *head)
{
    struct call call = {.key = TOKEN_KEY_SEALING, .head = *head};
    return perform(token, token->sessions, write_head_step, &call);
}

enum hufu_err token_sweep_heads(struct token *token, const struct destruction_head *head)
{
    struct call call = {.key = TOKEN_KEY_SEALING, .head = *head};
    return perform(token, token->sessions, sweep_heads_step, &call);
}

enum hufu_err token_set_head(struct token *token, const struct destruction_head *head)
{
    struct call call = {.key = TOKEN_KEY_SEALING, .head = *head};
    return perform(token, token->sessions, set_head_step, &call);
}

enum hufu_err token_probe(struct token *token, unsigned session)
{
    struct call call = {.key = TOKEN_KEY_SEALING};
    return perform(token, session, probe_step, &call);
}

bool token_has(const struct token *token, enum token_key key)
{
    return token->keys[key].found;
}

const uint8_t *token_sealing_key_id(const struct token *token)
{
    return token->keys[TOKEN_KEY_SEALING].id;
}

const uint8_t *token_point(const struct token *token, enum token_key key)
{
    return token->keys[key].point;
}

static enum hufu_err seal_canary(struct token *token)
{
    static const uint8_t plain[CANARY_SIZE] = {0};
    struct buf out;
    buf_init(&out, token->canary, sizeof(token->canary));
    return token_seal(token, 0, &out, bytes_of(NULL, 0), bytes_of(plain, sizeof(plain)));
}

enum hufu_err token_make_key(struct token *token, enum token_key key)
{
    enum hufu_err err = token_keys_make(token->module, token->session[0], token->keys, key);
    return !err && key == TOKEN_KEY_SEALING ? seal_canary(token) : err;
}

enum hufu_err token_make(const struct token_settings *settings)
{
    uint8_t random[SO_PIN_BYTES];
    char so_pin[2 * SO_PIN_BYTES + 1];
    struct cryptoki *module = NULL;
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        return HUFU_ERR_INTERNAL;
    hex_encode(so_pin, sizeof(so_pin), bytes_of(random, sizeof(random)));
    enum hufu_err err = cryptoki_load(&module, settings->module);
    if (!err)
        err = cryptoki_start(module);
    if (!err) {
        err = cryptoki_make_token(module, settings->label, bytes_of_text(so_pin), settings->pin);
        cryptoki_stop(module);
    }
    cryptoki_unload(module);
    secret_wipe(random, sizeof(random));
    secret_wipe(so_pin, sizeof(so_pin));
    return err;
}

static enum hufu_err copy_pin(struct token *token, struct bytes pin)
{
    void *memory = NULL;
    enum hufu_err err = locked_alloc(&memory, pin.len);
    if (err)
        return err;
    memcpy(memory, pin.data, pin.len);
    token->pin = bytes_of(memory, pin.len);
    return HUFU_OK;
}

/* Readers come in an unbroken stream under load; a writer must get its turn all the same. */
static void init_lock(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    (void)pthread_rwlockattr_init(&attributes);
    (void)pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    (void)pthread_rwlock_init(lock, &attributes);
    (void)pthread_rwlockattr_destroy(&attributes);
}

static enum hufu_err open_token(struct token *token, const struct token_settings *settings)
{
    enum hufu_err err = copy_pin(token, settings->pin);
    if (!err)
        err = cryptoki_load(&token->module, settings->module);
    if (!err)
        err = start(token);
    if (!err && token->keys[TOKEN_KEY_SEALING].found)
        err = seal_canary(token);
    return err;
}

enum hufu_err token_open(struct token **token, const struct token_settings *settings)
{
    *token = NULL;
    if (settings->sessions < 1 || settings->sessions > TOKEN_SESSIONS_MAX ||
        strlen(settings->label) > CRYPTOKI_LABEL_MAX)
        return HUFU_ERR_LIMIT;
    struct token *opened = calloc(1, sizeof(*opened));
    if (!opened)
        return HUFU_ERR_INTERNAL;
    init_lock(&opened->lock);
    opened->sessions = settings->sessions;
    opened->may_write = settings->may_write;
    memcpy(opened->label, settings->label, strlen(settings->label));
    enum hufu_err err = open_token(opened, settings);
    if (err) {
        token_close(opened);
        return err;
    }
    *token = opened;
    return HUFU_OK;
}

void token_close(struct token *token)
{
    if (!token)
        return;
    union {
        const void *kept;
        void *given_back;
    } pin = {.kept = token->pin.data};
    if (token->is_open)
        cryptoki_stop(token->module);
    cryptoki_unload(token->module);
    locked_free(pin.given_back);
    (void)pthread_rwlock_destroy(&token->lock);
    free(token);
}
