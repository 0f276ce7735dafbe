/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a project: what its people may do by themselves, and how. A rule is a column of the table project (its name,
 * its default, its check), a member here, and a row of project_rule_table with its column in the two texts beside that
 * table; whoever reads, changes, shows or describes rules goes by the table. */
#ifndef HUFU_SERVER_STORE_PROJECT_RULES_H
#define HUFU_SERVER_STORE_PROJECT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROJECT_SESSION_DAYS_MAX 3650

/* Who lets in those who ask for an account themselves. */
enum project_signup {
    PROJECT_SIGNUP_OFF,       /* nobody: accounts are made by operators alone */
    PROJECT_SIGNUP_OPERATOR,  /* an operator, one by one */
    PROJECT_SIGNUP_AUTOMATIC, /* everybody is, who asks in form */
    PROJECT_SIGNUP_COUNT
};

/* Of what is sent to people. */
enum project_language {
    PROJECT_LANGUAGE_CHINESE,
    PROJECT_LANGUAGE_ENGLISH,
    PROJECT_LANGUAGE_COUNT
};

/* Which devices an account may have. */
enum project_device_mode {
    PROJECT_DEVICES_SINGLE,  /* one */
    PROJECT_DEVICES_PRIMARY, /* a primary, and secondaries that get their halves of its keys by hand-over */
    PROJECT_DEVICE_MODE_COUNT
};
#define PROJECT_HOLD_SECONDS_MIN 60 /* less is over before what it is for can be done */
#define PROJECT_HOLD_SECONDS_MAX 86400
#define PROJECT_LOCK_OUT_TRIES_MAX 10
#define PROJECT_LOCK_OUT_MINUTES_MIN 60
#define PROJECT_LOCK_OUT_MINUTES_MAX 1440
#define PROJECT_CAPTCHA_BITS_MAX 26
#define PROJECT_REMEMBER_DAYS_MAX 365
#define PROJECT_REFRESH_DAYS_MAX 3650
#define PROJECT_REFRESH_SIGNATURES_MAX 10000
/* Combinations of methods of authentication, any of which suffices: what they consist of says server/core/methods.h. */
extern const char *const project_combination_names[];

/* Of its days. */
enum project_time_zone {
    PROJECT_TIME_ZONE_SHANGHAI,
    PROJECT_TIME_ZONE_URUMQI,
    PROJECT_TIME_ZONE_HONG_KONG,
    PROJECT_TIME_ZONE_MACAU,
    PROJECT_TIME_ZONE_SINGAPORE,
    PROJECT_TIME_ZONE_UTC,
    PROJECT_TIME_ZONE_COUNT
};

/* What a session may do only after an authentication, where the project says so. */
enum project_confirm {
    PROJECT_CONFIRM_HANDWRITING,
    PROJECT_CONFIRM_SIGN_OUT,
    PROJECT_CONFIRM_AUTHORIZATIONS,
    PROJECT_CONFIRM_COUNT
};

/* What somebody may apply for an authorization with. */
enum project_form {
    PROJECT_FORM_SIMPLE,
    PROJECT_FORM_FULL, /* not without a reason */
    PROJECT_FORM_COUNT
};

/* What an authorized user does with a key. Their numbers stand in the database: new ones go at the end. */
enum project_use {
    PROJECT_USE_SIGN,
    PROJECT_USE_LOGIN, /* a signature whose purpose is a login */
    PROJECT_USE_DECRYPT,
    PROJECT_USE_COUNT
};
#define PROJECT_USE_BIT(use) (1u << (use))
extern const char *const project_use_names[PROJECT_USE_COUNT + 1]; /* NULL ends them */
#define PROJECT_AUTHORIZATION_DAYS_MAX 3650
#define PROJECT_AUTHORIZATION_USES_MAX 1000000000
#define PROJECT_AUTHORIZATION_LIMIT_MAX 50

struct project_rules {
    enum project_signup signup;
    enum project_language language;
    enum project_device_mode device_mode;
    int64_t secondary_limit; /* how many secondary devices an account may have */
    enum project_time_zone time_zone;
    int64_t session_days;
    unsigned methods_sign_in, methods_bind_device, methods_confirm, methods_recover;
    unsigned confirm;     /* of enum project_confirm */
    int64_t hold_seconds; /* an authentication of a session */
    int64_t lock_out_tries, lock_out_minutes;
    int64_t captcha_bits;       /* 0: none is asked for */
    int64_t remember_days;      /* a password on a device; 0: never */
    int64_t refresh_days;       /* after which a device renews its halves by itself; 0: never by time */
    bool pin_unlock;            /* the holder unlocks the device in hand by password and SMS code */
    int64_t refresh_signatures; /* or after so many signatures; 0: never by their number */
    bool organization_list;     /* anybody may see the organizations' names, to choose one */
    /* Of an authorization: its longest window, its most uses, whether it may have any number of them, how many a holder may give,
     * and what an authorized user may do (of enum project_use). */
    int64_t authorization_days, authorization_uses;
    bool authorization_unlimited;
    int64_t authorization_limit;
    unsigned authorization_operations;
    enum project_form authorization_form;
    bool authorization_search; /* whether holders are found by their names */
};

/* How a rule's value stands in its member, in its column, and in JSON. */
enum project_rule_kind {
    PROJECT_RULE_CHOICE, /* an enum (an int's size); text; its name */
    PROJECT_RULE_NUMBER, /* int64_t; bigint; a number from min to max */
    PROJECT_RULE_FLAG,   /* bool; boolean; true or false */
    PROJECT_RULE_SET     /* unsigned, bit i for names[i]; bigint; an array of names */
};

struct project_rule {
    const char *name; /* NULL ends the table */
    enum project_rule_kind kind;
    size_t offset;            /* in struct project_rules */
    const char *const *names; /* of a choice or a set; ended by NULL */
    int64_t min, max;         /* of a number; of a set: how many names it may have */
};
#define PROJECT_RULES_MAX \
    63 /* each is a parameter of one statement, and so is the project's id: PARAMETERS_MAX */
extern const struct project_rule project_rule_table[];

/* What a project's rules shall be: those that are given, at their place in the table, and no other. */
struct project_change {
    struct project_rules rules;
    bool given[PROJECT_RULES_MAX];
};

/* The zone's name, as the database knows it. */
const char *project_time_zone(const struct project_rules *rules);

/* The member as its kind says. */
int project_rule_choice(const struct project_rules *rules, const struct project_rule *rule);
int64_t project_rule_number(const struct project_rules *rules, const struct project_rule *rule);
bool project_rule_flag(const struct project_rules *rules, const struct project_rule *rule);
unsigned project_rule_set(const struct project_rules *rules, const struct project_rule *rule);

#endif
