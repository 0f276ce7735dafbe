/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/certificate_view.h"

#include <stdio.h>
#include <string.h>

#include "server/core/authentication.h"
#include "server/core/key.h"

#define STARS_MAX 8

/* Bytes of the character at text. */
static size_t certificate_character(const char *text)
{
    size_t len = 1;
    while (((unsigned char)text[len] & 0xc0) == 0x80)
        len++;
    return len;
}

static size_t certificate_count(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text += certificate_character(text))
        count++;
    return count;
}

void certificate_mask(char *out, size_t size, const char *value)
{
    size_t count = certificate_count(value);
    size_t first = count > 1 ? certificate_character(value) : 0;
    const char *last = value + strlen(value);
    if (count > 3)
        do
            last--;
        while (((unsigned char)*last & 0xc0) == 0x80);
    size_t hidden = count - (first > 0 ? 1 : 0) - (count > 3 ? 1 : 0);
    snprintf(out, size, "%.*s%.*s%s", (int)first, value, (int)(hidden < STARS_MAX ? hidden : STARS_MAX),
             "********", last);
}

/* Who it is, and by what the organization knows him. */
static bool certificate_is_personal(const struct subject_part *part)
{
    static const char *const personal[] = {"CN", "serialNumber", "SN", "GN", "emailAddress", "UID"};
    for (size_t i = 0; i < sizeof personal / sizeof personal[0]; i++)
        if (strcmp(part->name, personal[i]) == 0)
            return true;
    return false;
}

static void certificate_mask_parts(struct certificate_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        struct subject_part *part = &view->parts[i];
        char whole[sizeof part->value];
        part->personal = certificate_is_personal(part);
        if (!view->masked || !part->personal)
            continue;
        memcpy(whole, part->value, sizeof whole);
        certificate_mask(part->value, sizeof part->value, whole);
    }
}

/* Not having authenticated is no refusal here. */
static enum hufu_err certificate_may_see(struct worker *worker, const struct act *act, bool *whole)
{
    struct act asked = *act;
    enum hufu_err err = authentication_held(worker, &asked, 0);
    *whole = err == HUFU_OK;
    return asked.refusal == REFUSAL_AUTHENTICATION_NEEDED ? HUFU_OK : err;
}

enum hufu_err certificate_look(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                               struct certificate_view *out)
{
    struct key_view key;
    struct certificate certificate;
    bool whole;
    memset(out, 0, sizeof *out);
    enum hufu_err err = key_view(worker, act, key_id, &key);
    if (err == HUFU_OK)
        err = certificate_read(worker->store, key.project_id, key_id, NULL, &certificate);
    if (err == HUFU_ERR_NOT_FOUND && act->refusal == REFUSAL_NONE)
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (err == HUFU_OK)
        err = certificate_may_see(worker, act, &whole);
    if (err == HUFU_OK)
        err = subject_parts(bytes_of(certificate.der, certificate.der_len), out->parts, &out->count);
    if (err != HUFU_OK)
        return err == HUFU_ERR_FORM ? HUFU_ERR_RECORD : err;
    memcpy(out->ca, certificate.ca, sizeof out->ca);
    memcpy(out->serial, certificate.serial, sizeof out->serial);
    out->not_before_ms = certificate.not_before_ms;
    out->not_after_ms = certificate.not_after_ms;
    out->masked = !whole;
    certificate_mask_parts(out);
    return HUFU_OK;
}
