/* SPDX-License-Identifier: Apache-2.0 */
/* The subject of a certificate as the operator approves it: an X.509 Name in DER (RFC 5280 §4.1.2.6). */
#ifndef HUFU_SERVER_CORE_SUBJECT_H
#define HUFU_SERVER_CORE_SUBJECT_H

#include "common/buf.h"
#include "common/err.h"

#define SUBJECT_VALUE_MAX 200 /* bytes of one attribute; RFC 5280 allows 64 characters */
#define SUBJECT_TEXT_MAX 1024

/* NULL: not there. In the order in which they stand in the Name. */
struct subject {
    const char *country; /* two letters, ISO 3166 */
    const char *province;
    const char *locality;
    const char *organization;
    const char *unit;
    const char *common_name;
    const char *serial_number; /* here: the work number */
};

/* Appends the DER. HUFU_ERR_FORM: an attribute is empty, too long or not UTF-8 (*bad names it, in the API's words), or
 * there is no common name. */
enum hufu_err subject_encode(struct buf *out, const struct subject *subject,
                             const char **bad) HUFU_MUST_CHECK;

/* As people read it (RFC 4514: "CN=…,O=…,C=CN"), UTF-8, cut at size. HUFU_ERR_FORM: no Name. */
enum hufu_err subject_text(char *text, size_t size, struct bytes der) HUFU_MUST_CHECK;

#endif
