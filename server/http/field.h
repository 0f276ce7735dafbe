/* SPDX-License-Identifier: Apache-2.0 */
/* Input by tables: what a request's body (or query) may hold, field by field, with its limits, and where the
 * value goes in the handler's struct. Whatever the table does not say is refused with a problem that names
 * the field and the limit.
 *
 *     struct signature_in { struct bytes frame, signature; };
 *     static const struct field signature_fields[] = {
 *         { .name = "frame", .type = FIELD_BYTES, .offset = offsetof(struct signature_in, frame), .min = 1,
 * .max = FRAME_MAX }, { .name = "signature", .type = FIELD_BYTES, .offset = …, .min = 64, .max = 64 }, {
 * .name = NULL },
 *     };
 *     if (!field_read_body(request, signature_fields, &in))
 *         return;     // the problem is already the reply */
#ifndef HUFU_SERVER_HTTP_FIELD_H
#define HUFU_SERVER_HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct http_request;

enum field_type {
    FIELD_BYTES, /* struct bytes; base64url without padding; min and max are decoded lengths */
    FIELD_TEXT,  /* const char *; min and max are UTF-8 bytes; no control characters */
    FIELD_INT,   /* int64_t; min and max are its range */
    FIELD_BOOL,  /* bool */
    FIELD_ENUM,  /* int; the index of the text in names (ended by NULL) */
    FIELD_SET, /* unsigned; an array of texts, none twice: bit i for names[i]; min and max: how many. Bodies alone */
    FIELD_UUID,   /* uint8_t[16] */
    FIELD_OBJECT, /* a struct inside the struct, by the table in fields; problems name "outer.inner". Bodies
                     alone */
    FIELD_NUMBERS, /* struct field_numbers; an array of at most `most` whole numbers from min to max. Bodies alone */
    FIELD_LIST /* struct field_list; an array of at most `most` objects by the table in fields, each in a struct of
                      `size` bytes, zero where it is absent; problems name "outer[3].inner". Bodies alone */
};

/* What such a field gives; the memory is the request's. */
struct field_numbers {
    const int64_t *items;
    size_t count;
};
struct field_list {
    const void *items;
    size_t count;
};

struct field {
    const char *name; /* NULL ends a table */
    enum field_type type;
    size_t offset; /* of the value in the struct */
    bool optional; /* absent: the value stays as the caller initialised it */
    bool
        nullable; /* null is taken, as the value that no other text gives: "" of a text, -1 of a FIELD_ENUM, none but not NULL of
                       bytes. Of these types alone; null is refused everywhere else */
    size_t present; /* optional fields: offset of a bool that becomes true when the field was there; 0: none
                       (so a struct's first member cannot be one) */
    int64_t min, max;
    const char *const *names;
    const struct field *fields;
    size_t most, size; /* of arrays */
};

/* The table of a body that holds nothing: {}, or no body at all. */
extern const struct field field_none[];

/* Reads the JSON object of the request's body. False: a problem was replied. What the values point to lives
 * as long as the request, and is wiped with it. */
bool field_read_body(struct http_request *request, const struct field *table, void *out)
    __attribute__((warn_unused_result));
/* Reads the query parameters likewise; a repeated one is refused. No FIELD_OBJECT. */
bool field_read_query(struct http_request *request, const struct field *table, void *out)
    __attribute__((warn_unused_result));
/* The path parameter number index as an identifier; `name` for the problem. */
bool field_read_path_uuid(struct http_request *request, size_t index, const char *name, uint8_t out[16])
    __attribute__((warn_unused_result));
/* The path parameter number index as text of at most size - 1 bytes out of [A-Za-z0-9._-]. */
bool field_read_path_text(struct http_request *request, size_t index, const char *name, char *out,
                          size_t size) __attribute__((warn_unused_result));

#endif
