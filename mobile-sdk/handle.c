/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/handle.h"

#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "mobile-sdk/kept_pin.h"
#include "mobile-sdk/key_list.h"
#include "mobile-sdk/pin.h"
#include "mobile-sdk/result.h"

#define CLOCK_OFFSET_MAX_MS (24 * 3600 * INT64_C(1000))

static bool is_complete(const struct hufu_platform *platform)
{
    return platform->transport.request && platform->storage.get && platform->storage.put &&
           platform->storage.remove && platform->clock.now_ms && platform->random.fill &&
           platform->device_key.create && platform->device_key.sign && platform->device_key.verify;
}

/* All of it, or nothing. */
static bool is_whole(const struct hufu_biometric *biometric)
{
    bool offered = biometric->store != NULL;
    return (biometric->retrieve != NULL) == offered && (biometric->forget != NULL) == offered;
}

enum hufu_result hufu_open(struct hufu **hufu, const struct hufu_platform *platform)
{
    *hufu = NULL;
    if (!platform || !is_complete(platform) || !is_whole(&platform->biometric))
        return HUFU_RESULT_ARGUMENT;
    if (!pin_ready())
        return HUFU_RESULT_PLATFORM;
    struct hufu *opened = calloc(1, sizeof(*opened));
    if (!opened)
        return HUFU_RESULT_INTERNAL;
    opened->platform = *platform;
    report_begin(opened);
    enum hufu_result result = device_record_load(&opened->device, &platform->storage);
    if (result != HUFU_RESULT_OK && result != HUFU_RESULT_NOT_FOUND) {
        hufu_close(opened);
        return result;
    }
    key_list_tidy(opened);
    *hufu = opened;
    return HUFU_RESULT_OK;
}

void hufu_close(struct hufu *hufu)
{
    if (!hufu)
        return;
    secret_wipe(hufu, sizeof(*hufu));
    free(hufu);
}

const struct hufu_report *hufu_last_report(const struct hufu *hufu)
{
    return &hufu->report;
}

void report_begin(struct hufu *hufu)
{
    hufu->report = (struct hufu_report){.pin_tries_left = -1, .pin_failures_before = -1};
}

/* A locked PIN is not one to be had with a finger. What the platform says to that changes nothing of the result, and it is told
 * again at the next refusal. */
static void drop_locked_pin(const struct hufu *hufu, enum hufu_result result)
{
    bool last = result == HUFU_RESULT_PIN_WRONG && hufu->report.pin_tries_left == 0;
    if ((last || result == HUFU_RESULT_PIN_LOCKED) && kept_pin_forget(hufu))
        return;
}

enum hufu_result report_end(struct hufu *hufu, enum hufu_result result)
{
    struct hufu_report *report = &hufu->report;
    report->result = result;
    drop_locked_pin(hufu, result);
    /* A refusal on the way to success, or one that was answered otherwise, is not what this result is about. */
    bool told =
        report->message_key[0] && result_of_problem(report->message_key, report->http_status) == result;
    if (!told)
        (void)strncpy(report->message_key, hufu_result_key(result), sizeof(report->message_key) - 1);
    return result;
}

uint64_t clock_now(const struct hufu *hufu)
{
    uint64_t now = hufu->platform.clock.now_ms(hufu->platform.clock.context);
    return now + (uint64_t)hufu->device.clock_offset_ms;
}

enum hufu_result clock_adjust(struct hufu *hufu, uint64_t service_ms)
{
    uint64_t now = hufu->platform.clock.now_ms(hufu->platform.clock.context);
    int64_t offset = (int64_t)(service_ms - now);
    if (offset > CLOCK_OFFSET_MAX_MS || offset < -CLOCK_OFFSET_MAX_MS)
        return HUFU_RESULT_CLOCK;
    hufu->device.clock_offset_ms = offset;
    return HUFU_RESULT_OK;
}

void clock_wait(const struct hufu *hufu, uint32_t ms)
{
    if (hufu->platform.clock.wait_ms)
        hufu->platform.clock.wait_ms(hufu->platform.clock.context, ms);
}

enum hufu_result random_fill(const struct hufu *hufu, void *out, size_t len)
{
    enum hufu_result result = hufu->platform.random.fill(hufu->platform.random.context, out, len);
    if (result)
        memset(out, 0, len);
    return result;
}

static enum hufu_err fill_for_cosign(void *context, uint8_t *out, size_t len)
{
    return random_fill(context, out, len) ? HUFU_ERR_INTERNAL : HUFU_OK;
}

struct cosign_random random_source(struct hufu *hufu)
{
    return (struct cosign_random){.fill = fill_for_cosign, .context = hufu};
}

enum hufu_result device_sign(const struct hufu *hufu, struct bytes message,
                             uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    const struct hufu_device_key *key = &hufu->platform.device_key;
    return key->sign(key->context, hufu->device.device_handle, hufu->device.device_handle_len, message.data,
                     message.len, signature);
}

bool id_equal(const struct hufu_id *a, const struct hufu_id *b)
{
    return bytes_equal(bytes_of(a->bytes, HUFU_ID_SIZE), bytes_of(b->bytes, HUFU_ID_SIZE));
}

void hufu_id_format(char text[HUFU_ID_TEXT_SIZE], const struct hufu_id *id)
{
    uuid_format(text, id->bytes);
}

enum hufu_result hufu_id_parse(struct hufu_id *id, const char *text)
{
    return uuid_parse(id->bytes, text) ? HUFU_RESULT_FORM : HUFU_RESULT_OK;
}
