/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/prove.h"

#include "mobile-sdk/phone/entry.h"

#define CAN (HUFU_METHOD_PASSWORD | HUFU_METHOD_SMS) /* what a terminal can ask for */

/* The first way that a terminal can go; 0: there is none. */
static unsigned choose_way(const struct hufu_authentication *state)
{
    for (size_t i = 0; i < state->way_count; i++) {
        if ((state->ways[i] & ~CAN) == 0)
            return state->ways[i];
    }
    return 0;
}

static enum hufu_result give_password(struct phone *phone, struct hufu_authentication *state, bool *told)
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

enum hufu_result prove(struct phone *phone, enum hufu_authentication_purpose purpose, unsigned needed,
                       bool *told)
{
    struct hufu_authentication state;
    *told = false;
    enum hufu_result result = hufu_authenticate(phone->hufu, purpose, &state);
    while (!result && (!state.done || (needed & ~state.passed) != 0)) {
        unsigned way = state.done ? needed & ~state.passed : choose_way(&state) | (needed & ~state.passed);
        if (way & HUFU_METHOD_PASSWORD)
            result = give_password(phone, &state, told);
        else if (way & HUFU_METHOD_SMS)
            result = give_code(phone, &state, told);
        else
            result = HUFU_RESULT_NOT_ALLOWED;
    }
    return result;
}
