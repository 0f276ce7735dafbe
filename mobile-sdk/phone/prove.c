/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/prove.h"

#include <stdio.h>
#include <unistd.h>

#include "common/qr.h"
#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/file.h"

#define POLL_SECONDS 1
#define POLLS_MAX 600 /* an authentication lasts no longer */

/* What can be asked for here: a picture only if there is one. */
static unsigned abilities(const struct phone *phone)
{
    unsigned methods = HUFU_METHOD_PASSWORD | HUFU_METHOD_SMS;
    if (phone->options.picture)
        methods |= HUFU_METHOD_FACE;
    return phone->options.qr ? HUFU_METHOD_QR : methods;
}

/* A way that asks for nothing beyond what is needed anyway, else the first way that can be gone; with a picture, the first that takes it. 0: there is none. */
static unsigned choose_way(const struct phone *phone, const struct hufu_authentication *state,
                           unsigned needed)
{
    unsigned can = abilities(phone), chosen = 0;
    for (size_t i = 0; i < state->way_count; i++) {
        if ((state->ways[i] & ~needed) == 0)
            return state->ways[i];
        bool better = chosen == 0 || (phone->options.picture && (state->ways[i] & HUFU_METHOD_FACE) &&
                                      !(chosen & HUFU_METHOD_FACE));
        if ((state->ways[i] & ~can) == 0 && better)
            chosen = state->ways[i];
    }
    return chosen;
}

static enum hufu_result give_typed_password(struct phone *phone, struct hufu_authentication *state,
                                            bool *told)
{
    ENTRY_WIPED struct entry password = {.len = 0};
    ENTRY_WIPED struct entry changed = {.len = 0};
    *told = !entry_password(&password, &phone->options, TEXT_ASK_PASSWORD);
    if (*told)
        return HUFU_RESULT_PASSWORD_FORM;
    enum hufu_result result =
        hufu_authenticate_password(phone->hufu, password.text, password.len, NULL, 0, state);
    if (result != HUFU_RESULT_PASSWORD_CHANGE)
        return result;
    say(stderr, phone->options.language, TEXT_PASSWORD_INITIAL, NULL);
    *told = !entry_new_password(&changed, &phone->options, TEXT_ASK_NEW_PASSWORD);
    if (*told)
        return HUFU_RESULT_PASSWORD_FORM;
    return hufu_authenticate_password(phone->hufu, password.text, password.len, changed.text, changed.len,
                                      state);
}

/* A remembered one that is over is asked for; and where the password itself is wanted, none serves. */
static enum hufu_result give_password(struct phone *phone, struct hufu_authentication *state, bool itself,
                                      bool *told)
{
    if (!itself && hufu_password_remembered(phone->hufu)) {
        enum hufu_result result = hufu_authenticate_remembered(phone->hufu, state);
        if (result != HUFU_RESULT_AUTHENTICATION)
            return result;
    }
    return give_typed_password(phone, state, told);
}

static enum hufu_result give_code(struct phone *phone, struct hufu_authentication *state, bool *told)
{
    ENTRY_WIPED struct entry code = {.len = 0};
    enum hufu_result result = hufu_authenticate_send_code(phone->hufu);
    if (result)
        return result;
    say(stderr, phone->options.language, TEXT_CODE_SENT, NULL);
    *told = !entry_password(&code, &phone->options, TEXT_ASK_CODE);
    return *told ? HUFU_RESULT_PASSWORD_FORM : hufu_authenticate_code(phone->hufu, code.text, state);
}

static enum hufu_result give_picture(struct phone *phone, struct hufu_authentication *state, bool *told)
{
    FILE_BYTES_FREED struct file_bytes picture = {.len = 0};
    *told = !file_read(&picture, &phone->options, phone->options.picture);
    return *told ? HUFU_RESULT_ARGUMENT
                 : hufu_authenticate_face(phone->hufu, picture.data, picture.len, state);
}

/* Shown here, scanned and approved elsewhere. */
static enum hufu_result show_qr(struct phone *phone, struct hufu_authentication *state)
{
    char text[HUFU_QR_TEXT_MAX];
    enum hufu_result result = hufu_authenticate_qr(phone->hufu, text);
    if (result)
        return result;
    say(stdout, phone->options.language, TEXT_QR_SHOW, NULL);
    qr_show(text, NULL);
    for (int i = 0; !result && !state->done && i < POLLS_MAX; i++) {
        (void)sleep(POLL_SECONDS);
        result = hufu_authentication_state(phone->hufu, state);
    }
    return result;
}

enum exit_status prove(struct phone *phone, enum hufu_authentication_purpose purpose, unsigned needed)
{
    struct hufu_authentication state;
    bool told = false;
    bool itself = purpose == HUFU_AUTHENTICATE_RECOVER || (needed & HUFU_METHOD_PASSWORD) != 0;
    enum hufu_result result = hufu_authenticate(phone->hufu, purpose, &state);
    while (!result && (!state.done || (needed & ~state.passed) != 0)) {
        unsigned way = (needed & ~state.passed) | (state.done ? 0 : choose_way(phone, &state, needed));
        if (way & HUFU_METHOD_PASSWORD)
            result = give_password(phone, &state, itself, &told);
        else if (way & HUFU_METHOD_SMS)
            result = give_code(phone, &state, &told);
        else if (way & HUFU_METHOD_FACE && phone->options.picture)
            result = give_picture(phone, &state, &told);
        else if (way & HUFU_METHOD_QR)
            result = show_qr(phone, &state);
        else
            result = HUFU_RESULT_NOT_ALLOWED;
    }
    return told ? EXIT_USAGE : phone_end(phone, result);
}
