/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/answer.h"
#include "server/api/api.h"
#include "server/api/view.h"
#include "server/core/account.h"
#include "server/http/reply.h"

void own_account_get(struct http_request *request, struct worker *worker)
{
    struct act act = answer_begin(request, "account.show-own");
    struct account account;
    enum hufu_err err = account_get(worker, &act, request->principal.account_id, &account);
    if (err != HUFU_OK)
        answer_refused(request, worker, &act, err);
    else
        reply_json(request, 200, json_pack("{so}", "account", view_account(&account)));
}
