/* SPDX-License-Identifier: Apache-2.0 */
/* libhufu: the device's half of a Hufu key.
 *
 * A Hufu key is an SM2 key of which the device holds one half and the service the other; neither can sign or decrypt
 * alone, and the whole key exists nowhere. This library enrols a device, signs, decrypts, and renews the halves. What
 * comes out are ordinary SM2 signatures (GB/T 32918.2) and CMS documents that any verifier accepts.
 *
 * Everything that differs from phone to phone is a callback in struct hufu_platform: transport, storage, clock,
 * randomness, and the device key in the phone's secure hardware. hufu_openssl.h has ready-made ones for a computer.
 *
 *     struct hufu *hufu;
 *     hufu_open(&hufu, &platform);
 *     hufu_enrol(hufu, &(struct hufu_enrolment){.code = text_of_qr_code, .pin = pin, .pin_len = strlen(pin)});
 *     hufu_key_info(hufu, 0, &key);
 *     hufu_document_new(&document, hufu, &key.id);
 *     hufu_document_update(document, data, len);
 *     hufu_sign(hufu, &document, 1, HUFU_FORM_RAW | HUFU_FORM_CMS, NULL, pin, strlen(pin));
 *     hufu_document_signature(document, signature);
 *     // store the signature, and then
 *     hufu_refresh_due(hufu, &key.id, pin, strlen(pin));
 *     hufu_document_free(document);
 *     hufu_close(hufu);
 *
 * Conventions
 *   - Every function that can fail returns enum hufu_result, which must be checked; outputs are zero unless it is
 *     HUFU_RESULT_OK. hufu_last_report says more about the last failure.
 *   - Sizes are in bytes, times in milliseconds since 1970-01-01 UTC.
 *   - Public keys and points are 65 bytes (04 ‖ x ‖ y), SM2 signatures and device signatures 64 bytes (r ‖ s, each 32
 *     bytes big-endian), digests 32 bytes.
 *   - Functions that fill a buffer of the caller's take its capacity and give the length; with too little room they
 *     return HUFU_RESULT_LIMIT, and *len is the length that is needed.
 *   - A PIN is the caller's and secret: pass its UTF-8 bytes and wipe them afterwards. The library normalises it (NFC),
 *     never stores it or anything that could test it, and wipes its own copies.
 *   - A handle is used by one thread at a time. Different handles do not share anything.
 *   - Functions marked [network] call the transport and may take as long as it does. Those marked [PIN] spend about a
 *     fifth of a second and 64 MiB of memory on the PIN (Argon2id).
 *   - Those marked [person] may wait for somebody's finger or face: like the others marked, not for the thread that draws.
 *   - Section numbers (§) are those of docs/protocol.md. */
#ifndef HUFU_H
#define HUFU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define HUFU_CHECKED __attribute__((warn_unused_result))
#else
#define HUFU_CHECKED
#endif

#define HUFU_ID_SIZE 16
#define HUFU_ID_TEXT_SIZE 37 /* a UUID with its final NUL */
#define HUFU_HASH_SIZE 32
#define HUFU_PUBLIC_KEY_SIZE 65
#define HUFU_DIGEST_SIZE 32
#define HUFU_SIGNATURE_SIZE 64
#define HUFU_SIGNATURE_DER_MAX 72
#define HUFU_PIN_MIN 6         /* bytes of UTF-8 after normalisation */
#define HUFU_PIN_MAX 64        /* likewise */
#define HUFU_BATCH_MAX 256     /* digests or ciphertexts in one request */
#define HUFU_KEYS_MAX 16       /* keys of one device */
#define HUFU_NAME_MAX 255      /* bytes of a name the service gives, without the final NUL */
#define HUFU_TOKEN_TEXT_MAX 64 /* characters of a session token */
#define HUFU_AUTHORIZATION_MAX (HUFU_TOKEN_TEXT_MAX + 5) /* "DPoP ", and the token */
#define HUFU_DPOP_MAX 1536                               /* characters of a proof of possession */
#define HUFU_DEVICE_HANDLE_MAX 512
#define HUFU_HTTP_BODY_MAX 131072
#define HUFU_STORED_VALUE_MAX 32768
#define HUFU_STORED_NAME_MAX 64
#define HUFU_CIPHERTEXT_OVERHEAD 97 /* C1 and C3: a ciphertext is this much longer than its plaintext */
#define HUFU_PURPOSE_FIELD_MAX 128
#define HUFU_CURSOR_MAX 64 /* characters */

/* ---- Results ---- */

/* One value for each decision that an app can take. The numbers are stable; new ones go at the end. */
enum hufu_result {
    HUFU_RESULT_OK = 0,

    /* What the caller or the user can put right at once. */
    HUFU_RESULT_ARGUMENT = 1, /* a parameter is outside its documented range */
    HUFU_RESULT_LIMIT =
        2, /* more, or larger, than a named limit allows; or the caller's buffer is too small */
    HUFU_RESULT_PIN_FORM = 3,     /* not a PIN: 6 to 64 bytes of UTF-8 */
    HUFU_RESULT_CODE_FORM = 4,    /* not a code or text of the kind that is asked for */
    HUFU_RESULT_ADDRESS = 5,      /* the service address would be reached without TLS, or is none */
    HUFU_RESULT_NOT_ENROLLED = 6, /* there is no key here yet: enrol first */
    HUFU_RESULT_ALREADY = 7,      /* enrolled already, with another service or at another address */
    HUFU_RESULT_NOT_FOUND = 8,    /* no such key, certificate or stored value */
    HUFU_RESULT_NOT_READY = 9,    /* the key has no certificate yet, or is for another use */
    HUFU_RESULT_FORM = 10,        /* a signature or ciphertext given to the library is malformed */
    HUFU_RESULT_SIGNATURE = 11,   /* a signature does not verify */

    /* What the service refused. */
    HUFU_RESULT_PIN_WRONG =
        12, /* counted by the service; hufu_report.pin_tries_left says how many are left */
    HUFU_RESULT_PIN_LOCKED = 13,    /* too many wrong PINs */
    HUFU_RESULT_PIN_UNCHANGED = 14, /* an interrupted change of PIN did not take place: the old PIN holds */
    HUFU_RESULT_ACTIVATION = 15,    /* activation code unknown, used, or expired */
    HUFU_RESULT_SESSION = 16,       /* the session has ended: hufu_sign_in, or a new activation code */
    HUFU_RESULT_DEVICE = 17,        /* the service does not accept this device's signature */
    HUFU_RESULT_CLOCK = 18,         /* the clock of this device is wrong by more than a day */
    HUFU_RESULT_GENERATION = 19,    /* the half stored here is out of date: the storage is an old copy */
    HUFU_RESULT_NOT_ALLOWED = 20,   /* role or policy forbid it */
    HUFU_RESULT_NOT_ACTIVE = 21,    /* frozen, suspended, outside its window, or used up: see message_key */
    HUFU_RESULT_CONFLICT = 22,      /* somebody else has done something else in between */
    HUFU_RESULT_CERTIFICATE = 23,   /* the certificate request was refused */
    HUFU_RESULT_REFUSED = 24,       /* any other refusal: see message_key */

    /* The service is not there, or is not what it should be. */
    HUFU_RESULT_AWAY = 25,     /* no answer; try again later */
    HUFU_RESULT_BUSY = 26,     /* it has too much to do; try again soon */
    HUFU_RESULT_FAULT = 27,    /* its answer does not hold. Nothing was released; report it to the operator */
    HUFU_RESULT_IDENTITY = 28, /* it is not the service that the code or the project's text named */

    /* This device. */
    HUFU_RESULT_STORAGE = 29,  /* storage cannot be read or written */
    HUFU_RESULT_DAMAGED = 30,  /* what the storage gave is not what was put there */
    HUFU_RESULT_PLATFORM = 31, /* another callback failed */
    HUFU_RESULT_INTERNAL = 32, /* out of memory, or a fault of this library */
    /* Authentication. */
    HUFU_RESULT_PASSWORD_FORM =
        33, /* no password, or not a good one: 8 or more characters of three classes */
    HUFU_RESULT_AUTHENTICATION =
        34, /* this does not prove who you are (or nothing has begun, or it is over) */
    HUFU_RESULT_AUTHENTICATION_NEEDED = 35, /* hufu_authenticate first, or pass more methods */
    HUFU_RESULT_TOO_MANY = 36,              /* tries, or codes; try again later */
    HUFU_RESULT_PASSWORD_CHANGE = 37,       /* the operator's one-time password must be changed at once */
    HUFU_RESULT_BINDING_UNFINISHED =
        38, /* a hand-over was interrupted: hufu_bind_finish goes on with it first */
    /* The PIN behind a fingerprint or face. */
    HUFU_RESULT_BIOMETRIC_NONE = 39,      /* the platform offers none, or the user has enrolled none */
    HUFU_RESULT_BIOMETRIC_CANCELLED = 40, /* the user cancelled, or was not recognized: ask for the PIN */
    HUFU_RESULT_BIOMETRIC_CHANGED = 41,   /* the enrolled ones have changed; the kept PIN was dropped */
    HUFU_RESULT_COUNT
};

/* The stable message key ("pin-wrong", "away", …), for catalogues of texts; "unknown" for any other number. */
const char *hufu_result_key(enum hufu_result result);

/* More about the last call on a handle. */
struct hufu_report {
    enum hufu_result result;
    int http_status;        /* of the last answer; 0 when none came */
    char message_key[48];   /* the service's own key when it refused, else hufu_result_key(result) */
    char request_id[72];    /* to be quoted to the operator; empty when the service gave none */
    int32_t pin_tries_left; /* after a wrong PIN; -1: not told */
    int32_t
        pin_failures_before; /* after a success: wrong PINs given since the last success, by whomever; -1: not told */
    char field[48];          /* the service's name of what it found fault with; empty: not told */
    char detail[HUFU_NAME_MAX + 1]; /* the service's own words for it, in English; empty: not told */
    char state[24];                 /* the state that a refusal names as being in the way; empty: not told */
    unsigned
        possible; /* when a step of an authorization was refused: what could be done (HUFU_AUTHORIZATION_…) */
    bool has_uses_left;      /* after a use of somebody else's certificate … */
    uint64_t uses_left;      /* … how many are left … */
    uint64_t valid_until_ms; /* … and when the window ends; 0: not told */
};

/* ---- The platform: what the app provides ---- */

/* Every callback gets the context of its group back. Callbacks must not call the library. They return
 * HUFU_RESULT_OK, or one of the results named with them, or HUFU_RESULT_PLATFORM. */

struct hufu_http_request {
    const char *method; /* "GET", "POST", "PUT", "PATCH" or "DELETE" */
    const char *
        url; /* https, or http to loopback alone: the library has checked it (hufu_address_allowed); may have a query */
    const char *authorization; /* value of the header "Authorization"; secret; NULL: none */
    const char *dpop;          /* value of the header "DPoP"; NULL: none */
    const uint8_t *body;       /* of type application/json; NULL: none */
    size_t body_len;
    const uint8_t
        *tls_pin; /* 32 bytes: SHA-256 of the SubjectPublicKeyInfo that the server must show; NULL: the
                               system's authorities decide */
};

/* The body goes to memory of the library's. */
struct hufu_http_answer {
    int status;
    uint8_t *body;
    size_t body_cap;
    size_t body_len;
    uint32_t retry_after_s; /* of a Retry-After in seconds; 0: none */
};

/* One request and its answer; any status is HUFU_RESULT_OK. No redirects, no retries.
 * HUFU_RESULT_AWAY: no whole answer; HUFU_RESULT_IDENTITY: the server showed another key than tls_pin;
 * HUFU_RESULT_LIMIT: the body is longer than body_cap. */
struct hufu_transport {
    void *context;
    enum hufu_result (*request)(void *context, const struct hufu_http_request *request,
                                struct hufu_http_answer *answer);
};

/* Values under names ([a-z0-9-], at most HUFU_STORED_NAME_MAX). Values are secret: keep them under a key of the
 * platform's secure hardware, never under one made from the PIN (§6). */
struct hufu_storage {
    void *context;
    /* HUFU_RESULT_NOT_FOUND, HUFU_RESULT_LIMIT, HUFU_RESULT_DAMAGED (not authentic), HUFU_RESULT_STORAGE. */
    enum hufu_result (*get)(void *context, const char *name, uint8_t *value, size_t cap, size_t *len);
    /* Atomic and durable: after a crash at any moment the name has the old value or the new one, and once put has
     * returned HUFU_RESULT_OK the new one. HUFU_RESULT_STORAGE. */
    enum hufu_result (*put)(void *context, const char *name, const uint8_t *value, size_t len);
    /* Durable too; HUFU_RESULT_OK also when there is no such name. */
    enum hufu_result (*remove)(void *context, const char *name);
};

struct hufu_clock {
    void *context;
    uint64_t (*now_ms)(void *context);
    void (*wait_ms)(void *context, uint32_t ms); /* between repetitions of a request; NULL: no waiting */
};

struct hufu_random {
    void *context;
    /* Fresh random bytes of the operating system. */
    enum hufu_result (*fill)(void *context, void *out, size_t len);
};

/* The device key: ECDSA P-256 with SHA-256, its private half in secure hardware where there is any. */
struct hufu_device_key {
    void *context;
    /* Makes a key. handle: whatever finds it again, at most HUFU_DEVICE_HANDLE_MAX bytes; the library keeps it in
     * storage alone, so it may be the private key itself where there is no hardware. */
    enum hufu_result (*create)(void *context, uint8_t *handle, size_t handle_cap, size_t *handle_len,
                               uint8_t public_key[HUFU_PUBLIC_KEY_SIZE]);
    /* r ‖ s over SHA-256 of the message. */
    enum hufu_result (*sign)(void *context, const uint8_t *handle, size_t handle_len, const uint8_t *message,
                             size_t message_len, uint8_t signature[HUFU_SIGNATURE_SIZE]);
    /* Checks somebody else's P-256 signature: HUFU_RESULT_OK or HUFU_RESULT_SIGNATURE. */
    enum hufu_result (*verify)(void *context, const uint8_t public_key[HUFU_PUBLIC_KEY_SIZE],
                               const uint8_t *message, size_t message_len,
                               const uint8_t signature[HUFU_SIGNATURE_SIZE]);
};

/* Optional: a place for the PIN that only the user's fingerprint or face opens. All three, or (none offered) all NULL. The platform
 * encrypts the PIN under a key of its secure hardware that each use of asks for the user, that no passcode of the phone opens instead,
 * and that a change of the enrolled fingerprints or faces destroys (Android Keystore: setUserAuthenticationRequired,
 * AUTH_BIOMETRIC_STRONG, setInvalidatedByBiometricEnrollment; Apple's key chain: biometryCurrentSet, this device only). It keeps
 * one PIN, which belongs to one handle's storage, in no backup, and wipes its copies of it. store and retrieve may wait for a person. */
struct hufu_biometric {
    void *context;
    /* In place of what is kept; pin has 6 to 64 bytes, and no NUL. HUFU_RESULT_BIOMETRIC_NONE: nothing is enrolled;
     * HUFU_RESULT_BIOMETRIC_CANCELLED, where the platform asks for the user here too: what was kept before, if anything, still is. */
    enum hufu_result (*store)(void *context, const char *pin, size_t len);
    /* Asks for the user. HUFU_RESULT_NOT_FOUND: nothing is kept; HUFU_RESULT_BIOMETRIC_NONE; HUFU_RESULT_BIOMETRIC_CANCELLED: the user
     * cancelled or was not recognized; HUFU_RESULT_BIOMETRIC_CHANGED: it can no longer be opened. */
    enum hufu_result (*retrieve)(void *context, char *pin, size_t cap, size_t *len);
    /* Erases what is kept, without asking anybody; HUFU_RESULT_OK also when there is nothing. */
    enum hufu_result (*forget)(void *context);
};

struct hufu_platform {
    struct hufu_transport transport;
    struct hufu_storage storage;
    struct hufu_clock clock;
    struct hufu_random random;
    struct hufu_device_key device_key;
    struct hufu_biometric biometric;
};

/* Whether a service address may be used: https, or http to this machine (127.0.0.0/8, [::1], localhost), without user
 * name, query or fragment. */
bool hufu_address_allowed(const char *url);

/* ---- Handles ---- */

struct hufu; /* one enrolled device: one account at one service, with its keys */

/* Opens what the storage holds, or an empty handle. The platform is copied; its contexts must live as long as the
 * handle. HUFU_RESULT_DAMAGED, HUFU_RESULT_STORAGE. */
enum hufu_result hufu_open(struct hufu **hufu, const struct hufu_platform *platform) HUFU_CHECKED;
/* Wipes and frees; NULL is fine. Documents of the handle are freed before it. */
void hufu_close(struct hufu *hufu);
/* Valid until the next call on the handle. */
const struct hufu_report *hufu_last_report(const struct hufu *hufu);

struct hufu_id {
    uint8_t bytes[HUFU_ID_SIZE];
};
void hufu_id_format(char text[HUFU_ID_TEXT_SIZE], const struct hufu_id *id);
enum hufu_result hufu_id_parse(struct hufu_id *id, const char *text) HUFU_CHECKED;

/* ---- Choosing service and organization ---- */

/* A device finds its service by a text, mostly read from a QR code: an activation code (hufu_enrol), or what a project gives to
 * everybody, which has no code in it and is no secret. Either names the keys that the service must show, so it must come from
 * somebody who is trusted: what the text names is what passwords and codes are sent to. */

/* [network] Takes a project's text for the service of this device, if the service proves that it is the one and has the project;
 * else what was chosen before stays. The same again: HUFU_RESULT_OK and nothing happens. HUFU_RESULT_CODE_FORM: no such text;
 * HUFU_RESULT_ARGUMENT: NULL; HUFU_RESULT_ADDRESS; HUFU_RESULT_IDENTITY; HUFU_RESULT_ALREADY: this device is an account's
 * already; HUFU_RESULT_NOT_FOUND: the service has no such project. */
enum hufu_result hufu_service_from_text(struct hufu *hufu, const char *text) HUFU_CHECKED;

struct hufu_project {
    struct hufu_id id;
    char name[HUFU_NAME_MAX + 1];
    bool takes_requests;      /* for accounts: hufu_account_request */
    bool lists_organizations; /* hufu_organizations */
};
/* [network] HUFU_RESULT_NOT_ENROLLED: no service was chosen. */
enum hufu_result hufu_project(struct hufu *hufu, struct hufu_project *project) HUFU_CHECKED;

struct hufu_organization {
    struct hufu_id id;
    char name[HUFU_NAME_MAX + 1];
};
struct hufu_organization_query {
    char cursor[HUFU_CURSOR_MAX +
                1]; /* empty: from the first on; afterwards where to go on, or empty at the end */
};
/* [network] The next of the project's organizations, at most cap (above 0). HUFU_RESULT_NOT_ALLOWED: the project does not list
 * them; HUFU_RESULT_TOO_MANY. */
enum hufu_result hufu_organizations(struct hufu *hufu, struct hufu_organization_query *query,
                                    struct hufu_organization *organizations, size_t cap,
                                    size_t *count) HUFU_CHECKED;

/* Whose device this shall become, by work number: what hufu_authenticate is about until it is one. HUFU_RESULT_NOT_ENROLLED: no
 * service was chosen; HUFU_RESULT_ALREADY: it is somebody else's. */
enum hufu_result hufu_user(struct hufu *hufu, const char *work_number) HUFU_CHECKED;

/* ---- Asking for an account ---- */

/* NULL or empty: not told. Everything else stands in docs/api.md, with its form. */
struct hufu_account_request {
    const char *work_number; /* must be told, as name and mobile number */
    const char *name;
    const char *organization; /* by its name */
    const char *mobile;
    const char *identity_kind; /* "resident-card", "passport", "hong-kong-macao-permit", "taiwan-permit",
                                  "permanent-residence", "military-card", "other" */
    const char *identity_number;
    const char *email;
    const char *department;
    const char *occupation;
    const char *country; /* two letters */
    const char *province;
    const char *city;
    const char *sex; /* "male", "female" */
    const char *remark;
    const uint8_t *seal_picture; /* JPEG or PNG */
    size_t seal_picture_len;
};
#define HUFU_SEAL_PICTURE_MAX 65536

/* [network] Has a code sent to the mobile number, for five minutes; a captcha is answered by the library itself, with a bound on its
 * work. HUFU_RESULT_NOT_ENROLLED: no service was chosen; HUFU_RESULT_NOT_ALLOWED: the project takes no requests;
 * HUFU_RESULT_TOO_MANY: one a minute, ten a day; HUFU_RESULT_REFUSED: it is no mobile number. */
enum hufu_result hufu_account_request_code(struct hufu *hufu, const char *mobile) HUFU_CHECKED;
/* [network] Asks for an account with the code that came. An operator decides, or the project's rule; one that waits is replaced by a
 * later one of the same mobile number. HUFU_RESULT_AUTHENTICATION: the code is wrong, or was used; HUFU_RESULT_REFUSED: a field is
 * not of its form (hufu_last_report says "bad-field"), which costs no code; HUFU_RESULT_ARGUMENT, HUFU_RESULT_LIMIT. Interrupted:
 * hufu_account_request_state tells whether it was received. */
enum hufu_result hufu_account_request(struct hufu *hufu, const struct hufu_account_request *request,
                                      const char *code) HUFU_CHECKED;
/* [network] What became of the last request of this device. HUFU_RESULT_NOT_FOUND: none was received. */
struct hufu_account_request_state {
    char state[24];                  /* "requested", "active", "suspended", "closed" */
    char refusal[HUFU_NAME_MAX + 1]; /* why it was refused; else empty */
};
enum hufu_result hufu_account_request_state(struct hufu *hufu,
                                            struct hufu_account_request_state *state) HUFU_CHECKED;

/* ---- Enrolment ---- */

/* The steps of enrolment, told as they begin. */
enum hufu_step {
    HUFU_STEP_SERVICE,     /* asks the service who it is, and checks it against the activation code */
    HUFU_STEP_DEVICE_KEY,  /* makes the device key */
    HUFU_STEP_ACTIVATION,  /* redeems the code, or spends the authentication */
    HUFU_STEP_KEY,         /* asks for a key to be set up */
    HUFU_STEP_GENERATION,  /* both sides make their halves */
    HUFU_STEP_CERTIFICATE, /* first co-signature: the certificate request */
    HUFU_STEP_DONE
};

struct hufu_enrolment {
    const char *code; /* text of the activation code; NULL: go on with what is stored */
    const char *pin;  /* of the new keys */
    size_t pin_len;
    const char *device_name;  /* shown in lists of devices, at most 100 bytes; NULL: none */
    const char *device_model; /* likewise */
    const char *application;  /* shown in lists of sessions, 1 to 64 bytes; NULL: "hufu" */
    void (*progress)(void *context, enum hufu_step step); /* NULL: none */
    void *progress_context;
};

/* [network] [PIN] Makes this device a device of the account that the code was given out for, with one signing key and
 * its certificate. Can be interrupted at any moment: called again, it goes on, with the PIN given first once the key
 * has been generated. Complete already: HUFU_RESULT_OK and nothing happens, unless a new code of the same service is
 * given, which begins a new session. */
enum hufu_result hufu_enrol(struct hufu *hufu, const struct hufu_enrolment *enrolment) HUFU_CHECKED;

enum hufu_usage {
    HUFU_USAGE_SIGN = 1,
    HUFU_USAGE_DECRYPT = 2
};

/* [network] [PIN] Another key of this device, or the rest of one that was interrupted. The PIN is the device's: it is
 * checked against a half that exists, also of a key whose generation or hand-over was interrupted, which that settles.
 * A key is for signing or for decrypting, never both (§4). A signing key gets its certificate at once. */
enum hufu_result hufu_key_create(struct hufu *hufu, enum hufu_usage usage, const char *pin, size_t pin_len,
                                 struct hufu_id *key) HUFU_CHECKED;

/* [network] Redeems a code alone: this device is one of the account from now on, without a key yet. The account's first device
 * goes on with hufu_enrol; a later one, which the service has wait, with hufu_bind_begin. The PIN of the enrolment is not used. */
enum hufu_result hufu_join(struct hufu *hufu, const struct hufu_enrolment *enrolment) HUFU_CHECKED;

/* [network] The same without a code: spends an authentication for HUFU_AUTHENTICATE_BIND_DEVICE of whom hufu_user named, and goes
 * on alike. Interrupted before it was HUFU_RESULT_OK, it needs a new authentication; the device key stays, so that it is one
 * device for the service. A device of the account already: HUFU_RESULT_OK and nothing happens. code and PIN of the enrolment are
 * not used. HUFU_RESULT_NOT_ENROLLED: hufu_service_from_text and hufu_user come first; HUFU_RESULT_AUTHENTICATION_NEEDED;
 * HUFU_RESULT_CONFLICT: the account has as many devices as it may; HUFU_RESULT_FAULT: the service answered with somebody else's
 * session, of which nothing was taken. */
enum hufu_result hufu_bind_by_authentication(struct hufu *hufu,
                                             const struct hufu_enrolment *enrolment) HUFU_CHECKED;

/* What the device knows of itself; HUFU_RESULT_NOT_ENROLLED before activation. */
struct hufu_account {
    char service_url[HUFU_NAME_MAX + 1];
    char project_name[HUFU_NAME_MAX + 1];
    char name[HUFU_NAME_MAX + 1];
    char work_number[HUFU_NAME_MAX + 1];
    struct hufu_id account;
    struct hufu_id device;
    uint64_t session_expires_ms;
};
enum hufu_result hufu_account(struct hufu *hufu, struct hufu_account *account) HUFU_CHECKED;

/* [network] Removes the user from this device: signs out if the service answers, and then erases all that is stored here. The keys' halves
 * on this device are gone for good. The handle is empty afterwards. Called again, it completes what was interrupted. */
enum hufu_result hufu_forget(struct hufu *hufu) HUFU_CHECKED;

/* ---- About ---- */

#define HUFU_COMPONENTS_MAX 24
struct hufu_component {
    char name[64];
    char licence[64]; /* as SPDX names it */
};
/* What the service says of itself. */
struct hufu_about {
    char address[HUFU_NAME_MAX + 1];
    char version[32];
    char licence[64];
    size_t component_count;
    struct hufu_component components[HUFU_COMPONENTS_MAX]; /* that it is built of */
};
/* [network] */
enum hufu_result hufu_about(struct hufu *hufu, struct hufu_about *about) HUFU_CHECKED;
/* Of this library. */
const char *hufu_version(void);

/* ---- Sessions ---- */

/* A session of the account: somebody signed in with an application on a device. Its token is bound to that device's key. */
struct hufu_session {
    struct hufu_id id;
    char application[HUFU_NAME_MAX + 1];
    struct hufu_id device;
    char device_name[HUFU_NAME_MAX + 1]; /* empty: none */
    char device_model[HUFU_NAME_MAX + 1];
    uint64_t since_ms;
    uint64_t last_used_ms; /* to the minute; 0: never, or by signatures alone */
    uint64_t until_ms;
    bool current; /* the one of this handle */
};

/* [network] Where the account is signed in. HUFU_RESULT_LIMIT: there are more than cap. */
enum hufu_result hufu_sessions(struct hufu *hufu, struct hufu_session *sessions, size_t cap,
                               size_t *count) HUFU_CHECKED;
/* [network] Signs out of one session (NULL: this one), or of all. What is stored here stays: a new session goes on with the same keys.
 * HUFU_RESULT_NOT_FOUND: the account has no such session. */
enum hufu_result hufu_session_end(struct hufu *hufu, const struct hufu_id *session) HUFU_CHECKED;
enum hufu_result hufu_session_end_all(struct hufu *hufu) HUFU_CHECKED;

/* ---- Handwritten signature ---- */

/* Where the pen was. */
struct hufu_stroke_point {
    uint32_t x, y;     /* inside of width and height */
    uint32_t time_ms;  /* since the first point of all; at most ten minutes */
    uint32_t pressure; /* 0 to 1000 */
};
struct hufu_stroke {
    const struct hufu_stroke_point *points;
    size_t count; /* above 0 */
};
struct hufu_handwriting {
    uint32_t width, height; /* of what was drawn on, in its own unit: 16 to 4096 */
    const struct hufu_stroke *strokes;
    size_t count; /* 1 to 128, with at most 1536 points in all */
};

/* [network] Submits it, in the place of the one before. HUFU_RESULT_REFUSED: it is none. */
enum hufu_result hufu_handwriting_put(struct hufu *hufu,
                                      const struct hufu_handwriting *handwriting) HUFU_CHECKED;
/* [network] The picture of it (SVG; cap: HUFU_HTTP_BODY_MAX is always enough). HUFU_RESULT_NOT_FOUND. */
enum hufu_result hufu_handwriting_svg(struct hufu *hufu, char *svg, size_t cap, size_t *len) HUFU_CHECKED;
/* [network] Takes it back: it is erased. HUFU_RESULT_NOT_FOUND. */
enum hufu_result hufu_handwriting_remove(struct hufu *hufu) HUFU_CHECKED;

/* ---- Use records ---- */

/* What one of the account's devices attempted, or an authorized user with one of the account's keys. */
struct hufu_use_record {
    uint64_t time_ms;
    char operation[64]; /* the service's name of it: "sm2/sign", "device.activate", … */
    bool refused;
    char reason[64];                     /* of a refusal: the message key */
    char person_name[HUFU_NAME_MAX + 1]; /* the authorized user's; empty: the account itself did it */
    char work_number[HUFU_NAME_MAX + 1]; /* theirs */
    bool has_device;                     /* of the account's own */
    struct hufu_id device;
    char device_name[HUFU_NAME_MAX + 1]; /* empty: none */
    char application[HUFU_NAME_MAX + 1]; /* of the session; empty: it was in none, or long ago */
};
/* Which; zero: today's, by the project's time zone. */
struct hufu_use_query {
    const char
        *from;      /* first day, "2026-01-31"; NULL: today. Days are asked for by the primary device alone */
    const char *to; /* last day, included; NULL: today */
    char cursor[HUFU_CURSOR_MAX +
                1]; /* empty: from the newest on; afterwards where to go on, or empty at the end */
};

/* [network] The next of them, the newest first, at most cap (above 0). HUFU_RESULT_NOT_ALLOWED: days, and this is not the primary
 * device. */
enum hufu_result hufu_use_records(struct hufu *hufu, struct hufu_use_query *query,
                                  struct hufu_use_record *records, size_t cap, size_t *count) HUFU_CHECKED;

/* ---- Authentication ---- */

/* What for. The service's project says which methods suffice for each. */
enum hufu_authentication_purpose {
    HUFU_AUTHENTICATE_BIND_DEVICE,
    HUFU_AUTHENTICATE_SIGN_IN, /* a new session of this device */
    HUFU_AUTHENTICATE_CONFIRM, /* something that the session is about to do */
    HUFU_AUTHENTICATE_RECOVER  /* a forgotten password */
};

/* Methods, to be put together. */
#define HUFU_METHOD_PASSWORD 1u
#define HUFU_METHOD_SMS 2u
#define HUFU_METHOD_FACE 4u
#define HUFU_METHOD_QR 8u
#define HUFU_WAYS_MAX 8

/* How far it has come. */
struct hufu_authentication {
    bool done;       /* what was passed suffices */
    unsigned passed; /* methods */
    size_t way_count;
    unsigned ways[HUFU_WAYS_MAX]; /* each: the methods that would do */
};

/* [network] Begins, in place of any before: of the account that this device belongs to, or, to bind the device or to recover the
 * password, of whom hufu_user named. A captcha is answered by the library
 * itself, by some tenths of a second of work. The handle keeps it, for ten minutes at most, until something spends it. */
enum hufu_result hufu_authenticate(struct hufu *hufu, enum hufu_authentication_purpose purpose,
                                   struct hufu_authentication *state) HUFU_CHECKED;
/* [network] HUFU_RESULT_AUTHENTICATION: wrong; after five of them the authentication is over, after ten in an hour
 * HUFU_RESULT_TOO_MANY. HUFU_RESULT_PASSWORD_CHANGE: it is the operator's one-time password; give the new one as well (changed,
 * else NULL). */
enum hufu_result hufu_authenticate_password(struct hufu *hufu, const char *password, size_t password_len,
                                            const char *changed, size_t changed_len,
                                            struct hufu_authentication *state) HUFU_CHECKED;
/* [network] Has a code sent to the account's mobile number, for five minutes. HUFU_RESULT_TOO_MANY: one a minute, ten a day. */
enum hufu_result hufu_authenticate_send_code(struct hufu *hufu) HUFU_CHECKED;
enum hufu_result hufu_authenticate_code(struct hufu *hufu, const char *code,
                                        struct hufu_authentication *state) HUFU_CHECKED;
/* [network] */
enum hufu_result hufu_authentication_state(struct hufu *hufu, struct hufu_authentication *state) HUFU_CHECKED;

/* [network] Spends an authentication for HUFU_AUTHENTICATE_SIGN_IN: a new session of this device, with the same keys. application: as
 * in struct hufu_enrolment. HUFU_RESULT_AUTHENTICATION_NEEDED: there is none that suffices. */
enum hufu_result hufu_sign_in(struct hufu *hufu, const char *application) HUFU_CHECKED;

/* ---- a remembered password ---- */

/* [network] Has the password remembered on this device, after hufu_authenticate for HUFU_AUTHENTICATE_CONFIRM has passed it: a token that
 * works with this device's key alone. The password itself is never stored. HUFU_RESULT_NOT_ALLOWED: the project does not want
 * it. */
enum hufu_result hufu_password_remember(struct hufu *hufu) HUFU_CHECKED;
/* [network] Has it forgotten, here at once and at the service if it answers. */
enum hufu_result hufu_password_forget(struct hufu *hufu) HUFU_CHECKED;
/* Whether there is one here. */
bool hufu_password_remembered(struct hufu *hufu);
/* [network] Passes the password by it. HUFU_RESULT_AUTHENTICATION: it is over; it is forgotten here then. */
enum hufu_result hufu_authenticate_remembered(struct hufu *hufu,
                                              struct hufu_authentication *state) HUFU_CHECKED;

/* ---- a QR code that a bound device scans ---- */

#define HUFU_QR_TEXT_MAX 128
/* [network] The text of a code to be shown; hufu_authentication_state tells when it was approved. Whoever only sees it can do nothing
 * with it. */
enum hufu_result hufu_authenticate_qr(struct hufu *hufu, char text[HUFU_QR_TEXT_MAX]) HUFU_CHECKED;
/* [network] What a scanned code asks for: to be shown to the person, who may then approve it. HUFU_RESULT_CODE_FORM: no such code;
 * HUFU_RESULT_NOT_FOUND: it is over, or another account's. */
struct hufu_authentication_request {
    enum hufu_authentication_purpose purpose;
    uint64_t begun_ms;
    uint64_t expires_ms;
};
enum hufu_result hufu_authentication_scan(struct hufu *hufu, const char *text,
                                          struct hufu_authentication_request *request) HUFU_CHECKED;
/* [network] HUFU_RESULT_NOT_ACTIVE: this device has no active key; HUFU_RESULT_NOT_ALLOWED: it is the one that asks. */
enum hufu_result hufu_authentication_approve(struct hufu *hufu, const char *text) HUFU_CHECKED;

/* ---- a face ---- */

#define HUFU_FACE_MAX 65536 /* bytes of a picture, JPEG or PNG */
/* [network] Passes by a picture. HUFU_RESULT_REFUSED: it does not show one face. */
enum hufu_result hufu_authenticate_face(struct hufu *hufu, const uint8_t *picture, size_t len,
                                        struct hufu_authentication *state) HUFU_CHECKED;
/* [network] Keeps the picture at the service, sealed, for later ones to be compared with; after hufu_authenticate for
 * HUFU_AUTHENTICATE_CONFIRM has passed password and SMS. */
enum hufu_result hufu_face_enrol(struct hufu *hufu, const uint8_t *picture, size_t len) HUFU_CHECKED;

/* ---- the password ---- */

/* [network] Every other session of the account ends. HUFU_RESULT_AUTHENTICATION: the old one is wrong; HUFU_RESULT_PASSWORD_FORM:
 * the new one is not good enough; HUFU_RESULT_TOO_MANY. */
enum hufu_result hufu_password_change(struct hufu *hufu, const char *old, size_t old_len, const char *wanted,
                                      size_t wanted_len) HUFU_CHECKED;
/* [network] Spends an authentication for HUFU_AUTHENTICATE_RECOVER. All sessions of the account end, this device's too.
 * HUFU_RESULT_PASSWORD_FORM; HUFU_RESULT_AUTHENTICATION_NEEDED: there is none that suffices. */
enum hufu_result hufu_password_recover(struct hufu *hufu, const char *wanted, size_t wanted_len) HUFU_CHECKED;

/* ---- Keys ---- */

enum hufu_stage {
    HUFU_STAGE_NEW = 1,       /* set up at the service, no halves yet */
    HUFU_STAGE_GENERATED = 2, /* the halves exist */
    HUFU_STAGE_CERTIFIED = 3  /* its certificate is stored here */
};

struct hufu_key_info {
    struct hufu_id id;
    enum hufu_usage usage;
    enum hufu_stage stage;
    bool half_stored; /* under the device's PIN; in stage new it was interrupted at its last step */
    uint8_t public_key[HUFU_PUBLIC_KEY_SIZE]; /* zero in stage new */
    uint32_t generation;
    bool refresh_unfinished; /* the answer to a refresh was lost; the next use settles it */
    bool pin_unfinished;     /* that refresh was a change of PIN: the next use expects the new PIN */
    /* Changes of PIN that this key has seen. Keys with halves that differ in it have different PINs: a change was
     * interrupted between them, and waits for hufu_pin_change. */
    uint32_t pin_changes;
    bool is_authorized;             /* somebody else's, used by an authorization: */
    struct hufu_id authorization;   /* which one; else zero */
    char holder[HUFU_NAME_MAX + 1]; /* whose it is, as the service said when it was handed over; else empty */
    char holder_work_number[HUFU_NAME_MAX + 1];
};

/* How many keys are stored here; index is below that. */
size_t hufu_key_count(const struct hufu *hufu);
enum hufu_result hufu_key_info(struct hufu *hufu, size_t index, struct hufu_key_info *info) HUFU_CHECKED;

/* [network] What the service says of a key. */
struct hufu_key_status {
    char key_state[24];
    char binding_state[24];
    char role[24];
    char subject[HUFU_NAME_MAX + 1];
    uint32_t generation;
    uint32_t pin_failures;
    uint32_t pin_limit;
    bool pin_locked;
    bool has_uses_left;
    uint64_t uses_left;
    uint64_t valid_from_ms; /* of an authorization; 0: no window */
    uint64_t valid_until_ms;
    bool has_certificate;
    char certificate_serial[72];
    uint64_t certificate_from_ms;
    uint64_t certificate_until_ms;
    uint64_t refreshed_ms; /* when the halves were made or renewed last */
    bool refresh_due;      /* by the project's rule, or after hufu_promote: the next signature renews them */
};
enum hufu_result hufu_key_status(struct hufu *hufu, const struct hufu_id *key,
                                 struct hufu_key_status *status) HUFU_CHECKED;

/* [network] Whether the service answers, proves its identity, and for which time. Needs an enrolled device. */
struct hufu_service_status {
    char version[32];
    uint64_t time_ms;            /* the service's clock */
    int64_t clock_difference_ms; /* service minus device */
    uint64_t statement_until_ms; /* end of the box key's statement (§7) */
};
enum hufu_result hufu_service_status(struct hufu *hufu, struct hufu_service_status *status) HUFU_CHECKED;

/* A certificate of the key, DER: index 0 is the key's own, then its issuers up to the root. HUFU_RESULT_NOT_FOUND
 * beyond the last. */
enum hufu_result hufu_certificate(struct hufu *hufu, const struct hufu_id *key, size_t index, uint8_t *der,
                                  size_t cap, size_t *len) HUFU_CHECKED;

/* ---- A second device (§5) ---- */

/* The text of a QR code that one device shows and the other scans, with its final NUL. Nothing in it is secret, but it must
 * come from the other device's screen: it is what keeps the service from putting keys of its own in between. */
#define HUFU_BIND_CODE_MAX 256

/* [network] The new device, once it has joined: asks for a half of the account's first key of this use that it has none of, and
 * gives the code that the primary device has to scan (hufu_handover). What belongs to the code lives in this handle alone: when
 * it is closed, begin again. HUFU_RESULT_NOT_FOUND: the account has no such key; HUFU_RESULT_NOT_ALLOWED: this device makes
 * its keys itself; HUFU_RESULT_NOT_READY: hufu_bind_finish was interrupted, and goes on without a code. */
enum hufu_result hufu_bind_begin(struct hufu *hufu, enum hufu_usage usage,
                                 char code[HUFU_BIND_CODE_MAX]) HUFU_CHECKED;

/* [network] [PIN] The primary device: hands a half over to another device of the same account, whose code it has scanned, and gives
 * the code that that device has to scan in turn. HUFU_RESULT_CODE_FORM; HUFU_RESULT_FAULT: the keys that the service has for the
 * new device are not those of the code; HUFU_RESULT_NOT_ALLOWED: this is no primary device, or the code is an authorized user's
 * (hufu_authorization_handover), which is said before the PIN is used; HUFU_RESULT_CONFLICT: that binding was handed over already,
 * or its day is over. */
enum hufu_result hufu_handover(struct hufu *hufu, const char *code, const char *pin, size_t pin_len,
                               char back[HUFU_BIND_CODE_MAX]) HUFU_CHECKED;

/* [network] [PIN] The new device: takes its half, makes a new one of it at once, so that the primary no longer knows it, under the
 * PIN given (the device's, if it has keys already), and fetches the certificate. back: the primary's code; NULL: goes on after
 * an interruption. HUFU_RESULT_NOT_READY: not handed over yet; HUFU_RESULT_FAULT: what the service gives is not what the
 * primary made: nothing was stored. After an interruption every result but HUFU_RESULT_OK leaves what is stored, and it goes on with the next call,
 * unless hufu_bind_unfinished is false then: the hand-over did not take place, for good (HUFU_RESULT_GENERATION, or
 * HUFU_RESULT_NOT_ACTIVE of a binding that was removed or whose day was over), and hufu_bind_begin begins anew. */
enum hufu_result hufu_bind_finish(struct hufu *hufu, const char *back, const char *pin,
                                  size_t pin_len) HUFU_CHECKED;
/* Whether hufu_bind_finish was interrupted and goes on without a code: the binding, or its certificate, is still missing. */
bool hufu_bind_unfinished(const struct hufu *hufu);

/* ---- Authorizations: letting others use one's certificate (docs/authorizations.md) ---- */

/* What an authorization is for, to be put together; decrypting stands alone. */
#define HUFU_OPERATION_SIGN 1u
#define HUFU_OPERATION_LOGIN 2u
#define HUFU_OPERATION_DECRYPT 4u

/* What can be done with one, by whoever asks. */
#define HUFU_AUTHORIZATION_CONFIRM 1u
#define HUFU_AUTHORIZATION_REFUSE 2u
#define HUFU_AUTHORIZATION_BIND 4u
#define HUFU_AUTHORIZATION_FREEZE 8u
#define HUFU_AUTHORIZATION_UNFREEZE 16u
#define HUFU_AUTHORIZATION_MODIFY 32u
#define HUFU_AUTHORIZATION_RENEW 64u
#define HUFU_AUTHORIZATION_RESET_PASSWORD 128u
#define HUFU_AUTHORIZATION_DELETE 256u

#define HUFU_AUTHORIZATION_TEXT_MAX 1000 /* bytes of a reason or a remark */
#define HUFU_AUTHORIZATION_WHY_MAX 150   /* bytes of the reason of a refusal */
#define HUFU_AUTHORIZATION_WORK_NUMBER_MAX 64

enum hufu_party {
    HUFU_PARTY_HOLDER,    /* whose certificate it is */
    HUFU_PARTY_AUTHORIZED /* who may use it */
};
#define HUFU_PARTY_COUNT 2

/* One of the two, as far as the service tells of them; empty: not told. */
struct hufu_authorization_person {
    char name[HUFU_NAME_MAX + 1];
    char work_number[HUFU_NAME_MAX + 1];
    char mobile[32]; /* masked */
};

struct hufu_authorization {
    struct hufu_id id;
    char state[24]; /* "pending", "awaiting_device", "active", "frozen", "expired", "deleted" */
    /* Why it is expired or deleted: "window", "uses", "refused", "deleted", "key" (the holder has no half of it any more); else empty. */
    char ended[16];
    enum hufu_party own; /* which of the two this account is */
    enum hufu_party begun_by;
    struct hufu_authorization_person people[HUFU_PARTY_COUNT];
    unsigned operations;
    uint64_t from_ms; /* the window, its end excluded */
    uint64_t until_ms;
    uint64_t uses; /* digests and points, all together; 0: any number within the window */
    bool has_uses_left;
    uint64_t uses_left;
    bool
        policy_due; /* the window is wanted, and the holder's primary device has not signed it: hufu_authorization_seal */
    unsigned possible;
    char reason[HUFU_AUTHORIZATION_TEXT_MAX + 1]; /* empty: none, or none that can be shown */
    char remark[HUFU_AUTHORIZATION_TEXT_MAX + 1];
    bool has_key; /* of the holder */
    struct hufu_id key;
    bool has_binding; /* of the authorized user's device, as soon as it has asked */
    struct hufu_id binding;
    uint64_t created_ms;
    uint64_t changed_ms;
};

struct hufu_authorization_query {
    enum hufu_party own; /* those that the account gives as holder, or that it has as authorized user */
    char cursor[HUFU_CURSOR_MAX +
                1]; /* empty: from the first on; afterwards where to go on, or empty at the end */
};
/* [network] The next of the account's authorizations, those that are over too, at most cap (above 0). */
enum hufu_result hufu_authorizations(struct hufu *hufu, struct hufu_authorization_query *query,
                                     struct hufu_authorization *authorizations, size_t cap,
                                     size_t *count) HUFU_CHECKED;
/* [network] HUFU_RESULT_NOT_FOUND: there is none of this account's. */
enum hufu_result hufu_authorization(struct hufu *hufu, const struct hufu_id *id,
                                    struct hufu_authorization *authorization) HUFU_CHECKED;

/* What is asked for. Texts: NULL or empty: none. */
struct hufu_authorization_wish {
    unsigned operations;
    uint64_t from_ms; /* 0: from now on */
    uint64_t until_ms;
    uint64_t uses;      /* 0: any number, where the project allows that */
    const char *reason; /* for the other person to read */
    const char *remark;
};
/* Those below give the authorization as it is afterwards. HUFU_RESULT_CONFLICT: its state does not let that be done, and
 * hufu_last_report says the state and what is possible; or the message key says more. HUFU_RESULT_NOT_ALLOWED: it is the other
 * person's to do. HUFU_RESULT_REFUSED: a field (hufu_report.field) is not as it should be. HUFU_RESULT_AUTHENTICATION_NEEDED: the
 * project wants hufu_authenticate for HUFU_AUTHENTICATE_CONFIRM first. HUFU_RESULT_TOO_MANY: so often a day. */

/* [network] Applies for the use of somebody's certificate. holder: a work number, or the `holder` of a row of
 * hufu_authorization_holders. Whether there is such a person is not told. */
enum hufu_result hufu_authorization_apply(struct hufu *hufu, const char *holder,
                                          const struct hufu_authorization_wish *wish,
                                          struct hufu_authorization *authorization) HUFU_CHECKED;
/* [network] Lets somebody, by work number, use this account's certificate, once they have confirmed it. key: which one, NULL where
 * there is one alone. */
enum hufu_result hufu_authorization_grant(struct hufu *hufu, const char *authorized,
                                          const struct hufu_id *key,
                                          const struct hufu_authorization_wish *wish,
                                          struct hufu_authorization *authorization) HUFU_CHECKED;

#define HUFU_HOLDERS_MAX 10
/* A holder found by name, masked. */
struct hufu_authorization_holder {
    char holder[HUFU_ID_TEXT_SIZE]; /* for hufu_authorization_apply */
    char name[HUFU_NAME_MAX + 1];
    char work_number[HUFU_NAME_MAX + 1];
    char organization[HUFU_NAME_MAX + 1]; /* empty: none */
};
/* [network] Those whose name has this part, at most HUFU_HOLDERS_MAX. HUFU_RESULT_NOT_ALLOWED: the project does not let people be found by
 * name; HUFU_RESULT_TOO_MANY. */
enum hufu_result hufu_authorization_holders(struct hufu *hufu, const char *name,
                                            struct hufu_authorization_holder holders[HUFU_HOLDERS_MAX],
                                            size_t *count) HUFU_CHECKED;

/* [network] Whoever was asked: agrees. key: by a holder with several, else NULL. The authorized user's device then asks for its half
 * (hufu_authorization_bind), which the holder's primary device hands over. */
enum hufu_result hufu_authorization_confirm(struct hufu *hufu, const struct hufu_id *id,
                                            const struct hufu_id *key,
                                            struct hufu_authorization *authorization) HUFU_CHECKED;
/* [network] Whoever was asked: says no. why: at most HUFU_AUTHORIZATION_WHY_MAX bytes (else HUFU_RESULT_ARGUMENT); NULL: not told. */
enum hufu_result hufu_authorization_refuse(struct hufu *hufu, const struct hufu_id *id, const char *why,
                                           struct hufu_authorization *authorization) HUFU_CHECKED;
/* [network] The holder's: nothing is signed or decrypted by it until it is unfrozen. */
enum hufu_result hufu_authorization_freeze(struct hufu *hufu, const struct hufu_id *id,
                                           struct hufu_authorization *authorization) HUFU_CHECKED;
enum hufu_result hufu_authorization_unfreeze(struct hufu *hufu, const struct hufu_id *id,
                                             struct hufu_authorization *authorization) HUFU_CHECKED;

struct hufu_authorization_change {
    uint64_t from_ms;  /* 0: as it was; of one that is renewed: from now on */
    uint64_t until_ms; /* 0: as it was; of one that is renewed it must be told */
    bool has_uses;     /* of one that is renewed it must be */
    uint64_t uses;     /* how many from now on */
};
/* [network] The holder's. A window that the sealed policy does not reach holds only after hufu_authorization_seal (policy_due). */
enum hufu_result hufu_authorization_modify(struct hufu *hufu, const struct hufu_id *id,
                                           const struct hufu_authorization_change *change,
                                           struct hufu_authorization *authorization) HUFU_CHECKED;
/* [network] The same for one that is expired. */
enum hufu_result hufu_authorization_renew(struct hufu *hufu, const struct hufu_id *id,
                                          const struct hufu_authorization_change *change,
                                          struct hufu_authorization *authorization) HUFU_CHECKED;
/* [network] The holder's: the authorized user gets a one-time password by SMS, and must change it at its first use. */
enum hufu_result hufu_authorization_reset_password(struct hufu *hufu, const struct hufu_id *id,
                                                   struct hufu_authorization *authorization) HUFU_CHECKED;
/* [network] Either of the two, for good: the service's half is destroyed. On the authorized user's device that used it, its half
 * and certificate are erased too; also where it was deleted before (HUFU_RESULT_CONFLICT, with the state "deleted"). */
enum hufu_result hufu_authorization_delete(struct hufu *hufu, const struct hufu_id *id,
                                           struct hufu_authorization *authorization) HUFU_CHECKED;

/* [network] The authorized user's device: asks for a half, and gives the code that the holder's primary device has to scan
 * (hufu_handover_scan). All else is as with hufu_bind_begin, and it goes on with hufu_bind_finish, under the device's PIN. The device
 * signs then with its own keys and with those it was authorized for, each by its id (struct hufu_key_info). HUFU_RESULT_CONFLICT: it
 * does not wait for a device, or another device of this account has its half. */
enum hufu_result hufu_authorization_bind(struct hufu *hufu, const struct hufu_id *id,
                                         char code[HUFU_BIND_CODE_MAX]) HUFU_CHECKED;

/* [network] What a scanned code asks the primary device for: to be shown to the person before the PIN is asked for. That it is for an
 * authorization, and for which, stands in the code; the rest is the service's word, and what the person agrees to is what
 * hufu_authorization_handover then signs. HUFU_RESULT_CODE_FORM; HUFU_RESULT_FAULT: the service says something else than the code;
 * HUFU_RESULT_NOT_FOUND: no such binding of this account's keys waits. */
struct hufu_handover_request {
    struct hufu_id key;
    bool
        is_authorized; /* by an authorization; else it is for another device of the same account, without any limit */
    struct hufu_authorization authorization;
};
enum hufu_result hufu_handover_scan(struct hufu *hufu, const char *code,
                                    struct hufu_handover_request *request) HUFU_CHECKED;

/* [network] [PIN] The holder's primary device: hands a half over to the authorized user's device whose code it has scanned, with a
 * policy of exactly the terms agreed to: id, operations, window and uses as they were shown. The service cannot widen them.
 * Results as hufu_handover; HUFU_RESULT_ARGUMENT: the code is not for that authorization; HUFU_RESULT_CONFLICT: the service has other
 * terms by now, or the authorization does not wait. */
enum hufu_result hufu_authorization_handover(struct hufu *hufu, const char *code,
                                             const struct hufu_authorization *agreed, const char *pin,
                                             size_t pin_len, char back[HUFU_BIND_CODE_MAX]) HUFU_CHECKED;
/* [network] [PIN] The holder's primary device: signs the terms agreed to, as they were shown, as the policy of an authorization whose
 * device has its half: what policy_due waits for. Has the service prove the PIN first. HUFU_RESULT_NOT_READY: no device has asked for
 * its half yet; HUFU_RESULT_NOT_ALLOWED: this account is not the holder, or this is no primary device; HUFU_RESULT_CONFLICT: the service
 * has other terms by now, or its state does not let it be done. */
enum hufu_result hufu_authorization_seal(struct hufu *hufu, const struct hufu_authorization *agreed,
                                         const char *pin, size_t pin_len) HUFU_CHECKED;

/* A device of the account, as the service has it. */
struct hufu_device {
    struct hufu_id id;
    char role[24];  /* "primary", "secondary" */
    char state[24]; /* "waiting", "active", "frozen" */
    char name[HUFU_NAME_MAX + 1];
    char model[HUFU_NAME_MAX + 1];
    bool is_this;
    uint64_t created_ms;
    uint64_t
        last_use_ms; /* by a session, to the minute, or a signature or decryption; 0: none that is known */
    uint32_t pin_failures;
    uint32_t pin_limit;
    uint32_t pin_tries_left;
    bool pin_locked;
};
/* [network] The devices of the account that were not removed: at most cap of them, and how many there are. */
enum hufu_result hufu_devices(struct hufu *hufu, struct hufu_device *devices, size_t cap,
                              size_t *count) HUFU_CHECKED;
/* [network] name: 1 to 100 bytes. The primary names any device, every device itself. */
enum hufu_result hufu_device_rename(struct hufu *hufu, const struct hufu_id *device,
                                    const char *name) HUFU_CHECKED;
/* [network] The primary's right over its secondaries. What is frozen signs nothing until it is unfrozen. */
enum hufu_result hufu_device_freeze(struct hufu *hufu, const struct hufu_id *device) HUFU_CHECKED;
enum hufu_result hufu_device_unfreeze(struct hufu *hufu, const struct hufu_id *device) HUFU_CHECKED;

/* [network] For good: the service destroys its halves, and what the removed device still has is worth nothing. The primary's right
 * over its secondaries, and every device's over itself. Spends an authentication for HUFU_AUTHENTICATE_CONFIRM that has passed
 * HUFU_METHOD_SMS. dead_keys: keys of which no device has a half any more; their certificates must be reissued for new keys. */
enum hufu_result hufu_device_remove(struct hufu *hufu, const struct hufu_id *device,
                                    size_t *dead_keys) HUFU_CHECKED;
/* [network] The same for all secondaries at once, by the primary; how many there were. */
enum hufu_result hufu_device_remove_secondaries(struct hufu *hufu, size_t *removed) HUFU_CHECKED;
/* [network] Any other active device of the account: forgives the wrong PINs in a row that have locked a device.
 * The device itself: where the project allows it, with an authentication for HUFU_AUTHENTICATE_CONFIRM that has passed password and
 * SMS code, which is spent; HUFU_RESULT_NOT_ALLOWED: it does not.
 * HUFU_RESULT_CONFLICT: it is not locked, or has had so many in its life that it is to be removed. */
enum hufu_result hufu_device_unlock(struct hufu *hufu, const struct hufu_id *device) HUFU_CHECKED;

/* [network] [PIN] This device, an active secondary, takes the place of the account's primary, which was lost: makes keys, and hands
 * over those that it has. lost: that one's id, out of hufu_devices, as the person saw it; NULL: there is none any more. It is removed
 * for good, as by hufu_device_remove; dead_keys: how many keys it alone had, told by the call that orders it, also when that fails
 * afterwards, and by no other. Spends an authentication for HUFU_AUTHENTICATE_CONFIRM that
 * has passed HUFU_METHOD_PASSWORD (the password itself) and HUFU_METHOD_SMS. The PIN is checked before anything is ordered.
 * Afterwards the record of each key is sealed anew, by a refresh; that of a key which is frozen, by hufu_refresh_due once it is
 * active. Interrupted at any moment, it is completed by calling it again, which then needs no authentication; or by hufu_refresh_due. Of a device that is the primary it asks for nothing else.
 * HUFU_RESULT_CONFLICT: the primary is another device than lost. HUFU_RESULT_NOT_ALLOWED: the project has no secondary devices.
 * HUFU_RESULT_NOT_ACTIVE: this one waits, is frozen, or was removed. HUFU_RESULT_NOT_READY: it has no half of a key. */
enum hufu_result hufu_promote(struct hufu *hufu, const struct hufu_id *lost, const char *pin, size_t pin_len,
                              size_t *dead_keys) HUFU_CHECKED;

/* [network] The same to be shown: as the service holds it now, with the personal parts of the subject masked until the session has
 * authenticated (hufu_authenticate for HUFU_AUTHENTICATE_CONFIRM). HUFU_RESULT_NOT_FOUND: the key has none. */
#define HUFU_SUBJECT_PARTS_MAX 16
struct hufu_subject_part {
    char name[32]; /* "CN", "serialNumber", … */
    char value[HUFU_NAME_MAX + 2];
    bool personal;
};
struct hufu_certificate_view {
    char ca[24];
    char serial[72];
    uint64_t from_ms;
    uint64_t until_ms;
    bool masked; /* the personal parts are */
    size_t count;
    struct hufu_subject_part parts[HUFU_SUBJECT_PARTS_MAX];
};
enum hufu_result hufu_certificate_view(struct hufu *hufu, const struct hufu_id *key,
                                       struct hufu_certificate_view *view) HUFU_CHECKED;

/* ---- Signing (§3) ---- */

/* A document on its way to a signature. Its bytes are hashed as they come and never leave the device. */
struct hufu_document;

/* For one signing key of the handle, which must have its certificate. */
enum hufu_result hufu_document_new(struct hufu_document **document, struct hufu *hufu,
                                   const struct hufu_id *key) HUFU_CHECKED;
void hufu_document_free(struct hufu_document *document);
/* HUFU_RESULT_ARGUMENT after the document was signed or verified. */
enum hufu_result hufu_document_update(struct hufu_document *document, const void *data,
                                      size_t len) HUFU_CHECKED;

#define HUFU_FORM_RAW 1u /* an SM2 signature of the bytes (SM3, identity 1234567812345678) */
#define HUFU_FORM_CMS 2u /* a detached CMS SignedData */

/* What a signature is for when it is not a document: a login, or another request of a relying party. It is bound into
 * the request (§7), so a signature made for one purpose cannot be passed off as made for another. Each text has 1 to
 * HUFU_PURPOSE_FIELD_MAX bytes. */
struct hufu_purpose {
    const char *kind;
    const char *relying_party;
    const char *transaction;
};

/* [network] [PIN] Signs all documents, of one key, with one request. Each form asked for counts as one of at most
 * HUFU_BATCH_MAX signatures. purpose: NULL for documents. All or nothing: when it fails no document has a signature. */
enum hufu_result hufu_sign(struct hufu *hufu, struct hufu_document *const *documents, size_t count,
                           unsigned forms, const struct hufu_purpose *purpose, const char *pin,
                           size_t pin_len) HUFU_CHECKED;

/* After hufu_sign: HUFU_RESULT_NOT_FOUND when that form was not asked for. */
enum hufu_result hufu_document_signature(const struct hufu_document *document,
                                         uint8_t signature[HUFU_SIGNATURE_SIZE]) HUFU_CHECKED;
enum hufu_result hufu_document_cms(const struct hufu_document *document, uint8_t *cms, size_t cap,
                                   size_t *len) HUFU_CHECKED;

/* Whether a raw signature of the document verifies under the key and certificate stored here: HUFU_RESULT_OK or
 * HUFU_RESULT_SIGNATURE. */
enum hufu_result hufu_document_verify(struct hufu_document *document,
                                      const uint8_t signature[HUFU_SIGNATURE_SIZE]) HUFU_CHECKED;

/* [network] [PIN] Signs digests e = SM3(Z ‖ M) that the caller made (hufu_digest, or another implementation);
 * signatures has room for count times HUFU_SIGNATURE_SIZE. */
enum hufu_result hufu_sign_digests(struct hufu *hufu, const struct hufu_id *key,
                                   const uint8_t (*digests)[HUFU_DIGEST_SIZE], size_t count,
                                   const struct hufu_purpose *purpose, const char *pin, size_t pin_len,
                                   uint8_t (*signatures)[HUFU_SIGNATURE_SIZE]) HUFU_CHECKED;
/* e of a message in memory, with the key and identity stored here. */
enum hufu_result hufu_digest(struct hufu *hufu, const struct hufu_id *key, const void *message, size_t len,
                             uint8_t digest[HUFU_DIGEST_SIZE]) HUFU_CHECKED;

/* The ASN.1 form of a signature, SEQUENCE { r, s }, and back; strict DER (HUFU_RESULT_FORM). */
void hufu_signature_to_der(uint8_t der[HUFU_SIGNATURE_DER_MAX], size_t *len,
                           const uint8_t signature[HUFU_SIGNATURE_SIZE]);
enum hufu_result hufu_signature_from_der(uint8_t signature[HUFU_SIGNATURE_SIZE], const uint8_t *der,
                                         size_t len) HUFU_CHECKED;

/* ---- Decryption (§4) ---- */

struct hufu_ciphertext {
    const uint8_t *data; /* C1 ‖ C3 ‖ C2 */
    size_t len;          /* above HUFU_CIPHERTEXT_OVERHEAD */
};

/* [network] [PIN] plaintexts[i] has room for ciphertexts[i].len - HUFU_CIPHERTEXT_OVERHEAD bytes, which is what it
 * gets; it is secret. All or nothing. HUFU_RESULT_FORM: malformed, or a C1 not on the curve; HUFU_RESULT_FAULT: a
 * ciphertext is not one of this key, or the service's answer does not hold (the two look the same). */
enum hufu_result hufu_decrypt(struct hufu *hufu, const struct hufu_id *key,
                              const struct hufu_ciphertext *ciphertexts, size_t count,
                              uint8_t *const *plaintexts, const char *pin, size_t pin_len) HUFU_CHECKED;
/* C1 ‖ C3 ‖ C2 out of the ASN.1 form (SEQUENCE { x, y, hash, ciphertext }, GM/T 0009); der_len bytes are room
 * enough. */
enum hufu_result hufu_ciphertext_from_der(uint8_t *ciphertext, size_t cap, size_t *len, const uint8_t *der,
                                          size_t der_len) HUFU_CHECKED;

/* ---- PIN and halves (§5, §6) ---- */

/* [network] [PIN] Asks the service whether the PIN is right. A wrong one counts. */
enum hufu_result hufu_pin_check(struct hufu *hufu, const struct hufu_id *key, const char *pin,
                                size_t pin_len) HUFU_CHECKED;

/* [network] [PIN] New halves of the same key under the same PIN: whatever was recorded of the old ones is worthless
 * afterwards. Interrupted at any moment it loses no key. */
enum hufu_result hufu_refresh(struct hufu *hufu, const struct hufu_id *key, const char *pin,
                              size_t pin_len) HUFU_CHECKED;

/* [network] The same if the project's rule says that it is due (days or signatures since the last time), or if hufu_promote was
 * interrupted before this key's record had its new role, and [PIN] only then. To be called behind a signature or a decryption,
 * with the PIN that was given for it, once its result has been stored or shown: never before, since it takes its time and may be
 * interrupted. The service is asked once an hour at most for each key, however often this is called and in how many handles; else
 * it returns at once. HUFU_RESULT_OK: renewed, or not due. Any other result is nobody's concern: what was signed stands, no key is
 * lost, and it is tried again in an hour. */
enum hufu_result hufu_refresh_due(struct hufu *hufu, const struct hufu_id *key, const char *pin,
                                  size_t pin_len) HUFU_CHECKED;

/* [network] [PIN] A new PIN for all keys of the device, each by a refresh. HUFU_RESULT_OK when the service has confirmed
 * every one. Interrupted, it is completed by calling it again with the same two PINs, while keys are unfinished or
 * differ in pin_changes; where all agree, it had been completed at the last moment, or had not begun.
 * What was interrupted before is settled first: a key that the service has finished, and the hand-over of somebody else's key,
 * whose half is erased where the service refuses it for now (hufu_authorization_bind begins anew).
 * HUFU_RESULT_BINDING_UNFINISHED: nothing was changed; hufu_bind_finish comes first. */
enum hufu_result hufu_pin_change(struct hufu *hufu, const char *old_pin, size_t old_len, const char *new_pin,
                                 size_t new_len) HUFU_CHECKED;

/* ---- The PIN behind a fingerprint or face (struct hufu_biometric) ---- */

/* Whether the platform offers it. */
bool hufu_pin_keep_offered(const struct hufu *hufu);

/* [network] [PIN] [person] Switches it on: has the service prove the PIN by the key (a wrong one counts), and only then the platform keep it.
 * Nothing of it is in the library's own storage. HUFU_RESULT_BIOMETRIC_NONE, HUFU_RESULT_BIOMETRIC_CANCELLED;
 * HUFU_RESULT_NOT_READY: a change of PIN is unfinished, or the key has no half (HUFU_RESULT_NOT_ENROLLED: none has);
 * HUFU_RESULT_BINDING_UNFINISHED. */
enum hufu_result hufu_pin_keep(struct hufu *hufu, const struct hufu_id *key, const char *pin,
                               size_t pin_len) HUFU_CHECKED;

/* The PIN that was kept, to be passed to the functions marked [PIN] as if it had been typed. Declare it {.len = 0}, and
 * hufu_kept_pin_wipe it as soon as the last of them has returned. Secret. */
struct hufu_kept_pin {
    char text[HUFU_PIN_MAX]; /* no final NUL */
    size_t len;
};
/* [person] Has the platform ask for the user. Not a try of a PIN: whatever comes of it, the service counts nothing.
 * HUFU_RESULT_NOT_FOUND: none is kept; HUFU_RESULT_BIOMETRIC_CANCELLED: it still is, and the PIN can be typed;
 * HUFU_RESULT_BIOMETRIC_NONE; HUFU_RESULT_BIOMETRIC_CHANGED and HUFU_RESULT_DAMAGED: it was dropped. */
enum hufu_result hufu_pin_kept(struct hufu *hufu, struct hufu_kept_pin *pin) HUFU_CHECKED;
void hufu_kept_pin_wipe(struct hufu_kept_pin *pin);

/* Switches it off. The library does so itself before the first step of hufu_pin_change, in hufu_forget and before it makes a device
 * key (which fail with HUFU_RESULT_PLATFORM where the platform does not erase it), and when the service says that the PIN is locked. */
enum hufu_result hufu_pin_drop(struct hufu *hufu) HUFU_CHECKED;

#ifdef __cplusplus
}
#endif

#endif
