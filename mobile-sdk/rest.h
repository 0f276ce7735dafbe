/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the service's REST interface: request, answer, and what a problem document means. */
#ifndef HUFU_SDK_REST_H
#define HUFU_SDK_REST_H

#include "common/buf.h"
#include "mobile-sdk/handle.h"
#include "mobile-sdk/json.h"

#define REST_PATH_MAX 192
#define REST_ATTEMPTS 3        /* of one request whose answer was lost */
#define REST_PAUSE_MS 400      /* before the second of them; twice as much before the third */
#define REST_PAUSE_MAX_MS 5000 /* a service that wants more patience than that is told of to the app */

struct rest_request {
    const char *method; /* NULL: POST with a body, GET without */
    const char *path;   /* "/v1/keys"; appended to the service's address */
    struct bytes body;  /* JSON; empty: none */
    struct buf *raw;    /* gets the body of the answer, which is no JSON; NULL: it is */
    bool anonymous;     /* without the session */
    bool frame;         /* the body is a signed frame, and needs no other proof */
};

/* The answer's JSON, when the result is HUFU_RESULT_OK; declare it with REST_ANSWER_DONE. */
struct rest_answer {
    struct json_t *json;
    size_t raw_len; /* of a raw body, also when there was too little room for it (HUFU_RESULT_LIMIT) */
    uint64_t service_time_ms; /* out of a refusal for time; else 0 */
    uint32_t retry_after_s;   /* what a busy service asks for; else 0 */
};
void rest_answer_done(struct rest_answer *answer);
#define REST_ANSWER_DONE __attribute__((cleanup(rest_answer_done)))

/* Sends the request once, and once more with the service's time when its proof was refused for that. A refusal fills the handle's
 * report and gives its result. */
enum hufu_result rest_call(struct hufu *hufu, const struct rest_request *request,
                           struct rest_answer *answer) HUFU_CHECKED;
/* Sends the same bytes up to REST_ATTEMPTS times while no answer comes: for requests that may be repeated. */
enum hufu_result rest_call_repeatedly(struct hufu *hufu, const struct rest_request *request,
                                      struct rest_answer *answer) HUFU_CHECKED;
/* Takes over, and stores, the service's time that a refusal for time had; then the request is to be made anew. */
enum hufu_result rest_take_time(struct hufu *hufu, const struct rest_answer *answer) HUFU_CHECKED;
/* Waits before attempt number `attempt` (from 1), as long as the last answer asked for; false: it asked for too much. */
bool rest_pause(struct hufu *hufu, const struct rest_answer *last, uint32_t attempt) HUFU_CHECKED;
/* Whether a result means that no answer came which would decide anything. */
bool rest_answer_lost(enum hufu_result result);

/* Closes the reader of one page of a list, with so many elements on it, and gives where the next begins (empty: there is none).
 * HUFU_ERR_FORM also for an empty page with another behind it: whoever reads on would read for ever. */
enum hufu_err rest_next_page(struct json_reader *page, size_t there,
                             char cursor[HUFU_CURSOR_MAX + 1]) HUFU_MUST_CHECK;

/* "/v1/keys/<id><rest>" */
void rest_key_path(char path[REST_PATH_MAX], const struct hufu_id *key, const char *rest);
/* "/v1/keys/<id>/bindings/<id>" */
void rest_binding_path(char path[REST_PATH_MAX], const struct hufu_id *key, const struct hufu_id *binding);

#endif
