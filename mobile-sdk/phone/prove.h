/* SPDX-License-Identifier: Apache-2.0 */
/* Proving who holds the phone, method by method, for a command that needs it. */
#ifndef HUFU_PHONE_PROVE_H
#define HUFU_PHONE_PROVE_H

#include "mobile-sdk/phone/phone.h"

/* Asks for what the project wants for this purpose, and for the methods needed besides (HUFU_METHOD_…; 0: none): passwords and
 * codes, on the terminal or from --password-fd. HUFU_RESULT_OK: the handle has an authentication that suffices. *told: the
 * reason was said already, and the command ends with EXIT_USAGE. */
enum hufu_result prove(struct phone *phone, enum hufu_authentication_purpose purpose, unsigned needed,
                       bool *told);

#endif
