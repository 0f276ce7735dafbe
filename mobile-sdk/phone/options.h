/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of hufu-phone. */
#ifndef HUFU_PHONE_OPTIONS_H
#define HUFU_PHONE_OPTIONS_H

#include <stdbool.h>

#include "mobile-sdk/phone/texts.h"

#define OPTIONS_MORE_MAX 16

struct options {
    const char *command;                /* NULL: none given */
    const char *argument;               /* FILE, CODE or what to do; NULL: none */
    const char *more[OPTIONS_MORE_MAX]; /* of devices: ID and NAME; of request: fields; the rest are NULL */
    const char *home;
    const char *out;
    const char *cms;
    const char *signature;
    const char *chain;
    const char *key;
    const char *device_name;
    const char *work_number;
    int pin_fd;      /* -1: ask on the terminal */
    int password_fd; /* likewise, for passwords and codes */
    bool decrypt_key;
    bool all;
    bool remove;
    const char *from; /* of records: days; of an authorization: when its window begins */
    const char *to;
    const char *until;      /* when its window ends */
    const char *uses;       /* how often */
    const char *operations; /* what it is for */
    const char *reason;
    const char *remark;
    const char *picture; /* of a face; NULL: none */
    bool qr;             /* prove by a code that another device scans */
    bool yes;            /* do not ask */
    bool help;
    enum language language;
};

/* False after having said what is wrong. The texts point into argv and the environment. */
bool options_parse(struct options *options, int argc, char **argv);

#endif
