/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUFU_SDK_ACCOUNT_REQUEST_H
#define HUFU_SDK_ACCOUNT_REQUEST_H

#include "mobile-sdk/hufu.h"

/* The token by which this device asks what became of its requests, out of storage; one that is not there is no error. */
enum hufu_result account_request_remove(const struct hufu *hufu) HUFU_CHECKED;

#endif
