/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/utf8.h"

#include <stdint.h>
#include <string.h>

/* The length of the character at the beginning; 0: there is none, or it is not whole. */
static size_t utf8_character(const uint8_t *data, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = data[0];
    size_t size = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
    if (size == 0 || size > len)
        return 0;
    uint32_t character = size == 1 ? first : first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if (data[i] >> 6 != 2)
            return 0;
        character = character << 6 | (data[i] & 0x3fu);
    }
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character >= least[size] && character <= 0x10ffff && !surrogate ? size : 0;
}

static size_t utf8_prefix(const uint8_t *data, size_t len)
{
    size_t at = 0;
    while (at < len) {
        size_t size = utf8_character(data + at, len - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

bool utf8_valid(struct bytes text)
{
    return utf8_prefix(text.data, text.len) == text.len;
}

size_t utf8_whole(const char *text)
{
    return utf8_prefix((const uint8_t *)text, strlen(text));
}
