/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/token_head.h"

#define LABEL "hufu destroyed"
#define HEADS_MAX 16 /* one, and those that processes killed at work did not sweep */
#define READ_TRIES 5 /* another process may sweep what was just found */

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

/* HUFU_ERR_RETRY: one of them was removed meanwhile. */
static enum hufu_err read_furthest(const struct cryptoki *module, unsigned long session,
                                   struct destruction_head *furthest)
{
    unsigned long objects[HEADS_MAX];
    size_t count;
    bool found = false, forked = false;
    enum hufu_err err = cryptoki_find_data(module, session, LABEL, objects, HEADS_MAX, &count);
    for (size_t i = 0; !err && i < count; i++) {
        struct destruction_head head;
        err = read_one(module, session, objects[i], &head);
        if (err == HUFU_ERR_NOT_FOUND)
            return HUFU_ERR_RETRY;
        if (err == HUFU_ERR_RECORD) {
            err = HUFU_OK;
            continue;
        }
        bool further = !found || head.number > furthest->number;
        bool equal = found && head.number == furthest->number;
        forked = (forked && !further) || (equal && !destruction_same(&head, furthest));
        found = true;
        if (further)
            *furthest = head;
    }
    if (err)
        return err;
    return forked ? HUFU_ERR_CONFLICT : found ? HUFU_OK : HUFU_ERR_NOT_FOUND;
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

enum hufu_err token_head_sweep(const struct cryptoki *module, unsigned long session,
                               const struct destruction_head *head, bool all)
{
    unsigned long objects[HEADS_MAX];
    size_t count;
    enum hufu_err err = cryptoki_find_data(module, session, LABEL, objects, HEADS_MAX, &count);
    for (size_t i = 0; !err && i < count; i++) {
        struct destruction_head one = {0};
        err = read_one(module, session, objects[i], &one);
        bool gone = err == HUFU_ERR_NOT_FOUND, none = err == HUFU_ERR_RECORD;
        if (gone || none)
            err = HUFU_OK;
        bool other = none || one.number < head->number || (all && !destruction_same(&one, head));
        if (!err && !gone && other)
            err = cryptoki_remove_data(module, session, objects[i]);
    }
    return err;
}
