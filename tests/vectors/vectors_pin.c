/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN, and sm2/pin/check. */
#include <sodium.h>
#include <string.h>

#include "cosign/drawn.h"
#include "cosign/hash.h"
#include "vectors.h"

static json_int_t number(struct report *report, const json_t *object, const char *name)
{
    return json_integer_value(member(report, object, name));
}

/* What Argon2id makes of PIN and salt with the listed parameters. */
static void stretch(struct report *report, const json_t *pin, uint8_t key[COSIGN_PIN_KEY_SIZE])
{
    const json_t *parameters = member(report, pin, "argon2id");
    const char *text = json_string_value(member(report, pin, "pin"));
    uint8_t salt[crypto_pwhash_SALTBYTES];
    const json_int_t passes = number(report, parameters, "iterations");
    const json_int_t memory = number(report, parameters, "memory_kib");
    read_exact(report, pin, "salt", salt, sizeof(salt));
    memset(key, 0, COSIGN_PIN_KEY_SIZE);
    check(report, "lanes and length",
          number(report, parameters, "lanes") == 1 &&
              number(report, parameters, "length") == COSIGN_PIN_KEY_SIZE);
    bool bounded = passes > 0 && passes <= 16 && memory > 0 && memory <= 1024 * 1024;
    check(report, "Argon2id",
          text && bounded && sodium_init() >= 0 &&
              crypto_pwhash(key, COSIGN_PIN_KEY_SIZE, text, strlen(text), salt, (unsigned long long)passes,
                            (size_t)memory * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0);
}

static void check_factor(struct report *report, const json_t *pin, const uint8_t key[COSIGN_PIN_KEY_SIZE])
{
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    struct scalar factor;
    uint8_t encoded[SCALAR_BYTES];
    scalar_hash_init(&hash, "hufu/pin");
    scalar_hash_field(&hash, bytes_of(key, COSIGN_PIN_KEY_SIZE));
    scalar_hash_done(&hash, &factor);
    scalar_encode(encoded, &factor);
    check_bytes(report, pin, "factor", bytes_of(encoded, sizeof(encoded)));
}

void vectors_pin(struct report *report)
{
    const json_t *pin = member(report, report->root, "pin");
    uint8_t key[COSIGN_PIN_KEY_SIZE];
    uint8_t a[COSIGN_SCALAR_SIZE];
    uint8_t sigma[COSIGN_SCALAR_SIZE];
    uint8_t computed[COSIGN_SCALAR_SIZE];
    stretch(report, pin, key);
    check_bytes(report, pin, "key", bytes_of(key, sizeof(key)));
    check_factor(report, pin, key);
    read_exact(report, pin, "a", a, sizeof(a));
    read_exact(report, pin, "sigma", sigma, sizeof(sigma));
    check_bytes(report, member(report, report->root, "keygen"), "a", bytes_of(a, sizeof(a)));
    check_ok(report, "hide", cosign_pin_hide(computed, a, key));
    check_bytes(report, pin, "sigma", bytes_of(computed, sizeof(computed)));
    check_ok(report, "open", cosign_pin_open(computed, sigma, key));
    check_bytes(report, pin, "a", bytes_of(computed, sizeof(computed)));
}

void vectors_pin_check(struct report *report)
{
    const json_t *pin_check = member(report, report->root, "pin_check");
    struct vectors_head head;
    struct cosign_device_half device COSIGN_DEVICE_HALF_WIPED;
    struct cosign_service_half service COSIGN_SERVICE_HALF_WIPED;
    struct listed listed;
    struct hex_field body;
    struct buf out;
    struct cursor c;
    uint8_t memory[256];

    read_head(report, pin_check, "head", COSIGN_OP_PIN_CHECK, bytes_of(NULL, 0), &head);
    read_halves(report, head.generation, &device, &service);
    listed_init(&listed, report, pin_check, "tau");
    buf_init(&out, memory, sizeof(memory));
    check_ok(report, "device", device_pin_check(&out, &device, head.whole, &listed.draw));
    check_bytes(report, pin_check, "body", buf_bytes(&out));
    cursor_init(&c, buf_bytes(&out));
    cursor_field_text(&c, COSIGN_OP_PIN_CHECK);
    check_bytes(report, pin_check, "proof", cursor_field(&c, COSIGN_PROOF_SIZE));

    buf_init(&out, memory, sizeof(memory));
    check_ok(
        report, "service",
        cosign_service_pin_check(&service, &out, head.whole, read_field(report, pin_check, "body", &body)));
    check_bytes(report, pin_check, "answer", buf_bytes(&out));
}
