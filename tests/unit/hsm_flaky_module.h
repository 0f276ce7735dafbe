/* SPDX-License-Identifier: Apache-2.0 */
/* A PKCS#11 module that is SoftHSM2 until it is told to fail. */
#ifndef HUFU_TESTS_HSM_FLAKY_MODULE_H
#define HUFU_TESTS_HSM_FLAKY_MODULE_H

#include <stdatomic.h>

/* Found in the loaded module by the name "flaky". */
struct flaky {
    int broken; /* 1: every use of a key and of randomness fails until C_Initialize, or for good while 2 */
    int random_left;        /* after so many C_GenerateRandom it is broken for good; 0: it stays */
    int draws;              /* C_GenerateRandom that were tried */
    int refused_starts;     /* so many C_Initialize fail */
    int starts;             /* C_Initialize that were tried */
    int refuses_pin;        /* every C_Login while it is not 0 */
    int logins;             /* C_Login that were tried */
    int refuses_copies;     /* every C_CopyObject while it is not 0 */
    atomic_int stored_uses; /* of secret keys that lie in the token, not in a session */
    int lost_copies;        /* those that lie in a session open nothing until C_Initialize */
    unsigned long forged;   /* what C_Decrypt says of what does not open; 0: what SoftHSM2 says */
};

/* What the secret and private keys of the token, and copies of them in sessions, give away when asked in a session of one's
 * own, after it was tried to widen what they may be used for. Found by the name "flaky_look". */
struct flaky_view {
    int keys;
    int readable;    /* CKA_VALUE, or the private exponent, came out */
    int extractable; /* CKA_EXTRACTABLE, or not CKA_SENSITIVE */
    int modifiable;  /* CKA_MODIFIABLE */
    int widened; /* could be made extractable, not sensitive, public, or for another mechanism, or copied so */
    int other_uses; /* AES-ECB with an AES key, SHA256-RSA or decryption with a private one */
};
typedef void flaky_look_function(struct flaky_view *view);

/* Puts keys of known values beside the real ones, as who has the PIN can: an AES key with the label and id of the
 * sealing key, a P-256 private key with those of the identity key; neither sensitive, both extractable. How many were
 * put. Found by the name "flaky_plant". */
typedef int flaky_plant_function(void);
/* Removes every key that is extractable; how many. Found by the name "flaky_weed". */
typedef int flaky_weed_function(void);

#endif
