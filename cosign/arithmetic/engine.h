/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that multiply in the field, once for each kind of processor.
 *
 * multiply.c, multi.c and convert.c are compiled once portably and, for x86-64, once more with the field arithmetic of
 * field_adx.h; ENGINE() gives each compilation names of its own. group.c asks engine_best for the one to use. The contracts
 * stand in group.h, whose functions these are. */
#ifndef HUFU_COSIGN_ARITHMETIC_ENGINE_H
#define HUFU_COSIGN_ARITHMETIC_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cosign/arithmetic/point.h"
#include "cosign/arithmetic/scalar.h"

struct engine {
    const char *name;
    bool (*decode_var)(struct affine *out, const uint8_t *coordinates);
    void (*encode)(uint8_t *coordinates, const struct affine *p);
    void (*x_mod_n)(struct scalar *out, const struct affine *p);
    void (*to_affine)(struct affine *out, const struct point *in, size_t count);
    void (*add)(struct point *out, const struct point *a, const struct point *b);
    bool (*equal)(const struct point *a, const struct point *b);
    void (*mul_base)(struct point *out, const struct scalar *k);
    void (*mul)(struct point *out, const struct scalar *k, const struct affine *p);
    void (*multi_var)(struct point *out, const struct scalar *base, const struct scalar *scalars,
                      const struct affine *points, size_t count);
    /* For tests and measurements of the field alone. */
    void (*field_mul)(struct field *out, const struct field *a, const struct field *b);
    void (*field_square)(struct field *out, const struct field *a);
    void (*field_invert)(struct field *out, const struct field *a);
};

extern const struct engine engine_portable;
#if HUFU_ENGINE_ADX
extern const struct engine engine_adx;
#endif

/* The fastest one that this processor can run. */
const struct engine *engine_best(void);

/* Within a compilation: ENGINE(mul) is mul_portable or mul_adx. */
#ifdef HUFU_ENGINE
#define ENGINE_JOIN_(name, suffix) name##_##suffix
#define ENGINE_JOIN(name, suffix) ENGINE_JOIN_(name, suffix)
#define ENGINE(name) ENGINE_JOIN(engine_##name, HUFU_ENGINE)
bool ENGINE(decode_var)(struct affine *out, const uint8_t *coordinates);
void ENGINE(encode)(uint8_t *coordinates, const struct affine *p);
void ENGINE(x_mod_n)(struct scalar *out, const struct affine *p);
void ENGINE(to_affine)(struct affine *out, const struct point *in, size_t count);
void ENGINE(to_affine_var)(struct affine *out, const struct point *in, size_t count);
void ENGINE(add)(struct point *out, const struct point *a, const struct point *b);
bool ENGINE(equal)(const struct point *a, const struct point *b);
void ENGINE(mul_base)(struct point *out, const struct scalar *k);
void ENGINE(mul)(struct point *out, const struct scalar *k, const struct affine *p);
void ENGINE(multi_var)(struct point *out, const struct scalar *base, const struct scalar *scalars,
                       const struct affine *points, size_t count);
#endif

#endif
