/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/email_address.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define EMAIL_LOCAL_MAX 64
#define EMAIL_LABEL_MAX 63

#define EMAIL_ALNUM "abcdefghijklmnopqrstuvwxyz0123456789"

/* One or more pieces of these characters with single dots between them. */
static size_t email_count_pieces(const char *text, size_t len, const char *characters, size_t piece_max)
{
    size_t pieces = 0;
    for (size_t at = 0; at < len; at++) {
        size_t piece = strspn(text + at, characters);
        if (piece == 0 || piece > piece_max)
            return 0;
        pieces++;
        at += piece;
        if (at == len)
            return pieces;
        if (at > len || text[at] != '.')
            return 0;
    }
    return 0;
}

static bool email_is_domain(const char *domain)
{
    size_t len = strlen(domain);
    if (email_count_pieces(domain, len, EMAIL_ALNUM "-", EMAIL_LABEL_MAX) < 2)
        return false;
    for (const char *at = domain; at != NULL; at = strchr(at, '.')) {
        at += *at == '.';
        if (at[0] == '-' || at[strcspn(at, ".") - 1] == '-')
            return false;
    }
    return true;
}

enum hufu_err email_address_normalise(char out[EMAIL_ADDRESS_SIZE], const char *text)
{
    size_t len;
    memset(out, 0, EMAIL_ADDRESS_SIZE);
    text += strspn(text, " ");
    for (len = strlen(text); len > 0 && text[len - 1] == ' '; len--)
        ;
    if (len >= EMAIL_ADDRESS_SIZE)
        return HUFU_ERR_FORM;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    const char *at = strrchr(out, '@');
    size_t local = at != NULL ? (size_t)(at - out) : 0;
    if (local > 0 && local <= EMAIL_LOCAL_MAX &&
        email_count_pieces(out, local, EMAIL_ALNUM "!#$%&'*+-/=?^_`{|}~", EMAIL_LOCAL_MAX) > 0 &&
        email_is_domain(at + 1))
        return HUFU_OK;
    memset(out, 0, EMAIL_ADDRESS_SIZE);
    return HUFU_ERR_FORM;
}
