/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts from a CSV file: all of them or none. */
#ifndef HUFU_SERVER_CORE_ACCOUNT_IMPORT_H
#define HUFU_SERVER_CORE_ACCOUNT_IMPORT_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/core/account.h"
#include "server/core/act.h"
#include "server/worker.h"

#define ACCOUNT_IMPORT_BYTES_MAX 65536
#define ACCOUNT_IMPORT_LINES_MAX 500 /* accounts of one file */
#define ACCOUNT_IMPORT_FAULTS_MAX 100
#define ACCOUNT_IMPORT_NAME_MAX 64

/* What is wrong with a line of the file. */
struct account_fault {
    size_t line;
    char field[ACCOUNT_IMPORT_NAME_MAX +
               1]; /* its English name; of a column that there is not: as it stands; "": the line */
    const char *reason;
    int64_t limit; /* -1: none */
};

struct account_imported {
    uint8_t account_id[UUID_SIZE];
    char work_number[ACCOUNT_WORK_NUMBER_MAX + 1];
    struct activation_code code;
};

struct account_import {
    size_t count;
    struct account_imported *accounts; /* ACCOUNT_IMPORT_LINES_MAX of them; secret */
    size_t fault_count;
    struct account_fault faults[ACCOUNT_IMPORT_FAULTS_MAX]; /* the first ones, in the order of the lines */
};
/* NULL without memory. */
struct account_import *account_import_new(void);
void account_import_free(struct account_import *import); /* wipes it; NULL is fine */

/* The first record names the columns, by the fields' names in English or Chinese (account_field.h), in any order; every other is
 * an active account with an activation code. project: id or name. csv: UTF-8, at most ACCOUNT_IMPORT_BYTES_MAX. Refusals:
 * not found (the project); csv invalid (import->faults say where; no account was made). HUFU_ERR_AWAY as account_create. */
enum hufu_err account_import_run(struct worker *worker, struct act *act, const char *project,
                                 struct bytes csv, struct account_import *import) HUFU_MUST_CHECK;

#endif
