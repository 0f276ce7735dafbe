/* SPDX-License-Identifier: Apache-2.0 */
/* The texts, as QR codes mostly, by which a device finds a service and knows it again:
 *
 *     hufu:<what>?u=<service address>&t=<certificate pin>&k=<identity key hash>&<name>=<value>
 *
 * u is percent-encoded; t, k and the value are base64url without padding. t is the SHA-256 of the TLS certificate's public key
 * (SubjectPublicKeyInfo), empty where the service is on loopback without TLS. An activation code is one such text
 * (common/activation.h); the other is what a project gives to everybody, its id (16 bytes) in p:
 *
 *     hufu:service?u=…&t=…&k=…&p=<project id> */
#ifndef HUFU_COMMON_SERVICE_TEXT_H
#define HUFU_COMMON_SERVICE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define SERVICE_URL_MAX 255
#define SERVICE_TEXT_MAX 1024 /* with the final NUL */
#define SERVICE_VALUE_MAX 32  /* bytes of the value */
#define SERVICE_PROJECT_SIZE 16

/* Where a service is, and what it must show there. */
struct service_address {
    char url[SERVICE_URL_MAX + 1];
    bool has_tls_pin;
    uint8_t tls_pin[32];
    uint8_t identity_hash[32]; /* SHA-256 of the service's identity key, 65 bytes uncompressed */
};

/* What such a text begins with, and the name of its value: "hufu:activate?", "c". */
struct service_text_form {
    const char *scheme, *name;
};

enum hufu_err service_text_encode(char text[SERVICE_TEXT_MAX], const struct service_text_form *form,
                                  const struct service_address *address, struct bytes value) HUFU_MUST_CHECK;
/* value: of exactly that size, from 1 to SERVICE_VALUE_MAX. Outputs are zero unless it says OK. */
enum hufu_err service_text_parse(struct service_address *address, uint8_t *value, size_t value_size,
                                 const struct service_text_form *form, const char *text) HUFU_MUST_CHECK;

/* A project's: nothing in it is secret. */
struct service_project {
    struct service_address service;
    uint8_t project_id[SERVICE_PROJECT_SIZE];
};
enum hufu_err service_project_encode(char text[SERVICE_TEXT_MAX],
                                     const struct service_project *project) HUFU_MUST_CHECK;
enum hufu_err service_project_parse(struct service_project *project, const char *text) HUFU_MUST_CHECK;

#endif
