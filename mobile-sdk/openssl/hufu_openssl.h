/* SPDX-License-Identifier: Apache-2.0 */
/* Ready-made callbacks of struct hufu_platform for a computer: libcurl, OpenSSL, and encrypted files in a directory.
 * A phone brings its own, with the device key and the storage key in secure hardware.
 *
 *     struct hufu_home *home;
 *     struct hufu_platform platform;
 *     hufu_home_open(&home, directory);
 *     hufu_home_platform(home, &platform);
 *     hufu_open(&hufu, &platform); …; hufu_close(hufu);
 *     hufu_home_close(home);
 */
#ifndef HUFU_OPENSSL_H
#define HUFU_OPENSSL_H

#include "mobile-sdk/hufu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A directory (mode 0700, made when it is not there) with one file for each stored value, each encrypted with AES-256-GCM
 * under the random key in the file `storage.key` (mode 0600) beside them. Whoever reads the directory has everything in
 * it: what protects the half is that it is worthless without the PIN, and that nothing here tests a PIN. */
struct hufu_home;

/* Locks the directory for this process. HUFU_RESULT_BUSY: another one has it; HUFU_RESULT_STORAGE: it cannot be made, read
 * or written; HUFU_RESULT_DAMAGED: storage.key is not a key. */
enum hufu_result hufu_home_open(struct hufu_home **home, const char *directory) HUFU_CHECKED;
void hufu_home_close(struct hufu_home *home); /* NULL is fine */

/* The whole platform: the storage of this home, and the groups below. home must live as long as the platform is used. */
void hufu_home_platform(struct hufu_home *home, struct hufu_platform *platform);

/* Single groups, for an app that has better ones for the others. */

/* libcurl: TLS 1.2 or later; plain HTTP to loopback alone; no redirects; with a pin the server's key must be that one and
 * its certificate may be anybody's, without one the system's authorities decide. Ten seconds to connect, thirty in
 * all. */
struct hufu_transport hufu_curl_transport(void);
struct hufu_storage hufu_home_storage(struct hufu_home *home);
struct hufu_clock hufu_system_clock(void);
struct hufu_random hufu_openssl_random(void);
/* The handle is the private key itself (32 bytes), which the library keeps in storage alone. */
struct hufu_device_key hufu_openssl_device_key(void);

#ifdef __cplusplus
}
#endif

#endif
