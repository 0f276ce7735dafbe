/* SPDX-License-Identifier: Apache-2.0 */
/* `hufu-hsm init`: makes the token, its keys and the certification authorities; what is there is left as it is. */
#ifndef HUFU_HSM_INIT_H
#define HUFU_HSM_INIT_H

#include "hsm/settings.h"

/* cas: names separated by commas. Says on standard output what it made and on standard error what failed. */
enum hufu_err init_run(const struct settings *settings, struct bytes pin, const char *cas) HUFU_MUST_CHECK;

#endif
