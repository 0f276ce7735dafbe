/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of the header by which gcc's <immintrin.h> offers _mm_malloc, and for which it would need <stdlib.h>. */
