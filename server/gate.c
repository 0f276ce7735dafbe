/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gate.h"

#include <pthread.h>
#include <stdlib.h>

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned inside, inside_max;
    unsigned waiting, waiting_max;
};

struct gate *gate_new(unsigned inside_max, unsigned waiting_max)
{
    struct gate *gate = calloc(1, sizeof *gate);
    if (gate == NULL)
        return NULL;
    gate->inside_max = inside_max;
    gate->waiting_max = waiting_max;
    if (pthread_mutex_init(&gate->lock, NULL) != 0 || pthread_cond_init(&gate->left, NULL) != 0) {
        free(gate);
        return NULL;
    }
    return gate;
}

void gate_free(struct gate *gate)
{
    if (gate == NULL)
        return;
    (void)pthread_cond_destroy(&gate->left);
    (void)pthread_mutex_destroy(&gate->lock);
    free(gate);
}

bool gate_enter(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    bool may = gate->inside < gate->inside_max || gate->waiting < gate->waiting_max;
    if (may) {
        gate->waiting++;
        while (gate->inside >= gate->inside_max)
            (void)pthread_cond_wait(&gate->left, &gate->lock);
        gate->waiting--;
        gate->inside++;
    }
    (void)pthread_mutex_unlock(&gate->lock);
    return may;
}

void gate_leave(struct gate *gate)
{
    (void)pthread_mutex_lock(&gate->lock);
    gate->inside--;
    (void)pthread_cond_signal(&gate->left);
    (void)pthread_mutex_unlock(&gate->lock);
}
