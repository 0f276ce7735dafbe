/* SPDX-License-Identifier: Apache-2.0 */
/* The ways in which people prove who they are, and which of them a project wants together. */
#ifndef HUFU_SERVER_CORE_METHODS_H
#define HUFU_SERVER_CORE_METHODS_H

#include <stdbool.h>

enum authentication_method {
    AUTHENTICATION_PASSWORD,
    AUTHENTICATION_SMS,
    AUTHENTICATION_FACE,
    AUTHENTICATION_QR,
    AUTHENTICATION_METHOD_COUNT
};
#define METHOD_BIT(method) (1u << (method))
/* Among what was passed: the password was not given, but remembered. Counts as the password in a combination, and not where a
 * way in is made or changed: else it would renew itself for ever. */
#define METHOD_REMEMBERED METHOD_BIT(AUTHENTICATION_METHOD_COUNT)
extern const char *const authentication_method_names[AUTHENTICATION_METHOD_COUNT + 1]; /* NULL ends them */

/* A combination is a set of methods that suffices; a project's rule is a set of combinations, each of which does. Their
 * numbers stand in the database: new ones go at the end. */
#define METHODS_COMBINATION_COUNT 8
/* Bits of methods. */
unsigned methods_of_combination(unsigned combination);

/* The methods that those passed count as. */
unsigned methods_counted(unsigned passed);

/* Whether the methods passed hold one of the rule's combinations. */
bool methods_suffice(unsigned rule, unsigned passed);
/* Whether the method is in any of the rule's combinations. */
bool methods_offer(unsigned rule, enum authentication_method method);
/* What is missing of each combination of the rule: bits of methods; as many as count, which is at most
 * METHODS_COMBINATION_COUNT. None twice. */
unsigned methods_missing(unsigned rule, unsigned passed, unsigned missing[METHODS_COMBINATION_COUNT]);

#endif
