/* SPDX-License-Identifier: Apache-2.0 */
/* The one error type. A value stands for a decision that a caller can take, not for the place where something
 * went wrong. Every function that returns it leaves its outputs zero unless it returns HUFU_OK. */
#ifndef HUFU_COMMON_ERR_H
#define HUFU_COMMON_ERR_H

#define HUFU_MUST_CHECK __attribute__((warn_unused_result))

/* The numbers travel between hufu-server and hufu-hsm (hsm/PROTOCOL.md) and are stored with refused requests:
 * new ones go at the end, none is ever given a new meaning. */
enum hufu_err {
    HUFU_OK = 0,
    HUFU_ERR_FORM = 1,             /* malformed input; sending it again is useless */
    HUFU_ERR_LIMIT = 2,            /* larger or more than a named limit allows */
    HUFU_ERR_RECORD = 3,           /* a sealed record is not authentic, or not the one asked for */
    HUFU_ERR_SIGNATURE = 4,        /* the device's signature does not verify */
    HUFU_ERR_TIME = 5,             /* too old or too early; the sender should set its clock */
    HUFU_ERR_GENERATION = 6,       /* no such generation of this half, or a superseded one */
    HUFU_ERR_PROOF = 7,            /* the device's proof fails: a wrong PIN; counted */
    HUFU_ERR_POLICY = 8,           /* role, allowed operations or policy of the record forbid it */
    HUFU_ERR_STATE = 9,            /* the thing is not in a state (or window, or count) that allows it */
    HUFU_ERR_LOCKED = 10,          /* too many wrong PINs */
    HUFU_ERR_CONFLICT = 11,        /* same request id, other bytes; or it already exists */
    HUFU_ERR_NOT_FOUND = 12,       /* there is no such thing, or it is not the caller's to see */
    HUFU_ERR_UNAUTHENTICATED = 13, /* no valid session, code or proof of possession */
    HUFU_ERR_PEER = 14,            /* the other party's answer does not hold: a service fault */
    HUFU_ERR_AWAY = 15,            /* database, token or network away; try again later */
    HUFU_ERR_BUSY = 16,            /* too much in flight; try again soon */
    HUFU_ERR_RETRY = 17,           /* begin again with fresh randomness */
    HUFU_ERR_INTERNAL = 18,        /* our own fault; nothing was changed */
    HUFU_ERR_DESTROYED = 19,       /* the record was destroyed; a copy of it was put back */
    HUFU_ERR_BEHIND = 20,          /* the key process has not been told of all that was destroyed */
    HUFU_ERR_COUNT
};

/* The stable name ("proof", "state", …) of an error, for logs and messages; "unknown" for any other number.
 */
const char *hufu_err_name(enum hufu_err err);

#endif
