/* SPDX-License-Identifier: Apache-2.0 */
#include "vectors.h"

const struct vectors_part vectors_parts[] = {
    {"keygen", vectors_keygen},       {"refresh", vectors_refresh},   {"sign", vectors_sign},
    {"decrypt", vectors_decrypt},     {"handover", vectors_handover}, {"pin", vectors_pin},
    {"pin_check", vectors_pin_check},
};
const size_t vectors_part_count = sizeof(vectors_parts) / sizeof(vectors_parts[0]);
