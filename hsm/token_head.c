/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/token_head.h"

#define LABEL "hufu destroyed"
#define READ_TRIES 5     /* another process may sweep what was just found */
#define SWEPT_AT_ONCE 16 /* there are few: those that processes killed at work did not sweep */

/* HUFU_ERR_RECORD: it is no head. */
static enum hufu_err read_one(const struct cryptoki *module, unsigned long session, unsigned long object,
                              struct destruction_head *head)
{
    uint8_t memory[CRYPTOKI_DATA_MAX];
    struct buf value;
    struct cursor c;
    buf_init(&value, memory, sizeof(memory));
    enum hufu_err err = cryptoki_read_data(module, session, object, &value);
    if (err)
        return err;
    cursor_init(&c, buf_bytes(&value));
    head->number = cursor_u64(&c);
    cursor_copy(&c, head->hash, sizeof(head->hash));
    return cursor_finish(&c) ? HUFU_ERR_RECORD : HUFU_OK;
}

/* What was seen so far. */
struct look {
    const struct cryptoki *module;
    unsigned long session;
    struct destruction_head furthest;
    bool found, forked;
};

/* HUFU_ERR_RETRY: it was removed meanwhile. */
static enum hufu_err look_at(void *context, unsigned long object)
{
    struct look *look = context;
    struct destruction_head head;
    enum hufu_err err = read_one(look->module, look->session, object, &head);
    if (err)
        return err == HUFU_ERR_RECORD ? HUFU_OK : err == HUFU_ERR_NOT_FOUND ? HUFU_ERR_RETRY : err;
    bool further = !look->found || head.number > look->furthest.number;
    bool equal = look->found && head.number == look->furthest.number;
    look->forked = (look->forked && !further) || (equal && !destruction_same(&head, &look->furthest));
    look->found = true;
    if (further)
        look->furthest = head;
    return HUFU_OK;
}

static enum hufu_err read_furthest(const struct cryptoki *module, unsigned long session,
                                   struct destruction_head *furthest)
{
    struct look look = {.module = module, .session = session};
    enum hufu_err err = cryptoki_visit_data(module, session, LABEL, look_at, &look);
    *furthest = look.furthest;
    return err ? err : look.forked ? HUFU_ERR_CONFLICT : look.found ? HUFU_OK : HUFU_ERR_NOT_FOUND;
}

enum hufu_err token_head_read(const struct cryptoki *module, unsigned long session,
                              struct destruction_head *head)
{
    enum hufu_err err = HUFU_ERR_RETRY;
    for (int i = 0; err == HUFU_ERR_RETRY && i < READ_TRIES; i++)
        err = read_furthest(module, session, head);
    return err == HUFU_ERR_RETRY ? HUFU_ERR_AWAY : err;
}

enum hufu_err token_head_write(const struct cryptoki *module, unsigned long session,
                               const struct destruction_head *head)
{
    uint8_t memory[8 + HASH_SIZE];
    struct buf value;
    buf_init(&value, memory, sizeof(memory));
    buf_put_u64(&value, head->number);
    buf_put(&value, head->hash, sizeof(head->hash));
    return cryptoki_make_data(module, session, LABEL, buf_bytes(&value));
}

struct sweep {
    const struct cryptoki *module;
    unsigned long session;
    const struct destruction_head *head;
    bool all;
    unsigned long objects[SWEPT_AT_ONCE];
    size_t count;
};

static enum hufu_err gather(void *context, unsigned long object)
{
    struct sweep *sweep = context;
    struct destruction_head one = {0};
    if (sweep->count == SWEPT_AT_ONCE)
        return HUFU_OK; /* in the next round */
    enum hufu_err err = read_one(sweep->module, sweep->session, object, &one);
    if (err == HUFU_ERR_NOT_FOUND)
        return HUFU_OK;
    if (err && err != HUFU_ERR_RECORD)
        return err;
    if (err || one.number < sweep->head->number || (sweep->all && !destruction_same(&one, sweep->head)))
        sweep->objects[sweep->count++] = object;
    return HUFU_OK;
}

enum hufu_err token_head_sweep(const struct cryptoki *module, unsigned long session,
                               const struct destruction_head *head, bool all)
{
    struct sweep sweep = {.module = module, .session = session, .head = head, .all = all};
    enum hufu_err err;
    do {
        sweep.count = 0;
        err = cryptoki_visit_data(module, session, LABEL, gather, &sweep);
        for (size_t i = 0; !err && i < sweep.count; i++)
            err = cryptoki_remove_data(module, session, sweep.objects[i]);
    } while (!err && sweep.count == SWEPT_AT_ONCE);
    return err;
}
