/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that `hufu` says, in Chinese and English. */
#ifndef HUFU_SERVER_CLI_CATALOGUE_H
#define HUFU_SERVER_CLI_CATALOGUE_H

#include <stdbool.h>

enum language {
    LANGUAGE_ENGLISH,
    LANGUAGE_CHINESE,
    LANGUAGE_COUNT
};

enum message {
    MESSAGE_USAGE,
    MESSAGE_UNKNOWN_COMMAND,
    MESSAGE_UNKNOWN_OPTION, /* %s: it */
    MESSAGE_OPTION_VALUE,   /* %s: the option that lacks one */
    MESSAGE_OPTION_MISSING, /* %s: the option */
    MESSAGE_ARGUMENT_COUNT,
    MESSAGE_NOT_A_NUMBER, /* %s: the option */
    MESSAGE_NOT_A_CHANGE, /* %s: what is no NAME=VALUE */
    MESSAGE_AWAY,         /* %s: the socket */
    MESSAGE_NOT_UNDERSTOOD,
    MESSAGE_REFUSED,       /* %s: why */
    MESSAGE_FIELD,         /* %s: a field's name */
    MESSAGE_LIMIT,         /* %lld */
    MESSAGE_STATE,         /* %s: the state that does not allow it */
    MESSAGE_REQUEST_ID,    /* %s */
    MESSAGE_PROJECT_ADDED, /* %s: its id */
    MESSAGE_PROJECT_SET,
    MESSAGE_USER_ADDED,      /* %s: its id */
    MESSAGE_ACTIVATION,      /* %s: until when */
    MESSAGE_IMPORTED,        /* %zu: how many */
    MESSAGE_FILE_UNREADABLE, /* %s: it */
    MESSAGE_FILE_TOO_LARGE,  /* %s: it; %zu: the limit in bytes */
    MESSAGE_LINE,            /* %lld: its number; %s: the column; %s: why */
    MESSAGE_USER_SET,
    MESSAGE_APPROVED,
    MESSAGE_REFUSAL_TOLD,
    MESSAGE_CLOSED,
    MESSAGE_ORGANIZATION_ADDED, /* %s: its id */
    MESSAGE_PASSWORD,           /* %s: until when */
    MESSAGE_SUSPENDED,
    MESSAGE_RESUMED,
    MESSAGE_FROZEN,
    MESSAGE_UNFROZEN,
    MESSAGE_SESSION_ENDED,
    MESSAGE_NOTHING,
    MESSAGE_NOTICE_POSTED, /* %s: its id */
    MESSAGE_NOTICE_RECIPIENT,
    MESSAGE_MIGRATED, /* %u: how many files */
    MESSAGE_UP_TO_DATE,
    MESSAGE_MIGRATION_FAILED, /* %s: why */
    MESSAGE_COLUMN_ID,
    MESSAGE_COLUMN_NAME,
    MESSAGE_COLUMN_WORK_NUMBER,
    MESSAGE_COLUMN_ORGANIZATION,
    MESSAGE_COLUMN_CREDIT_CODE,
    MESSAGE_COLUMN_MOBILE,
    MESSAGE_COLUMN_STATE,
    MESSAGE_COLUMN_CREATED,
    MESSAGE_COLUMN_OWNER,
    MESSAGE_COLUMN_USAGE,
    MESSAGE_COLUMN_BINDING,
    MESSAGE_COLUMN_GENERATION,
    MESSAGE_COLUMN_PIN,
    MESSAGE_COLUMN_TIME,
    MESSAGE_COLUMN_ACTOR,
    MESSAGE_COLUMN_ACTION,
    MESSAGE_COLUMN_OUTCOME,
    MESSAGE_COLUMN_DETAIL,
    MESSAGE_COLUMN_KIND,
    MESSAGE_COLUMN_TEXT,
    MESSAGE_COLUMN_ATTEMPTS,
    MESSAGE_COLUMN_FAILURE,
    MESSAGE_COLUMN_APPLICATION,
    MESSAGE_COLUMN_DEVICE,
    MESSAGE_COLUMN_LAST_USE,
    MESSAGE_COLUMN_ROLE,
    MESSAGE_COLUMN_MODEL,
    MESSAGE_COLUMN_TRIES_LEFT,
    MESSAGE_COLUMN_HOLDER,
    MESSAGE_COLUMN_AUTHORIZED,
    MESSAGE_COLUMN_FROM,
    MESSAGE_COLUMN_UNTIL,
    MESSAGE_COLUMN_USES_LEFT,
    MESSAGE_REMOVED,
    MESSAGE_UNLOCKED,
    MESSAGE_DESTRUCTION_WAITS,
    MESSAGE_KEY_DEAD, /* %s: its id */
    MESSAGE_AUTHORIZATION_DELETED,
    MESSAGE_COUNT
};

/* A format for the arguments named above. */
const char *catalogue_text(enum language language, enum message message);
/* What a problem's slug means; NULL for one that is not known. */
const char *catalogue_problem(enum language language, const char *slug);
/* A word of the service (a state, a usage) for people; the word itself when it is not known. of: what it is said of, where its word is
 * another (a list: "authorizations"); NULL: of anything. */
const char *catalogue_word(enum language language, const char *of, const char *word);

/* "zh…" is Chinese, "en…", "C" and "POSIX" English; false for anything else. */
bool language_of(enum language *language, const char *tag);
/* By LC_ALL, LC_MESSAGES, LANG: the first that is set decides; English when it is none of ours. */
enum language language_of_environment(void);

/* Prints to standard output or standard error, with a line's end. */
void say(enum language language, enum message message, ...);
void complain(enum language language, enum message message, ...);

#endif
