/* SPDX-License-Identifier: Apache-2.0 */
/* Proving who holds the phone, method by method, for a command that needs it. */
#ifndef HUFU_PHONE_PROVE_H
#define HUFU_PHONE_PROVE_H

#include "mobile-sdk/phone/phone.h"

/* Asks for what the project wants for this purpose, and for the methods needed besides (HUFU_METHOD_…; 0: none): passwords and
 * codes, on the terminal or from --password-fd. EXIT_DONE: the handle has an authentication that suffices. Else the reason was
 * said, and the command ends with the status. */
enum exit_status prove(struct phone *phone, enum hufu_authentication_purpose purpose, unsigned needed);

#endif
