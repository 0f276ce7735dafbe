/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/project_rules.h"

#include <assert.h>
#include <string.h>

static const char *const project_signup_names[] = {
    [PROJECT_SIGNUP_OFF] = "off",
    [PROJECT_SIGNUP_OPERATOR] = "operator",
    [PROJECT_SIGNUP_AUTOMATIC] = "automatic",
    [PROJECT_SIGNUP_COUNT] = NULL,
};
static const char *const project_language_names[] = {
    [PROJECT_LANGUAGE_CHINESE] = "zh-CN",
    [PROJECT_LANGUAGE_ENGLISH] = "en",
    [PROJECT_LANGUAGE_COUNT] = NULL,
};

static const char *const project_device_mode_names[] = {
    [PROJECT_DEVICES_SINGLE] = "single",
    [PROJECT_DEVICES_PRIMARY] = "primary",
    [PROJECT_DEVICE_MODE_COUNT] = NULL,
};
static const char *const project_time_zone_names[] = {
    [PROJECT_TIME_ZONE_SHANGHAI] = "Asia/Shanghai",
    [PROJECT_TIME_ZONE_URUMQI] = "Asia/Urumqi",
    [PROJECT_TIME_ZONE_HONG_KONG] = "Asia/Hong_Kong",
    [PROJECT_TIME_ZONE_MACAU] = "Asia/Macau",
    [PROJECT_TIME_ZONE_SINGAPORE] = "Asia/Singapore",
    [PROJECT_TIME_ZONE_UTC] = "UTC",
    [PROJECT_TIME_ZONE_COUNT] = NULL,
};
static const char *const project_confirm_names[] = {
    [PROJECT_CONFIRM_HANDWRITING] = "handwriting",
    [PROJECT_CONFIRM_SIGN_OUT] = "sign-out",
    [PROJECT_CONFIRM_AUTHORIZATIONS] = "authorizations",
    [PROJECT_CONFIRM_COUNT] = NULL,
};
static const char *const project_form_names[] = {
    [PROJECT_FORM_SIMPLE] = "simple",
    [PROJECT_FORM_FULL] = "full",
    [PROJECT_FORM_COUNT] = NULL,
};
const char *const project_use_names[PROJECT_USE_COUNT + 1] = {
    [PROJECT_USE_SIGN] = "sign",
    [PROJECT_USE_LOGIN] = "login",
    [PROJECT_USE_DECRYPT] = "decrypt",
    [PROJECT_USE_COUNT] = NULL,
};
const char *const project_combination_names[] = {
    "password", "sms", "face", "qr", "password+sms", "password+face", "sms+face", "password+sms+face", NULL,
};
#define PROJECT_COMBINATIONS_MAX 8

#define PROJECT_METHODS(rule)                                                                    \
    {                                                                                            \
        .name = #rule, .kind = PROJECT_RULE_SET, .offset = offsetof(struct project_rules, rule), \
        .names = project_combination_names, .min = 1, .max = PROJECT_COMBINATIONS_MAX            \
    }
#define PROJECT_NUMBER(rule, least, most)                                                           \
    {                                                                                               \
        .name = #rule, .kind = PROJECT_RULE_NUMBER, .offset = offsetof(struct project_rules, rule), \
        .min = (least), .max = (most)                                                               \
    }

/* In the order of PROJECT_RULE_COLUMNS and PROJECT_RULE_CHANGES (project_store.c). */
const struct project_rule project_rule_table[] = {
    {.name = "signup",
     .kind = PROJECT_RULE_CHOICE,
     .offset = offsetof(struct project_rules, signup),
     .names = project_signup_names},
    {.name = "language",
     .kind = PROJECT_RULE_CHOICE,
     .offset = offsetof(struct project_rules, language),
     .names = project_language_names},
    {.name = "device_mode",
     .kind = PROJECT_RULE_CHOICE,
     .offset = offsetof(struct project_rules, device_mode),
     .names = project_device_mode_names},
    {.name = "secondary_limit",
     .kind = PROJECT_RULE_NUMBER,
     .offset = offsetof(struct project_rules, secondary_limit),
     .min = 0,
     .max = 50},
    {.name = "time_zone",
     .kind = PROJECT_RULE_CHOICE,
     .offset = offsetof(struct project_rules, time_zone),
     .names = project_time_zone_names},
    {.name = "session_days",
     .kind = PROJECT_RULE_NUMBER,
     .offset = offsetof(struct project_rules, session_days),
     .min = 1,
     .max = PROJECT_SESSION_DAYS_MAX},
    PROJECT_METHODS(methods_sign_in),
    PROJECT_METHODS(methods_bind_device),
    PROJECT_METHODS(methods_confirm),
    PROJECT_METHODS(methods_recover),
    PROJECT_NUMBER(hold_seconds, PROJECT_HOLD_SECONDS_MIN, PROJECT_HOLD_SECONDS_MAX),
    PROJECT_NUMBER(lock_out_tries, 1, PROJECT_LOCK_OUT_TRIES_MAX),
    PROJECT_NUMBER(lock_out_minutes, PROJECT_LOCK_OUT_MINUTES_MIN, PROJECT_LOCK_OUT_MINUTES_MAX),
    PROJECT_NUMBER(captcha_bits, 0, PROJECT_CAPTCHA_BITS_MAX),
    PROJECT_NUMBER(remember_days, 0, PROJECT_REMEMBER_DAYS_MAX),
    PROJECT_NUMBER(refresh_days, 0, PROJECT_REFRESH_DAYS_MAX),
    PROJECT_NUMBER(refresh_signatures, 0, PROJECT_REFRESH_SIGNATURES_MAX),
    {.name = "confirm",
     .kind = PROJECT_RULE_SET,
     .offset = offsetof(struct project_rules, confirm),
     .names = project_confirm_names,
     .max = PROJECT_CONFIRM_COUNT},
    {.name = "pin_unlock", .kind = PROJECT_RULE_FLAG, .offset = offsetof(struct project_rules, pin_unlock)},
    {.name = "organization_list",
     .kind = PROJECT_RULE_FLAG,
     .offset = offsetof(struct project_rules, organization_list)},
    PROJECT_NUMBER(authorization_days, 1, PROJECT_AUTHORIZATION_DAYS_MAX),
    PROJECT_NUMBER(authorization_uses, 1, PROJECT_AUTHORIZATION_USES_MAX),
    {.name = "authorization_unlimited",
     .kind = PROJECT_RULE_FLAG,
     .offset = offsetof(struct project_rules, authorization_unlimited)},
    PROJECT_NUMBER(authorization_limit, 0, PROJECT_AUTHORIZATION_LIMIT_MAX),
    {.name = "authorization_operations",
     .kind = PROJECT_RULE_SET,
     .offset = offsetof(struct project_rules, authorization_operations),
     .names = project_use_names,
     .min = 1,
     .max = PROJECT_USE_COUNT},
    {.name = "authorization_form",
     .kind = PROJECT_RULE_CHOICE,
     .offset = offsetof(struct project_rules, authorization_form),
     .names = project_form_names},
    {.name = "authorization_search",
     .kind = PROJECT_RULE_FLAG,
     .offset = offsetof(struct project_rules, authorization_search)},
    {.name = NULL},
};
static_assert(sizeof project_rule_table / sizeof project_rule_table[0] <= PROJECT_RULES_MAX + 1,
              "one parameter a rule");
static_assert(sizeof(enum project_signup) == sizeof(int), "a choice is an int");

const char *project_time_zone(const struct project_rules *rules)
{
    return project_time_zone_names[rules->time_zone];
}

static void project_rule_copy(void *out, size_t size, const struct project_rules *rules,
                              const struct project_rule *rule)
{
    memcpy(out, (const char *)rules + rule->offset, size);
}

int project_rule_choice(const struct project_rules *rules, const struct project_rule *rule)
{
    int choice;
    project_rule_copy(&choice, sizeof choice, rules, rule);
    return choice;
}

int64_t project_rule_number(const struct project_rules *rules, const struct project_rule *rule)
{
    int64_t number;
    project_rule_copy(&number, sizeof number, rules, rule);
    return number;
}

bool project_rule_flag(const struct project_rules *rules, const struct project_rule *rule)
{
    bool flag;
    project_rule_copy(&flag, sizeof flag, rules, rule);
    return flag;
}

unsigned project_rule_set(const struct project_rules *rules, const struct project_rule *rule)
{
    unsigned set;
    project_rule_copy(&set, sizeof set, rules, rule);
    return set;
}
