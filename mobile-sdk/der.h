/* SPDX-License-Identifier: Apache-2.0 */
/* The little DER (X.690) that requests, signatures and CMS need: a writer on struct buf, a strict reader on struct
 * cursor. */
#ifndef HUFU_SDK_DER_H
#define HUFU_SDK_DER_H

#include "common/buf.h"
#include "mobile-sdk/hufu.h"

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_CONTEXT_0 0xa0 /* [0], constructed */

/* Object identifiers, as whole elements. */
extern const struct bytes der_oid_ec_public_key;          /* 1.2.840.10045.2.1 */
extern const struct bytes der_oid_sm2_curve;              /* 1.2.156.10197.1.301 */
extern const struct bytes der_oid_sm2_with_sm3;           /* 1.2.156.10197.1.501 */
extern const struct bytes der_oid_sm3;                    /* 1.2.156.10197.1.401 */
extern const struct bytes der_oid_common_name;            /* 2.5.4.3 */
extern const struct bytes der_oid_data;                   /* 1.2.840.113549.1.7.1 */
extern const struct bytes der_oid_signed_data;            /* 1.2.840.113549.1.7.2 */
extern const struct bytes der_oid_content_type;           /* 1.2.840.113549.1.9.3 */
extern const struct bytes der_oid_message_digest;         /* 1.2.840.113549.1.9.4 */
extern const struct bytes der_oid_signing_time;           /* 1.2.840.113549.1.9.5 */
extern const struct bytes der_oid_signing_certificate_v2; /* 1.2.840.113549.1.9.16.2.47 */

/* An element whose content is written between the two calls; begin returns what end needs. */
size_t der_begin(struct buf *out, uint8_t tag);
void der_end(struct buf *out, size_t mark);
void der_put(struct buf *out, uint8_t tag, struct bytes content);
void der_put_raw(struct buf *out, struct bytes element);        /* a whole element as it is */
void der_put_small_integer(struct buf *out, uint8_t number);    /* below 128 */
void der_put_unsigned(struct buf *out, struct bytes number);    /* big-endian, not empty */
void der_put_bit_string(struct buf *out, struct bytes content); /* of whole bytes */
void der_put_algorithm(struct buf *out, struct bytes oid);      /* SEQUENCE { oid }, no parameters */
/* SEQUENCE { r, s } of r ‖ s. */
void der_put_signature(struct buf *out, const uint8_t signature[HUFU_SIGNATURE_SIZE]);
/* UTCTime until 2049, GeneralizedTime from 2050 (RFC 5652 §11.3); whole seconds. */
void der_put_time(struct buf *out, uint64_t time_ms);

/* The content of the next element, which must have this tag; a length not in its shortest form, or of more than three
 * bytes, fails. */
struct bytes der_take(struct cursor *in, uint8_t tag);
/* The whole next element, of any one-byte tag. */
struct bytes der_take_raw(struct cursor *in);
bool der_next_is(const struct cursor *in, uint8_t tag);
/* A cursor on content; carries a failure of its parent over. */
struct cursor der_inside(const struct cursor *parent, struct bytes content);
/* An INTEGER from 0 to what size bytes hold, left-padded with zeros. */
void der_take_unsigned(struct cursor *in, uint8_t *number, size_t size);

#endif
