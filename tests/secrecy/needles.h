/* SPDX-License-Identifier: Apache-2.0 */
/* A search for many secrets at once, in memory or in files, in every form in which one might have been written down:
 * raw; hexadecimal in either case; base64 and base64url, wherever in a longer text the secret begins; and the
 * hexadecimal form of those (how pg_dump prints text that lies in a bytea column).
 *
 * One pass over the data, whatever the number of secrets. A form is found by its first NEEDLE_WINDOW bytes, then
 * compared whole. Base64 has two bytes at each end that depend on the neighbours, so a form leaves out the characters
 * that do. */
#ifndef HUFU_TESTS_NEEDLES_H
#define HUFU_TESTS_NEEDLES_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define NEEDLE_MIN 16 /* bytes of a secret; shorter ones would be found by chance, or not at all in base64 */
#define NEEDLE_WINDOW 12

struct needles;

struct needles *needles_new(void); /* NULL without memory */
void needles_free(struct needles *needles);
/* Adds a secret of at least NEEDLE_MIN bytes. name: what a finding calls it, kept, not copied. HUFU_ERR_LIMIT: too
 * short. HUFU_ERR_INTERNAL: no memory. */
enum hufu_err needles_add(struct needles *needles, const char *name, struct bytes secret) HUFU_MUST_CHECK;
/* A secret that is itself text is also searched as it stands, in any case of hexadecimal and so on: the same call. */
size_t needles_count(const struct needles *needles);

/* Told of each finding: the secret's name, the form ("raw", "hex", …) and where in the data it begins. */
typedef void needle_found(const char *name, const char *form, size_t offset, void *context);

/* Searches memory; returns how many findings were told. */
size_t needles_search(const struct needles *needles, struct bytes data, needle_found *found, void *context);

/* Searches every regular file under a folder, names included. skip (ended by NULL, or NULL): paths of files or folders
 * to leave out. Findings are printed to standard error with the file's path. files and bytes, when not NULL, get how
 * much was read, so that a test can tell that there was something to search. HUFU_ERR_AWAY: a file that is there could
 * not be read. */
enum hufu_err needles_search_tree(const struct needles *needles, const char *folder, const char *const *skip,
                                  size_t *findings, size_t *files, uint64_t *bytes) HUFU_MUST_CHECK;

#endif
