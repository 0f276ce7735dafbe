/* SPDX-License-Identifier: Apache-2.0 */
/* The service, played in this process for the tests of the device's library: the REST contract, the private-key process
 * with both halves in the clear, and every dishonesty a test may ask for. */
#ifndef HUFU_TESTS_SDK_SERVICE_H
#define HUFU_TESTS_SDK_SERVICE_H

#include "common/activation.h"
#include "common/box.h"
#include "common/frame.h"
#include "cosign/cosign.h"
#include "mobile-sdk/hufu.h"
#include "tests/unit/sdk_ca.h"

#define SDK_SERVICE_KEYS_MAX 4
#define SDK_SERVICE_ANSWERS_MAX 64
#define SDK_PIN_LIMIT 5
#define SDK_PRIMARY_DEVICE "00000000-0000-7000-8000-000000000004" /* where this one is a secondary */
#define SDK_AUTHENTICATION "AUTHENTICATIONAUTHENTICATIONAUTHENTICATIONAA"

/* What the service does instead of its duty. */
enum sdk_lie {
    SDK_LIE_NONE,
    SDK_LIE_OTHER_IDENTITY, /* another identity key, and a statement of its own */
    SDK_LIE_OTHER_SIGNER,   /* the right identity key, a statement signed by another */
    SDK_LIE_EXPIRED_STATEMENT,
    SDK_LIE_EARLY_STATEMENT,
    SDK_LIE_DAMAGED_STATEMENT,
    SDK_LIE_KEYGEN_PROOF, /* B without a proof that holds */
    SDK_LIE_KEYGEN_P,     /* finish answers another P */
    SDK_LIE_SIGN_S2_ZERO,
    SDK_LIE_SIGN_OTHER_POINTS,  /* shows other K1, K2 than it used */
    SDK_LIE_SIGN_OTHER_BETA,    /* computes with a β that it chose */
    SDK_LIE_SIGN_OWN_BETA,      /* computes as the last, but with the right β: no lie, the control */
    SDK_LIE_SIGN_EXCHANGED,     /* the items of a batch in another order */
    SDK_LIE_SIGN_SHORT,         /* an item too few */
    SDK_LIE_ANSWER_OTHER_FRAME, /* seals the answer for another frame */
    SDK_LIE_ANSWER_REPLAYED,    /* gives the previous answer again */
    SDK_LIE_ANSWER_LOST_TWICE,  /* two times no answer, then the one it has made: no lie, a bad line */
    SDK_LIE_ANSWER_ALWAYS_LOST, /* works, and never answers */
    SDK_LIE_ANSWER_GARBLED_ONCE,
    SDK_LIE_BUSY_ONCE,     /* 503 busy, Retry-After 2, then the answer: no lie */
    SDK_LIE_BUSY_FOR_LONG, /* 503 busy, Retry-After 60 */
    SDK_LIE_REFRESH_B,     /* another B' */
    SDK_LIE_CHECK_MORE,    /* a pin check with an answer field */
    SDK_LIE_DECRYPT_SHORT, /* a W too few */
    SDK_LIE_OTHER_SUBJECT, /* has somebody else's name certified */
    SDK_LIE_OTHER_HOLDER,  /* a session of somebody else's */
    SDK_LIE_OTHER_PROJECT, /* a session in another project */
    SDK_LIE_DECRYPT_W,     /* another W */
    SDK_LIE_CERTIFICATE_OTHER_KEY,
    SDK_LIE_CERTIFICATE_BROKEN_CHAIN
};

/* One generation of the service's half. */
struct sdk_half {
    bool exists;
    uint32_t generation;
    struct cosign_service_half half;
    bool secondary; /* its record has that role */
};

struct sdk_service_key {
    bool used;
    uint8_t id[16];
    uint8_t binding[16];
    bool decrypt;
    const char *state; /* new, pending, generated, usable */
    uint8_t pending_b[COSIGN_SCALAR_SIZE];
    uint8_t pending_com[COSIGN_DIGEST_SIZE];
    uint8_t pending_head[1024];
    size_t pending_head_len;
    struct sdk_half now;
    struct sdk_half next;
    uint64_t next_time_ms; /* of the request that made it */
    uint8_t certificate[2048];
    size_t certificate_len;
    const char *limits; /* further members of the answers to frames; NULL: none */
};

/* The one authorization that the service has, of whose key or for whose device it is (sdk_lending.c). */
struct sdk_lending {
    const char *json;   /* the authorization as it is answered */
    const char *answer; /* what is answered to anything about authorizations instead; NULL: it is */
    int status;         /* … and how; 0: 200 */
    const char *method; /* that the next request must have; NULL: GET, or POST with a body */
    const char *told;   /* of which authorization GET of the binding says that it is; NULL: of none */
    uint8_t key[16];    /* that the binding is of */
    uint8_t binding[16];
    uint8_t device_key[65];
    uint8_t x25519_key[32];
    uint8_t public_key[65];
    uint8_t sealed_half[FRAME_SEALED_HALF_SIZE];
    bool handed_over;
    struct cosign_service_half other; /* the service's half for it */
    unsigned handovers;               /* frames that came, and held */
    unsigned policies;
    uint8_t policy[FRAME_POLICY_SIZE]; /* of the last of them */
    size_t policy_len;
};

struct sdk_stored_answer {
    uint8_t request_id[16];
    uint8_t frame_hash[32];
    int status;
    char body[131072];
};

#define SDK_PROJECT_ID                   \
    {                                    \
        [6] = 0x70, [8] = 0x80, [15] = 1 \
    } /* as it stands in the answers */

struct sdk_service {
    enum sdk_lie lie;
    uint64_t clock_ms; /* set by the test; the clock of the device is another */
    uint64_t born_ms;  /* the box key was stated a day before and ends 30 days after */
    uint64_t told_ms;  /* what GET /v1/service says instead; 0: clock_ms */
    uint8_t identity[HUFU_DEVICE_HANDLE_MAX];
    size_t identity_len;
    uint8_t identity_key[65];
    uint8_t other_identity[HUFU_DEVICE_HANDLE_MAX];
    size_t other_identity_len;
    uint8_t other_identity_key[65];
    uint8_t box_public[32];
    uint8_t box_private[32];
    uint8_t code[ACTIVATION_CODE_SIZE];
    bool code_used;
    char code_text[SERVICE_TEXT_MAX];
    char token[HUFU_TOKEN_TEXT_MAX + 1]; /* of the session */
    uint8_t device_key[65];
    struct sdk_service_key keys[SDK_SERVICE_KEYS_MAX];
    uint32_t pin_failures;
    bool secondary;     /* the device, until it takes the primary's place */
    unsigned orders;    /* that it did */
    bool refresh_due;   /* what it says of every key, until a refresh was confirmed */
    bool clock_refuses; /* judge the time of frames */
    const char *
        refusal; /* the problem that every frame gets instead of being opened; "": what a proxy says; NULL: none */
    const struct sdk_service_key *refused; /* the key whose frames alone get it; NULL: each */
    bool hidden;                           /* no key is found by a GET */
    int refusal_status;
    const char *refusal_extras;
    const char *binding_state; /* of every key; NULL: active */
    struct sdk_ca *ca;
    struct sdk_stored_answer *answers;
    size_t answer_count;
    unsigned lost; /* answers, for SDK_LIE_ANSWER_… */
    /* What came in. */
    unsigned requests;
    unsigned frames;        /* POSTs that carried one */
    char last_body[131072]; /* of the last POST */
    char previous_body[131072];
    char last_url[512];
    char last_jti[64]; /* of a proof */
    char last_proof[HUFU_DPOP_MAX + 1];
    unsigned late_proofs;
    unsigned devices;   /* keys that were bound by an authentication */
    bool authenticated; /* there is an authentication that has passed, and was not spent */
    bool device_limit;  /* no further device is bound */
    unsigned captcha_bits;
    unsigned requests_received;  /* for accounts */
    uint8_t request_token[32];   /* of the last of them */
    const char *request_refusal; /* the problem that such a request gets; NULL: none */
    struct sdk_lending lending;
    struct cosign_random random;
};

struct sdk_service *sdk_service_new(void);
void sdk_service_free(struct sdk_service *service);
uint64_t sdk_service_now(const struct sdk_service *service);
/* A new activation code of the same account. */
const char *sdk_service_new_code(struct sdk_service *service);
/* The transport's other end. */
enum hufu_result sdk_service_request(struct sdk_service *service, const struct hufu_http_request *request,
                                     struct hufu_http_answer *answer);
struct sdk_service_key *sdk_service_key(struct sdk_service *service, bool decrypt);
/* scalar·G */
void sdk_public_of(uint8_t point[COSIGN_POINT_SIZE], const uint8_t scalar[COSIGN_SCALAR_SIZE]);

/* The text of its project, with every pin right. */
void sdk_service_project_text(struct sdk_service *service, char text[SERVICE_TEXT_MAX]);

/* ---- Between the files of the service ---- */

struct json_t;

int sdk_reply(struct hufu_http_answer *answer, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int sdk_problem(struct hufu_http_answer *answer, int status, const char *slug, const char *extras);
/* base64url on the heap of the caller's array. */
#define SDK_TEXT(name, data, len)         \
    char name[BASE64URL_TEXT_SIZE(2048)]; \
    base64url_encode(name, sizeof(name), bytes_of(data, len))

/* The account's device, whose key is kept, and a session: what an activation answers. */
void sdk_reply_session(struct sdk_service *service, struct hufu_http_answer *answer);
void sdk_post_session(struct sdk_service *service, const struct json_t *json,
                      struct hufu_http_answer *answer);
#define SDK_SVG "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n" /* of every handwritten signature */
/* Sessions, records of uses, and the handwritten signature. False: something else was asked for. */
bool sdk_lists_request(const char *path, struct hufu_http_answer *answer);
/* Authorizations, and the binding that is asked for by one. Likewise. */
bool sdk_lending_request(struct sdk_service *service, const char *path, const struct json_t *json,
                         struct hufu_http_answer *answer);
/* Its two frames. */
enum hufu_err sdk_lending_handover(struct sdk_service *service, const struct cosign_service_half *half,
                                   const struct frame *frame, struct bytes body,
                                   struct buf *answer) HUFU_MUST_CHECK;
enum hufu_err sdk_lending_policy(struct sdk_service *service, const struct frame *frame, struct bytes body,
                                 struct buf *answer) HUFU_MUST_CHECK;
/* Of T("hufu/sign-in", …): a proof of the device key. */
bool sdk_proves_sign_in(const uint8_t *authentication, const uint8_t *device_key, uint64_t time_ms,
                        const uint8_t *proof);
/* What people without a session ask for (projects, captchas, authentications, devices). False: it is none of these. */
bool sdk_signup(struct sdk_service *service, const char *path, const struct json_t *json,
                struct hufu_http_answer *answer);

/* Asserts that the request carries a proof for itself that holds. False: but it is too old or too early. */
bool sdk_proof_is_near(struct sdk_service *service, const struct hufu_http_request *request);

/* "primary", "secondary" */
const char *sdk_role_name(bool secondary);
/* What is asked of devices, and an authentication for it. False: something else was. */
bool sdk_devices_request(struct sdk_service *service, const char *path, const struct json_t *json,
                         struct hufu_http_answer *answer);
/* {frame, signature} of a key: the private-key process. */
void sdk_operate(struct sdk_service *service, struct sdk_service_key *key, const struct json_t *json,
                 struct hufu_http_answer *answer);
/* The dishonest signer: all items with a β of its own. */
enum hufu_err sdk_forge_signing(const struct cosign_service_half *half, struct buf *answer, struct bytes head,
                                struct bytes digests, struct bytes body, bool right_beta,
                                const struct cosign_random *random) HUFU_MUST_CHECK;

#endif
