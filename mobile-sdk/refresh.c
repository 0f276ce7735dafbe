/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/refresh.h"

#include <string.h>

#include "mobile-sdk/exchange.h"
#include "mobile-sdk/rest.h"
#include "mobile-sdk/result.h"

#define ASK_EVERY_MS UINT64_C(3600000)

struct refresh_context {
    bool to_primary; /* the next generation is to be a primary's */
    const struct cosign_device_half *half;
    struct cosign_device_half next;
    uint32_t generation;
    struct cosign_random random;
};

static void refresh_context_wipe(struct refresh_context *refresh)
{
    secret_wipe(refresh, sizeof(*refresh));
}

static enum hufu_err make_refresh(void *context, struct buf *body, struct bytes head)
{
    struct refresh_context *refresh = context;
    return cosign_device_refresh_begin(&refresh->next, body, refresh->half, head, &refresh->random);
}

static enum hufu_err take_refresh(void *context, struct bytes head, struct bytes answer)
{
    const struct refresh_context *refresh = context;
    (void)head;
    return cosign_device_refresh_finish(&refresh->next, refresh->generation, answer);
}

/* Hides the next half: under the PIN that opened this one, with its salt, or under a new one. */
static enum hufu_result hide_next(struct hufu *hufu, struct key_record *key, const struct unlocked *unlocked,
                                  const struct cosign_device_half *next, const struct pin *new_pin)
{
    key->next = (struct key_half){
        .generation = unlocked->generation + 1, .pin = key->half.pin, .pin_epoch = key->half.pin_epoch};
    if (new_pin)
        return half_hide(hufu, &key->next, next, new_pin);
    return cosign_pin_hide(key->next.sigma, next->a, unlocked->pin_key.bytes) ? HUFU_RESULT_INTERNAL
                                                                              : HUFU_RESULT_OK;
}

static enum hufu_result ask_refresh(struct hufu *hufu, const struct key_record *key,
                                    struct refresh_context *refresh)
{
    struct bytes role = refresh->to_primary ? bytes_of_text(FRAME_ROLE_PRIMARY) : bytes_of(NULL, 0);
    const struct exchange exchange = {.op = FRAME_OP_REFRESH,
                                      .key = key,
                                      .generation = refresh->generation,
                                      .public_part = role,
                                      .path = "/refreshes",
                                      .make = make_refresh,
                                      .take = take_refresh,
                                      .context = refresh};
    return exchange_run(hufu, &exchange);
}

/* Until a check at g+1 was sent, nothing can end g, so nothing needs to be stored. From here on either may hold. */
static enum hufu_result confirm_next(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    key->has_next = true;
    key->next_doubted = false;
    enum hufu_result result = key_record_store(key, hufu);
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    if (!result)
        result = unlock_next(hufu, key, pin, &unlocked);
    return result == HUFU_RESULT_GENERATION ? HUFU_RESULT_CONFLICT : result;
}

/* new_pin NULL: PIN and salt stay. */
static enum hufu_result refresh_unlocked(struct hufu *hufu, struct key_record *key,
                                         const struct unlocked *unlocked, bool to_primary,
                                         const struct pin *new_pin)
{
    __attribute__((cleanup(refresh_context_wipe))) struct refresh_context refresh = {
        .to_primary = to_primary,
        .half = &unlocked->half,
        .generation = unlocked->generation,
        .random = random_source(hufu)};
    enum hufu_result result = unlock_settled(hufu, key, ask_refresh(hufu, key, &refresh));
    return result ? result : hide_next(hufu, key, unlocked, &refresh.next, new_pin);
}

enum hufu_result refresh_to_pin(struct hufu *hufu, struct key_record *key, const struct pin *old_pin,
                                const struct pin *new_pin, uint32_t pin_epoch)
{
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = unlock(hufu, key, old_pin, new_pin, &unlocked);
    /* What unlock settled may have been this very change, interrupted before. */
    if (result || key->half.pin_epoch == pin_epoch)
        return result;
    result = refresh_unlocked(hufu, key, &unlocked, false, new_pin);
    if (!result)
        key->next.pin_epoch = pin_epoch;
    return result ? result : confirm_next(hufu, key, new_pin);
}

/* What unlock settled may have been a refresh to the role of a primary, interrupted before: another one changes nothing in it. */
static enum hufu_result refresh_key(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                                    bool to_primary)
{
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = unlock(hufu, key, pin, pin, &unlocked);
    if (!result)
        result = refresh_unlocked(hufu, key, &unlocked, to_primary, NULL);
    return result ? result : confirm_next(hufu, key, pin);
}

/* A clock that was set back since does not keep it from asking. */
static bool was_asked_lately(const struct key_record *key, uint64_t now)
{
    return key->refresh_asked_ms && now >= key->refresh_asked_ms &&
           now - key->refresh_asked_ms < ASK_EVERY_MS;
}

/* What refresh the service wants of a key. */
struct refresh_wish {
    bool due;
    bool to_primary;
};

static enum hufu_result ask_wish(struct hufu *hufu, const struct key_record *key, struct refresh_wish *wish)
{
    char path[REST_PATH_MAX], role[24] = "";
    *wish = (struct refresh_wish){.due = false};
    rest_key_path(path, &key->id, "");
    REST_ANSWER_DONE struct rest_answer answer = {.json = NULL};
    const struct rest_request request = {.path = path};
    enum hufu_result result = rest_call(hufu, &request, &answer);
    if (result)
        return result;
    struct json_reader reader = json_reader_of(answer.json);
    json_read_bool(&reader, "refresh.due", &wish->due);
    if (json_has(&reader, "refresh.role"))
        json_read_text(&reader, "refresh.role", role, sizeof(role));
    wish->to_primary = strcmp(role, FRAME_ROLE_PRIMARY) == 0;
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

/* That it was asked is stored before it is: a service that does not answer is not asked with each signature. */
static enum hufu_result ask_whether_due(struct hufu *hufu, struct key_record *key, struct refresh_wish *wish)
{
    const struct hufu_clock *clock = &hufu->platform.clock;
    uint64_t now = clock->now_ms(clock->context);
    *wish = (struct refresh_wish){.due = false};
    if (was_asked_lately(key, now))
        return HUFU_RESULT_OK;
    key->refresh_asked_ms = now;
    enum hufu_result result = key_record_store(key, hufu);
    return result ? result : ask_wish(hufu, key, wish);
}

enum hufu_result refresh_to_primary(struct hufu *hufu, struct key_record *key, const struct pin *pin)
{
    struct refresh_wish wish;
    enum hufu_result result = ask_wish(hufu, key, &wish);
    return result || !wish.to_primary ? result : refresh_key(hufu, key, pin, true);
}

enum hufu_result hufu_refresh_due(struct hufu *hufu, const struct hufu_id *id, const char *pin_text,
                                  size_t pin_len)
{
    report_begin(hufu);
    const struct pin pin = {.text = pin_text, .len = pin_len};
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    struct refresh_wish wish = {.due = false};
    enum hufu_result result = pin_check_form(&pin);
    if (!result)
        result = key_record_load(&key, hufu, id);
    if (!result && !key_has_half(&key))
        result = HUFU_RESULT_NOT_READY;
    if (!result)
        result = ask_whether_due(hufu, &key, &wish);
    if (!result && wish.due)
        result = refresh_key(hufu, &key, &pin, wish.to_primary);
    return report_end(hufu, result);
}

enum hufu_result refresh_handed_over(struct hufu *hufu, struct key_record *key,
                                     struct cosign_device_half *half, const struct pin *pin,
                                     uint32_t pin_epoch)
{
    __attribute__((cleanup(refresh_context_wipe))) struct refresh_context refresh = {
        .half = half, .generation = 0, .random = random_source(hufu)};
    enum hufu_result result = ask_refresh(hufu, key, &refresh);
    if (!result) {
        memcpy(key->P, half->P, sizeof(key->P));
        key->half = (struct key_half){.generation = 1, .pin_epoch = pin_epoch};
        result = half_hide(hufu, &key->half, &refresh.next, pin);
    }
    cosign_device_half_wipe(half);
    return result;
}

enum hufu_result hufu_refresh(struct hufu *hufu, const struct hufu_id *id, const char *pin_text,
                              size_t pin_len)
{
    report_begin(hufu);
    const struct pin pin = {.text = pin_text, .len = pin_len};
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enum hufu_result result = key_record_load(&key, hufu, id);
    if (!result)
        result = refresh_key(hufu, &key, &pin, false);
    return report_end(hufu, result);
}
