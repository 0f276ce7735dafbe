/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a device, for the files of core that end one. */
#ifndef HUFU_SERVER_CORE_DEVICE_REMOVAL_H
#define HUFU_SERVER_CORE_DEVICE_REMOVAL_H

#include "common/err.h"
#include "server/core/act.h"
#include "server/core/device.h"
#include "server/worker.h"

/* Of out->device and all that hangs on it, in the transaction in hand, with all devices of the account locked
 * (device_hold_all); the holder is told. Adds to out->dead. */
enum hufu_err device_end(struct worker *worker, const struct act *act,
                         struct device_removal *out) HUFU_MUST_CHECK;
/* After its commit: the key processes are told, and the device says whether all know (destroyed). What does not succeed here the
 * maintenance does. */
void device_carry_out(struct worker *worker, struct device *device);

#endif
