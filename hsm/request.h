/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of hufu-server and their replies (hsm/PROTOCOL.md): a table of the permitted operations, each with its
 * number of fields and its handler. */
#ifndef HUFU_HSM_REQUEST_H
#define HUFU_HSM_REQUEST_H

#include <stdbool.h>

#include "hsm/worker.h"

#define REQUEST_FIELDS_MAX 11
#define REQUEST_TRACE_MAX 64
#define REQUEST_WAIT_MS 5000 /* for a worker */

/* Appends the reply's fields g1, g2, … to reply. What it appended is dropped unless it returns HUFU_OK. Every field
 * of the wrong length is HUFU_ERR_FORM. */
typedef enum hufu_err request_handler(struct worker *worker, const struct bytes *fields, struct buf *reply);

request_handler request_status, request_service_new, request_service_load;
request_handler request_data_new, request_data_open;
request_handler request_keygen_begin, request_keygen_finish, request_operate;
request_handler request_cert_issue, request_crl_issue, request_ca_chain;
request_handler request_destruction_state, request_destruction_add;

/* Handles one message and writes the reply, always. False: the message is not of the protocol's form, and the
 * connection is to be closed. reply needs CHANNEL_MESSAGE_MAX bytes. */
bool request_handle(struct worker_pool *pool, struct bytes message, struct buf *reply) HUFU_MUST_CHECK;
/* The line of the log for a request, or for one frame of `operate`. trace: at most REQUEST_TRACE_MAX bytes; operation may be
 * NULL. */
void request_log(struct bytes trace, const char *operation, enum hufu_err err, uint64_t begun_ms);
/* A reply that says nothing but err. */
void request_refuse(struct buf *reply, enum hufu_err err);

/* Fields of fixed length. HUFU_ERR_FORM: another length. */
enum hufu_err request_take(void *out, size_t len, struct bytes field) HUFU_MUST_CHECK;
enum hufu_err request_take_u32(uint32_t *value, struct bytes field) HUFU_MUST_CHECK;
enum hufu_err request_take_u64(uint64_t *value, struct bytes field) HUFU_MUST_CHECK;

#endif
