/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/kept_pin.h"

#include "mobile-sdk/handle.h"
#include "mobile-sdk/pin.h"
#include "mobile-sdk/pin_change.h"
#include "mobile-sdk/unlock.h"

bool hufu_pin_keep_offered(const struct hufu *hufu)
{
    return hufu->platform.biometric.store != NULL;
}

void hufu_kept_pin_wipe(struct hufu_kept_pin *pin)
{
    secret_wipe(pin, sizeof(*pin));
}

enum hufu_result kept_pin_forget(const struct hufu *hufu)
{
    const struct hufu_biometric *biometric = &hufu->platform.biometric;
    if (!hufu_pin_keep_offered(hufu))
        return HUFU_RESULT_OK;
    return biometric->forget(biometric->context) ? HUFU_RESULT_PLATFORM : HUFU_RESULT_OK;
}

/* One PIN stands for all keys; while a change of PIN is unfinished there are two. */
static enum hufu_result prove(struct hufu *hufu, const struct hufu_id *key, const struct pin *pin)
{
    struct pin_epochs epochs;
    enum hufu_result result = pin_check_form(pin);
    if (!result)
        result = pin_epochs_survey(hufu, &epochs);
    if (!result && epochs.lowest != epochs.highest)
        result = HUFU_RESULT_NOT_READY;
    return result ? result : unlock_check_id(hufu, key, pin);
}

/* What the platform may say; anything else is its failure. */
static enum hufu_result result_of_storing(enum hufu_result said)
{
    bool known = said == HUFU_RESULT_OK || said == HUFU_RESULT_BIOMETRIC_NONE ||
                 said == HUFU_RESULT_BIOMETRIC_CANCELLED;
    return known ? said : HUFU_RESULT_PLATFORM;
}

static enum hufu_result result_of_retrieving(enum hufu_result said)
{
    bool known = said == HUFU_RESULT_NOT_FOUND || said == HUFU_RESULT_BIOMETRIC_CHANGED;
    return known ? said : result_of_storing(said);
}

enum hufu_result hufu_pin_keep(struct hufu *hufu, const struct hufu_id *key, const char *pin_text,
                               size_t pin_len)
{
    report_begin(hufu);
    const struct hufu_biometric *biometric = &hufu->platform.biometric;
    const struct pin pin = {.text = pin_text, .len = pin_len};
    if (!hufu_pin_keep_offered(hufu))
        return report_end(hufu, HUFU_RESULT_BIOMETRIC_NONE);
    KEPT_PIN_WIPED struct hufu_kept_pin kept = {.len = 0};
    enum hufu_result result = prove(hufu, key, &pin);
    if (!result)
        result = pin_normal(&pin, &kept);
    if (!result)
        result = result_of_storing(biometric->store(biometric->context, kept.text, kept.len));
    return report_end(hufu, result);
}

/* What can never be opened again, or was never a PIN, is not asked for a second time. */
static bool is_worthless(enum hufu_result result)
{
    return result == HUFU_RESULT_BIOMETRIC_CHANGED || result == HUFU_RESULT_DAMAGED;
}

static enum hufu_result retrieve(struct hufu *hufu, struct hufu_kept_pin *kept)
{
    const struct hufu_biometric *biometric = &hufu->platform.biometric;
    enum hufu_result result = result_of_retrieving(
        biometric->retrieve(biometric->context, kept->text, sizeof(kept->text), &kept->len));
    if (result)
        return result;
    const struct pin pin = {.text = kept->text, .len = kept->len};
    bool whole = kept->len <= sizeof(kept->text) && !pin_check_form(&pin);
    return whole ? HUFU_RESULT_OK : HUFU_RESULT_DAMAGED;
}

enum hufu_result hufu_pin_kept(struct hufu *hufu, struct hufu_kept_pin *kept)
{
    *kept = (struct hufu_kept_pin){.len = 0};
    report_begin(hufu);
    if (!hufu_pin_keep_offered(hufu))
        return report_end(hufu, HUFU_RESULT_BIOMETRIC_NONE);
    enum hufu_result result = retrieve(hufu, kept);
    if (result)
        hufu_kept_pin_wipe(kept);
    enum hufu_result forgotten = is_worthless(result) ? kept_pin_forget(hufu) : HUFU_RESULT_OK;
    return report_end(hufu, forgotten ? forgotten : result);
}

enum hufu_result hufu_pin_drop(struct hufu *hufu)
{
    report_begin(hufu);
    return report_end(hufu, kept_pin_forget(hufu));
}
