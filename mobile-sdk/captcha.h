/* SPDX-License-Identifier: Apache-2.0 */
/* Captchas by proof of work (docs/api.md): the library answers them by itself. */
#ifndef HUFU_SDK_CAPTCHA_H
#define HUFU_SDK_CAPTCHA_H

#include "common/buf.h"
#include "mobile-sdk/hufu.h"

struct hufu;

#define CAPTCHA_SIZE 57
#define CAPTCHA_ANSWER_SIZE 8
#define CAPTCHA_BITS_MAX 26 /* a service that wants more is not obeyed */

/* The number after which the hash begins with so many zero bits. */
void captcha_solve(struct bytes challenge, unsigned bits, uint8_t answer[CAPTCHA_ANSWER_SIZE]);
/* Fetches one of the project's and adds it, answered, to a body as "captcha". [network] */
enum hufu_result captcha_put(struct hufu *hufu, struct buf *body, const char *project) HUFU_CHECKED;

#endif
