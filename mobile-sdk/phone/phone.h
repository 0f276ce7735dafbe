/* SPDX-License-Identifier: Apache-2.0 */
/* The open phone, and its commands. */
#ifndef HUFU_PHONE_PHONE_H
#define HUFU_PHONE_PHONE_H

#include "mobile-sdk/openssl/hufu_openssl.h"
#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/options.h"

/* What hufu-phone exits with; documented in docs/sdk.md. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_SIGNATURE_INVALID = 1,
    EXIT_USAGE = 2,
    EXIT_PIN_WRONG = 3,
    EXIT_PIN_LOCKED = 4,
    EXIT_REFUSED = 5,
    EXIT_AWAY = 6,
    EXIT_SERVICE_FAULT = 7,
    EXIT_DEVICE_FAULT = 8,
    EXIT_NOT_READY = 9
};

#define DEVICES_MAX 128 /* of an account */

struct phone {
    struct options options;
    struct hufu_home *home;
    struct hufu *hufu;
};

/* Says what a result means, with what the service told of it; gives the exit status. */
enum exit_status phone_end(const struct phone *phone, enum hufu_result result);
/* Tells of wrong PINs before this success. */
void phone_tell_failures(const struct phone *phone);
/* After a use of somebody else's key, and before anything else is asked of the handle: whose it is, and how much is left. */
void phone_tell_limits(const struct phone *phone, const struct hufu_id *key);
/* The key of --key, which may name the authorization that it is used by; else the first of the user's own of this use that is ready;
 * else somebody else's, if there is one alone. */
enum hufu_result phone_key(const struct phone *phone, enum hufu_usage usage, struct hufu_id *key);

/* Local time, as people read it. */
struct phone_date {
    char text[32];
};
struct phone_date phone_date(uint64_t time_ms);
/* The PIN, as it is entered or, while no key here has one, chosen. False after having said why. */
bool phone_ask_pin(const struct phone *phone, struct entry *pin);
/* The code of the command line; "-" reads a line of standard input into `line`. False: there is none. */
bool phone_take_code(const struct phone *phone, struct entry *line, const char **code);
/* On a device that is nobody's yet: asks whose it shall become, unless --work-number says it. On one that is somebody's: whether
 * --work-number, if given, is that one. EXIT_DONE, or the reason was said. */
enum exit_status phone_ask_user(const struct phone *phone);
/* What an enrolment tells the service of this device. */
struct hufu_enrolment phone_enrolment(const struct phone *phone, const char *code, const struct entry *pin);

/* The person says yes by --yes, or on the terminal to the question. */
bool phone_is_wanted(const struct phone *phone, enum text question);
/* A number of things, in digits. */
struct phone_number {
    char text[24];
};
struct phone_number phone_number(int64_t value);

bool phone_same_key(const struct hufu_id *a, const struct hufu_id *b);

enum exit_status command_enrol(struct phone *phone);
enum exit_status command_service(struct phone *phone);
enum exit_status command_organizations(struct phone *phone);
enum exit_status command_request(struct phone *phone);
enum exit_status command_bind(struct phone *phone);
enum exit_status command_handover(struct phone *phone);
enum exit_status command_devices(struct phone *phone);
enum exit_status command_authorizations(struct phone *phone);
enum exit_status command_keys(struct phone *phone);
enum exit_status command_status(struct phone *phone);
enum exit_status command_sign(struct phone *phone);
enum exit_status command_verify(struct phone *phone);
enum exit_status command_decrypt(struct phone *phone);
enum exit_status command_certificate(struct phone *phone);
enum exit_status command_public_key(struct phone *phone);
enum exit_status command_pin(struct phone *phone);
enum exit_status command_authenticate(struct phone *phone);
enum exit_status command_approve(struct phone *phone);
enum exit_status command_face(struct phone *phone);
enum exit_status command_password(struct phone *phone);
enum exit_status command_refresh(struct phone *phone);
enum exit_status command_sessions(struct phone *phone);
enum exit_status command_sign_out(struct phone *phone);
enum exit_status command_sign_in(struct phone *phone);
enum exit_status command_records(struct phone *phone);
enum exit_status command_handwriting(struct phone *phone);
enum exit_status command_about(struct phone *phone);
enum exit_status command_forget(struct phone *phone);

#endif
