/* SPDX-License-Identifier: Apache-2.0 */
/* The subject of a certificate: an X.509 Name made from what the operator gave, and as text for people. */
#ifndef HUFU_SERVER_CORE_SUBJECT_H
#define HUFU_SERVER_CORE_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"

#define SUBJECT_TEXT_MAX 1024 /* with the final NUL */

/* In the order in which they stand in the Name; NULL: left out. UTF-8. */
struct subject {
    const char *country; /* two letters */
    const char *province;
    const char *locality;
    const char *organization;
    const char *unit;
    const char *common_name;
    const char *serial_number; /* PrintableString: letters, digits, space and '()+,-./:=? */
};

/* One part of a Name: "CN", "serialNumber", …, and what it says, in UTF-8. */
#define SUBJECT_PARTS_MAX 16
#define SUBJECT_VALUE_MAX 256
struct subject_part {
    char name[32];
    char value[SUBJECT_VALUE_MAX + 1];
    bool personal; /* whoever shows it says so */
};
/* Of a certificate's subject (DER of the whole certificate), in their order. HUFU_ERR_FORM: no certificate, or more or longer
 * parts. */
enum hufu_err subject_parts(struct bytes certificate, struct subject_part parts[SUBJECT_PARTS_MAX],
                            size_t *count) HUFU_MUST_CHECK;

/* Appends the DER. HUFU_ERR_FORM: *field is longer than X.520 allows, or of characters that it does not. */
enum hufu_err subject_encode(struct buf *out, const struct subject *subject,
                             const char **field) HUFU_MUST_CHECK;
/* As RFC 2253 writes it, in UTF-8; control characters escaped. HUFU_ERR_FORM: no Name. */
enum hufu_err subject_text(char text[SUBJECT_TEXT_MAX], struct bytes der) HUFU_MUST_CHECK;

#endif
