/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's command: what every one of its commands knows. */
#ifndef HUFU_SERVER_CLI_CLI_H
#define HUFU_SERVER_CLI_CLI_H

#include <stdbool.h>

#include "server/cli/catalogue.h"

/* How `hufu` ends; scripts rely on it. */
enum cli_exit {
    CLI_DONE = 0,
    CLI_REFUSED = 1, /* the service, or the database, said no */
    CLI_USAGE = 2,   /* the command line is wrong */
    CLI_AWAY = 3     /* nobody answers, or says: try again later */
};

struct cli {
    const char *socket; /* of the service's administration */
    enum language language;
    bool json; /* answers as they came, for scripts */
};

#define CLI_SOCKET_DEFAULT "/run/hufu/admin.sock"

typedef enum cli_exit cli_command(const struct cli *cli, int argc, char **argv);

cli_command project_add, project_list, project_show, project_set, project_qr;
cli_command organization_add, organization_list;
cli_command user_add, user_list, user_show, user_set, user_import, user_approve, user_refuse, user_suspend,
    user_resume, user_close, user_code, user_password;
cli_command key_list, key_freeze, key_unfreeze;
cli_command session_list, session_end;
cli_command device_list, device_freeze, device_unfreeze, device_unlock, device_remove;
cli_command authorization_list, authorization_show, authorization_delete;
cli_command audit_tail;
cli_command notice_test, notice_list;
cli_command migrate;

#endif
