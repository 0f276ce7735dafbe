/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_step.h"

int map_stack(void **state)
{
    own_stack_map();
    return pair_set_up(state);
}

int unmap_stack(void **state)
{
    own_stack_unmap();
    return pair_tear_down(state);
}

static void run_step(void *context)
{
    struct step *step = context;
    step->err = step->run(step);
}

void on_own_stack(struct step *step, enum hufu_err (*run)(struct step *step))
{
    step->run = run;
    own_stack_run(run_step, step);
    assert_ok(step->err);
}

enum hufu_err pin_hide_step(struct step *step)
{
    return cosign_pin_hide(step->half, step->pair->device.a, step->digest[0]);
}

enum hufu_err pin_open_step(struct step *step)
{
    return cosign_pin_open(step->r[0], step->half, step->digest[0]);
}

enum hufu_err device_refresh_finish_step(struct step *step)
{
    return cosign_device_refresh_finish(&step->next, 0, buf_bytes(&step->pair->answer));
}
