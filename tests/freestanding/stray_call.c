/* SPDX-License-Identifier: Apache-2.0 */
/* One call too many: nothing links with this. */
#include <stddef.h>

size_t strlen(const char *text);
size_t stray_call(const char *text);

size_t stray_call(const char *text)
{
    return strlen(text);
}
