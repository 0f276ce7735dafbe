/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed HTTP requests to every route of the public port, as a phone would send them, to be mutated: as raw bytes, in
 * their JSON, or in the frame inside. */
#ifndef HUFU_TESTS_FUZZ_HTTP_SEED_H
#define HUFU_TESTS_FUZZ_HTTP_SEED_H

#include "tests/client/phone.h"
#include "tests/fuzz/mutation.h"

#define HTTP_SEED_MAX 131072

/* Where a mutation goes. */
enum http_layer {
    HTTP_LAYER_NONE,
    HTTP_LAYER_BYTES, /* request line, headers, body, as they come */
    HTTP_LAYER_JSON,  /* the body's text; the length is right */
    HTTP_LAYER_FRAME, /* the frame or its signature; the JSON is right */
    HTTP_LAYER_BODY,  /* the sealed body; the frame is right and the device has signed it */
    HTTP_LAYER_COUNT
};

struct http_seed_settings {
    const struct phone *phone;
    const struct phone_key *key;
    struct mutation *mutation;
};

/* How many there are. */
size_t http_seed_count(void);
/* Appends request number index, fresh, with mutations in that layer (requests without JSON or frame get them in the
 * nearest layer that they have). False: the mutated parts no longer make a request of that kind. */
bool http_seed(struct buf *out, const struct http_seed_settings *settings, size_t index,
               enum http_layer layer);
/* "POST /v1/keys/{id}/signatures", … for messages. */
const char *http_seed_name(size_t index);

#endif
