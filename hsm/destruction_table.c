/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/destruction_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SIZE_MIN 1024

enum hufu_err destruction_table_init(struct destruction_table *table, size_t max)
{
    *table = (struct destruction_table){.max = max};
    return getrandom(table->key, sizeof(table->key), 0) == sizeof(table->key) ? HUFU_OK : HUFU_ERR_INTERNAL;
}

void destruction_table_done(struct destruction_table *table)
{
    free(table->places);
    *table = (struct destruction_table){0};
}

/* The binding's place, or the free one where it belongs; size is not 0 and a place is free. */
static struct destruction_place *find(const struct destruction_table *table,
                                      const uint8_t binding[FRAME_ID_SIZE])
{
    struct bytes wanted = bytes_of(binding, FRAME_ID_SIZE);
    size_t mask = table->size - 1;
    for (size_t at = hash_table(table->key, wanted) & mask;; at = (at + 1) & mask) {
        struct destruction_place *place = &table->places[at];
        if (place->least_generation == 0 || bytes_equal(bytes_of(place->binding, FRAME_ID_SIZE), wanted))
            return place;
    }
}

/* Three quarters at most are taken, so that a search stays short. */
bool destruction_table_is_full(const struct destruction_table *table, size_t count)
{
    return table->used + count > table->max || table->used + count > table->size / 4 * 3;
}

enum hufu_err destruction_table_grow(struct destruction_table *grown, const struct destruction_table *from,
                                     size_t count)
{
    *grown = (struct destruction_table){
        .size = from->size ? from->size : SIZE_MIN, .used = from->used, .max = from->max};
    memcpy(grown->key, from->key, sizeof(grown->key));
    if (from->used + count > from->max)
        return HUFU_ERR_LIMIT;
    while (destruction_table_is_full(grown, count)) /* by size alone, now */
        grown->size *= 2;
    grown->places = calloc(grown->size, sizeof(grown->places[0]));
    if (!grown->places)
        return HUFU_ERR_INTERNAL;
    for (size_t i = 0; i < from->size; i++) {
        if (from->places[i].least_generation > 0)
            *find(grown, from->places[i].binding) = from->places[i];
    }
    return HUFU_OK;
}

void destruction_table_put(struct destruction_table *table, const uint8_t order[DESTRUCTION_ORDER_SIZE])
{
    struct cursor c;
    struct destruction_place named;
    cursor_init(&c, bytes_of(order, DESTRUCTION_ORDER_SIZE));
    cursor_copy(&c, named.binding, sizeof(named.binding));
    named.least_generation = cursor_u32(&c);
    struct destruction_place *place = find(table, named.binding);
    table->used += place->least_generation == 0 && named.least_generation > 0;
    if (place->least_generation < named.least_generation)
        *place = named;
}

uint32_t destruction_table_least(const struct destruction_table *table, const uint8_t binding[FRAME_ID_SIZE])
{
    return table->size ? find(table, binding)->least_generation : 0;
}
