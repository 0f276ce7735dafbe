/* SPDX-License-Identifier: Apache-2.0 */
/* sessions: where one is signed in. sign-in: again, on this device. sign-out: here, elsewhere, or everywhere. */
#include "mobile-sdk/phone/phone.h"
#include "mobile-sdk/phone/prove.h"

#define SESSIONS_MAX 256

static const char *device_text(const struct hufu_session *session, char id[HUFU_ID_TEXT_SIZE])
{
    hufu_id_format(id, &session->device);
    return session->device_name[0] ? session->device_name : id;
}

static void print_session(const struct phone *phone, const struct hufu_session *session)
{
    enum language language = phone->options.language;
    char id[HUFU_ID_TEXT_SIZE], device[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &session->id);
    say(stdout, language, TEXT_SESSION_LINE, id, session->application, device_text(session, device),
        phone_date(session->since_ms).text,
        session->last_used_ms ? phone_date(session->last_used_ms).text : text_of(language, TEXT_NEVER),
        session->current ? text_of(language, TEXT_SESSION_CURRENT) : "", NULL);
}

enum exit_status command_sessions(struct phone *phone)
{
    static struct hufu_session sessions[SESSIONS_MAX];
    size_t count;
    enum hufu_result result = hufu_sessions(phone->hufu, sessions, SESSIONS_MAX, &count);
    for (size_t i = 0; i < count; i++)
        print_session(phone, &sessions[i]);
    return phone_end(phone, result);
}

enum exit_status command_sign_out(struct phone *phone)
{
    const struct options *options = &phone->options;
    struct hufu_id id;
    if (options->all && options->argument) {
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
        return EXIT_USAGE;
    }
    enum hufu_result result = options->argument ? hufu_id_parse(&id, options->argument) : HUFU_RESULT_OK;
    if (!result)
        result = options->all ? hufu_session_end_all(phone->hufu)
                              : hufu_session_end(phone->hufu, options->argument ? &id : NULL);
    if (!result)
        say(stdout, options->language, TEXT_SIGNED_OUT, NULL);
    return phone_end(phone, result);
}

enum exit_status command_sign_in(struct phone *phone)
{
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_SIGN_IN, 0);
    if (status)
        return status;
    enum hufu_result result = hufu_sign_in(phone->hufu, "hufu-phone");
    if (!result)
        say(stdout, phone->options.language, TEXT_SIGNED_IN, NULL);
    return phone_end(phone, result);
}
