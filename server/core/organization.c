/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/organization.h"

#include <stdio.h>
#include <string.h>

#include "server/core/attempt.h"
#include "server/core/page.h"
#include "server/core/project.h"
#include "server/identifier.h"

/* In the order of their values; I, O, S, V and Z are not among them. */
static const char organization_code_characters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
#define ORGANIZATION_CODE_MODULUS 31

/* GB 32100-2015: the weights are the powers of 3 modulo 31. */
static bool organization_take_code(char out[ORGANIZATION_CREDIT_CODE_SIZE + 1], const char *text)
{
    unsigned sum = 0, weight = 1;
    for (size_t i = 0; i < ORGANIZATION_CREDIT_CODE_SIZE; i++) {
        out[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
        const char *at = out[i] != '\0' ? strchr(organization_code_characters, out[i]) : NULL;
        if (at == NULL)
            return false;
        sum += weight * (unsigned)(at - organization_code_characters);
        weight = weight * 3 % ORGANIZATION_CODE_MODULUS;
        /* The last one's weight is 1, so that the whole is a multiple of 31. */
        if (i + 2 == ORGANIZATION_CREDIT_CODE_SIZE)
            weight = 1;
    }
    out[ORGANIZATION_CREDIT_CODE_SIZE] = '\0';
    return text[ORGANIZATION_CREDIT_CODE_SIZE] == '\0' && sum % ORGANIZATION_CODE_MODULUS == 0;
}

static enum hufu_err organization_fill(struct worker *worker, struct act *act, const char *project,
                                       const char *name, const char *credit_code, struct organization *out)
{
    struct project found;
    enum hufu_err err = project_find(worker, act, project, &found);
    if (err != HUFU_OK)
        return err;
    memcpy(out->project_id, found.project_id, UUID_SIZE);
    act_set_project(act, found.project_id);
    identifier_new(out->organization_id);
    snprintf(out->name, sizeof out->name, "%s", name);
    if (credit_code == NULL || organization_take_code(out->credit_code, credit_code))
        return HUFU_OK;
    return act_refuse_field(act, "credit_code", "is no unified social credit code, or has a wrong character");
}

enum hufu_err organization_create(struct worker *worker, struct act *act, const char *project,
                                  const char *name, const char *credit_code, struct organization *out)
{
    *out = (struct organization){0};
    bool inserted;
    enum hufu_err err = organization_fill(worker, act, project, name, credit_code, out);
    if (err != HUFU_OK)
        return err;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = organization_insert(worker->store, out, &inserted);
    if (err == HUFU_OK && !inserted)
        return act_refuse_reason(act, REFUSAL_CONFLICT,
                                 "the project has an organization of this name or credit code");
    if (err == HUFU_OK)
        err = organization_read_named(worker->store, act->project_id, name, out);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err organization_find_or_make(struct worker *worker, const uint8_t project_id[UUID_SIZE],
                                        const char *name, uint8_t organization_id[UUID_SIZE])
{
    struct organization organization = {0};
    bool inserted;
    memset(organization_id, 0, UUID_SIZE);
    enum hufu_err err = organization_read_named(worker->store, project_id, name, &organization);
    if (err == HUFU_ERR_NOT_FOUND) {
        memcpy(organization.project_id, project_id, UUID_SIZE);
        identifier_new(organization.organization_id);
        snprintf(organization.name, sizeof organization.name, "%s", name);
        err = organization_insert(worker->store, &organization, &inserted);
        /* Somebody else may have been faster. */
        if (err == HUFU_OK && !inserted)
            err = organization_read_named(worker->store, project_id, name, &organization);
    }
    if (err == HUFU_OK)
        memcpy(organization_id, organization.organization_id, UUID_SIZE);
    return err;
}

enum hufu_err organization_list_public(struct worker *worker, struct act *act,
                                       const uint8_t project_id[UUID_SIZE], const uint8_t after[UUID_SIZE],
                                       size_t limit, struct organization *organizations, size_t *count)
{
    struct project project;
    *count = 0;
    enum hufu_err err = project_get(worker, act, project_id, &project);
    if (err == HUFU_OK && !project.rules.organization_list)
        err = act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the project does not list its organizations");
    if (err == HUFU_OK)
        err = attempt_count_address(worker, act);
    return err == HUFU_OK ? page_organizations(worker, project_id, after, limit, organizations, count) : err;
}
