/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for server/adapter/message.c: outside services for messages that do what a test says and remember what came. */
#ifndef HUFU_TESTS_UNIT_POST_OFFICE_H
#define HUFU_TESTS_UNIT_POST_OFFICE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/adapter/message.h"

#define POST_OFFICE_TEXT_MAX 4096

struct post_office {
    bool sms, email;              /* offered */
    enum hufu_err result;         /* of every message */
    struct message_answer answer; /* likewise */
    void (*meanwhile)(void);      /* called while a message is on its way; NULL: nothing happens */
    pthread_mutex_t lock;
    unsigned calls;
    bool last_is_email;
    char key[UUID_TEXT_SIZE], to[300], subject[POST_OFFICE_TEXT_MAX], text[POST_OFFICE_TEXT_MAX],
        template_name[64], language[8], values[4][300]; /* of the last one */
    size_t value_count;
    uint64_t valid_until_ms;
};
extern struct post_office post_office;

/* Offers both, takes everything, and has seen nothing. */
void post_office_reset(void);

#endif
