/* SPDX-License-Identifier: Apache-2.0 */
/* Reproduces a vector file (docs/protocol.md §9): from the secrets and nonces that it lists, every message of both
 * roles, byte for byte. Each group below stands for one part of the file; what one role sent is given to the other as
 * the file has it, so a changed byte is met twice: by the comparison and by the other role. */
#ifndef HUFU_TESTS_VECTORS_H
#define HUFU_TESTS_VECTORS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/cosign.h"
#include "cosign/draw.h"

struct report {
    const json_t *root;
    bool verbose;      /* names on stderr every check that fails */
    const char *group; /* the running one, and its item */
    size_t item;
    unsigned passed;
    unsigned failed;
};

typedef void vectors_group(struct report *report);
struct vectors_part {
    const char *name; /* of the group, and of the member of the file that it is about */
    vectors_group *run;
};
extern const struct vectors_part vectors_parts[];
extern const size_t vectors_part_count;

vectors_group vectors_keygen;
vectors_group vectors_refresh;
vectors_group vectors_sign;
vectors_group vectors_decrypt;
vectors_group vectors_handover;
vectors_group vectors_pin;
vectors_group vectors_pin_check;

/* ---- Fields of the file (vectors_field.c). What is absent or malformed is a failed check, and reads as nothing. ---- */

void check(struct report *report, const char *name, bool good);
void check_ok(struct report *report, const char *name, enum hufu_err err);
/* Compares computed bytes with the member `name`. */
void check_bytes(struct report *report, const json_t *object, const char *name, struct bytes computed);

const json_t *member(struct report *report, const json_t *object, const char *name);
/* Bytes of a hexadecimal member, in memory of the caller's. */
#define FIELD_MAX 65536
struct hex_field {
    uint8_t data[FIELD_MAX];
    size_t len;
};
struct bytes read_field(struct report *report, const json_t *object, const char *name,
                        struct hex_field *memory);
/* The same for a known length; zeros when it is another. */
void read_exact(struct report *report, const json_t *object, const char *name, void *out, size_t len);

/* ---- Heads (vectors_head.c) ---- */

struct vectors_head {
    struct hex_field memory;
    struct bytes whole;
    uint32_t generation;
    uint64_t time;
    const uint8_t *request_id;
};
/* Reads the member `name` and checks its form: version, operation, ids of the file's first head, purpose of one of the
 * two forms, and that `public` is as expected. */
void read_head(struct report *report, const json_t *object, const char *name, const char *operation,
               struct bytes public_part, struct vectors_head *head);

/* ---- Halves and draws ---- */

/* The halves of generation 0 (keygen) or 1 (refresh). */
void read_halves(struct report *report, uint32_t generation, struct cosign_device_half *device,
                 struct cosign_service_half *service);

/* Hands out the listed values instead of drawing: secrets and τ from `object`, nonces from its `items`. */
struct listed {
    struct draw draw;
    struct report *report;
    const json_t *object;
    const char *tau; /* the member that is τ */
};
void listed_init(struct listed *listed, struct report *report, const json_t *object, const char *tau);

#endif
