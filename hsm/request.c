/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"

#define MAGIC "hufu-hsm/1"
#define NAME_MAX_SIZE 32

struct operation {
    const char *name;
    size_t fields;
    request_handler *handle;
};

static const struct operation operations[] = {
    {"status", 0, request_status},
    {"service/new", 3, request_service_new},
    {"service/load", 4, request_service_load},
    {"data/new", 1, request_data_new},
    {"data/open", 2, request_data_open},
    {"keygen/begin", 5, request_keygen_begin},
    {"keygen/finish", 4, request_keygen_finish},
    {"operate", 1, request_operate},
    {"cert/issue", 11, request_cert_issue},
    {"crl/issue", 5, request_crl_issue},
    {"ca/chain", 1, request_ca_chain},
    {"destruction/state", 0, request_destruction_state},
    {"destruction/add", 3, request_destruction_add},
};

struct request {
    const struct operation *operation;
    struct bytes trace;
    struct bytes fields[REQUEST_FIELDS_MAX];
};

static const struct operation *find_operation(struct bytes name)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (bytes_equal_text(name, operations[i].name))
            return &operations[i];
    }
    return NULL;
}

static enum hufu_err parse(struct request *request, struct bytes message)
{
    struct cursor c;
    *request = (struct request){0};
    cursor_init(&c, message);
    cursor_field_text(&c, MAGIC);
    request->operation = find_operation(cursor_field(&c, NAME_MAX_SIZE));
    request->trace = cursor_field(&c, REQUEST_TRACE_MAX);
    if (!request->operation)
        return HUFU_ERR_FORM;
    for (size_t i = 0; i < request->operation->fields; i++)
        request->fields[i] = cursor_field(&c, message.len);
    return cursor_finish(&c);
}

static void begin_reply(struct buf *reply, enum hufu_err err, uint64_t now_ms)
{
    reply->len = 0;
    reply->failed = false;
    buf_put_field_text(reply, MAGIC);
    buf_put_field_u32(reply, (uint32_t)err);
    buf_put_field_u64(reply, now_ms);
}

void request_refuse(struct buf *reply, enum hufu_err err)
{
    begin_reply(reply, err, clock_wall_ms());
}

static enum log_level level_of(enum hufu_err err)
{
    if (err == HUFU_OK)
        return LOG_DEBUG;
    return err == HUFU_ERR_AWAY || err == HUFU_ERR_INTERNAL || err == HUFU_ERR_BUSY ? LOG_ERROR : LOG_INFO;
}

void request_log(struct bytes trace, const char *operation, enum hufu_err err, uint64_t begun_ms)
{
    char id[REQUEST_TRACE_MAX + 1], took[24];
    (void)snprintf(id, sizeof(id), "%.*s", (int)trace.len, trace.len > 0 ? (const char *)trace.data : "");
    (void)snprintf(took, sizeof(took), "%" PRIu64, clock_wall_ms() - begun_ms);
    log_event(level_of(err), err ? "request.refused" : "request.done", "request_id", id, "operation",
              operation, "error", err ? hufu_err_name(err) : NULL, "ms", took, NULL);
}

static void log_request(const struct request *request, enum hufu_err err, uint64_t begun_ms)
{
    request_log(request->trace, request->operation ? request->operation->name : NULL, err, begun_ms);
}

static enum hufu_err run(struct worker *worker, const struct request *request, struct buf *reply)
{
    begin_reply(reply, HUFU_OK, worker->now_ms);
    enum hufu_err err = request->operation->handle(worker, request->fields, reply);
    if (!err)
        err = buf_finish(reply);
    if (err)
        begin_reply(reply, err, worker->now_ms);
    return err;
}

bool request_handle(struct worker_pool *pool, struct bytes message, struct buf *reply)
{
    struct request request;
    struct worker *worker = NULL;
    uint64_t begun_ms = clock_wall_ms();
    enum hufu_err err = parse(&request, message);
    if (err) {
        request_refuse(reply, err);
        log_request(&request, err, begun_ms);
        return false;
    }
    err = worker_take(&worker, pool, REQUEST_WAIT_MS);
    if (err) {
        request_refuse(reply, err);
    } else {
        err = run(worker, &request, reply);
        worker_give_back(pool, worker);
    }
    log_request(&request, err, begun_ms);
    return true;
}

enum hufu_err request_take(void *out, size_t len, struct bytes field)
{
    if (field.len != len)
        return HUFU_ERR_FORM;
    memcpy(out, field.data, len);
    return HUFU_OK;
}

enum hufu_err request_take_u32(uint32_t *value, struct bytes field)
{
    struct cursor c;
    cursor_init(&c, field);
    *value = cursor_u32(&c);
    return cursor_finish(&c);
}

enum hufu_err request_take_u64(uint64_t *value, struct bytes field)
{
    struct cursor c;
    cursor_init(&c, field);
    *value = cursor_u64(&c);
    return cursor_finish(&c);
}
