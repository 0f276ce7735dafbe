/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/hsm_flaky.h"

#include <dlfcn.h>

#include "tests/unit/unit.h"

struct flaky *hsm_flaky_start(struct hsm_room *room, void **library)
{
    *library = dlopen(HSM_FLAKY_MODULE, RTLD_NOW);
    assert_non_null(*library);
    struct flaky *flaky = dlsym(*library, "flaky");
    assert_non_null(flaky);
    hsm_room_start(room, "p256", HSM_FLAKY_MODULE);
    return flaky;
}
