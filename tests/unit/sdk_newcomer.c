/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_newcomer.h"

int sdk_newcomer_set_up(void **state)
{
    static struct sdk_newcomer x;
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    sdk_service_project_text(x.service, x.text);
    *state = &x;
    return 0;
}

int sdk_newcomer_tear_down(void **state)
{
    struct sdk_newcomer *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}
