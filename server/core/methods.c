/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/methods.h"

const char *const authentication_method_names[AUTHENTICATION_METHOD_COUNT + 1] = {
    [AUTHENTICATION_PASSWORD] = "password",
    [AUTHENTICATION_SMS] = "sms",
    [AUTHENTICATION_FACE] = "face",
    [AUTHENTICATION_QR] = "qr",
};

/* As project_combination_names (server/store/project_rules.c) names them. */
static const unsigned methods_combinations[METHODS_COMBINATION_COUNT] = {
    METHOD_BIT(AUTHENTICATION_PASSWORD),
    METHOD_BIT(AUTHENTICATION_SMS),
    METHOD_BIT(AUTHENTICATION_FACE),
    METHOD_BIT(AUTHENTICATION_QR),
    METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_SMS),
    METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_FACE),
    METHOD_BIT(AUTHENTICATION_SMS) | METHOD_BIT(AUTHENTICATION_FACE),
    METHOD_BIT(AUTHENTICATION_PASSWORD) | METHOD_BIT(AUTHENTICATION_SMS) | METHOD_BIT(AUTHENTICATION_FACE),
};

unsigned methods_of_combination(unsigned combination)
{
    return combination < METHODS_COMBINATION_COUNT ? methods_combinations[combination] : 0;
}

static bool methods_in_rule(unsigned rule, unsigned combination)
{
    return (rule >> combination & 1) != 0;
}

unsigned methods_counted(unsigned passed)
{
    unsigned methods = passed & ~METHOD_REMEMBERED;
    return (passed & METHOD_REMEMBERED) != 0 ? methods | METHOD_BIT(AUTHENTICATION_PASSWORD) : methods;
}

bool methods_suffice(unsigned rule, unsigned passed)
{
    for (unsigned i = 0; i < METHODS_COMBINATION_COUNT; i++)
        if (methods_in_rule(rule, i) && (methods_combinations[i] & ~methods_counted(passed)) == 0)
            return true;
    return false;
}

bool methods_offer(unsigned rule, enum authentication_method method)
{
    for (unsigned i = 0; i < METHODS_COMBINATION_COUNT; i++)
        if (methods_in_rule(rule, i) && (methods_combinations[i] & METHOD_BIT(method)) != 0)
            return true;
    return false;
}

unsigned methods_missing(unsigned rule, unsigned passed, unsigned missing[METHODS_COMBINATION_COUNT])
{
    unsigned count = 0;
    for (unsigned i = 0; i < METHODS_COMBINATION_COUNT; i++) {
        unsigned left = methods_combinations[i] & ~methods_counted(passed);
        bool known = !methods_in_rule(rule, i);
        for (unsigned j = 0; j < count; j++)
            known = known || missing[j] == left;
        if (!known)
            missing[count++] = left;
    }
    return count;
}
