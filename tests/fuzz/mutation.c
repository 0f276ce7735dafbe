/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/mutation.h"

#include <string.h>

#include "tests/repeatable.h"

#define PIECE_MAX 64

uint64_t mutation_number(struct mutation *mutation)
{
    return repeatable_number(&mutation->state);
}

size_t mutation_below(struct mutation *mutation, size_t below)
{
    return below ? (size_t)(mutation_number(mutation) % below) : 0;
}

struct target {
    struct mutation *mutation;
    uint8_t *data;
    size_t *len;
    size_t cap;
    struct bytes other;
};

static size_t place(struct target *t)
{
    return mutation_below(t->mutation, *t->len);
}

/* Moves what follows at, so that `grown` bytes take the room of `shrunk`; false when they do not fit. */
static bool make_room(struct target *t, size_t at, size_t shrunk, size_t grown)
{
    if (at + shrunk > *t->len || *t->len - shrunk + grown > t->cap)
        return false;
    memmove(t->data + at + grown, t->data + at + shrunk, *t->len - at - shrunk);
    *t->len = *t->len - shrunk + grown;
    return true;
}

static void flip(struct target *t)
{
    if (*t->len > 0)
        t->data[place(t)] ^= (uint8_t)(1u << mutation_below(t->mutation, 8));
}

static void set(struct target *t)
{
    static const uint8_t favourites[] = {0,    1,    0x20, 0x22, 0x25, 0x2d, 0x2f, 0x30,
                                         0x3d, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xfe, 0xff};
    if (*t->len > 0)
        t->data[place(t)] = mutation_below(t->mutation, 2)
                                ? (uint8_t)mutation_number(t->mutation)
                                : favourites[mutation_below(t->mutation, sizeof(favourites))];
}

static void insert(struct target *t)
{
    size_t at = mutation_below(t->mutation, *t->len + 1), count = 1 + mutation_below(t->mutation, PIECE_MAX);
    bool same = mutation_below(t->mutation, 2);
    uint8_t first = (uint8_t)mutation_number(t->mutation);
    if (!make_room(t, at, 0, count))
        return;
    for (size_t i = 0; i < count; i++)
        t->data[at + i] = same ? first : (uint8_t)mutation_number(t->mutation);
}

static void delete (struct target *t)
{
    size_t at = place(t), count = 1 + mutation_below(t->mutation, PIECE_MAX);
    if (count > *t->len - at)
        count = *t->len - at;
    (void)make_room(t, at, count, 0);
}

static void repeat(struct target *t)
{
    uint8_t piece[PIECE_MAX];
    size_t from = place(t), count = 1 + mutation_below(t->mutation, PIECE_MAX);
    if (count > *t->len - from)
        count = *t->len - from;
    memcpy(piece, t->data + from, count);
    size_t at = mutation_below(t->mutation, *t->len + 1);
    if (make_room(t, at, 0, count))
        memcpy(t->data + at, piece, count);
}

static void truncate_at(struct target *t)
{
    *t->len = place(t);
}

static void splice(struct target *t)
{
    size_t from = mutation_below(t->mutation, t->other.len),
           count = mutation_below(t->mutation, t->other.len - from + 1);
    size_t at = mutation_below(t->mutation, *t->len + 1);
    if (count > 0 && make_room(t, at, mutation_below(t->mutation, *t->len - at + 1), count))
        memcpy(t->data + at, t->other.data + from, count);
}

/* Four bytes that a big-endian length might stand in. */
static void set_length(struct target *t)
{
    static const uint32_t favourites[] = {0,          1,           0x7f,       0x80,    0xff,
                                          0x100,      0xffff,      0x10000,    0x40000, 0x40001,
                                          0x7fffffff, 0x80000000u, 0xffffffffu};
    size_t count = sizeof(favourites) / sizeof(favourites[0]);
    if (*t->len < 4)
        return;
    size_t at = mutation_below(t->mutation, *t->len - 3), which = mutation_below(t->mutation, count + 2);
    uint32_t value =
        which < count ? favourites[which] : (uint32_t)(which == count ? *t->len - at : *t->len - at - 4);
    for (size_t i = 0; i < 4; i++)
        t->data[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

void mutation_apply(struct mutation *mutation, uint8_t *data, size_t *len, size_t cap, struct bytes other)
{
    static void (*const ways[])(struct target * t) = {
        flip, flip, set, set, insert, delete, repeat, truncate_at, splice, set_length, set_length};
    struct target target = {.mutation = mutation, .data = data, .len = len, .cap = cap, .other = other};
    size_t times = 1 + mutation_below(mutation, 4);
    for (size_t i = 0; i < times; i++)
        ways[mutation_below(mutation, sizeof(ways) / sizeof(ways[0]))](&target);
}
