/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hsmc/hsmc.h"

#include <string.h>

#include "server/hsmc/call.h"

static void put_id(struct buf *request, const uint8_t id[UUID_SIZE])
{
    buf_put_field(request, id, UUID_SIZE);
}

/* Appends a slice of the reply to the caller's buffer. */
static enum hufu_err give(struct buf *out, struct bytes value)
{
    buf_put(out, value.data, value.len);
    return buf_finish(out);
}

/* Both or neither. */
static enum hufu_err give_two(struct buf *first, struct bytes first_value, struct buf *second,
                              struct bytes second_value)
{
    size_t mark = first->len;
    enum hufu_err err = give(first, first_value);
    if (!err)
        err = give(second, second_value);
    if (err)
        first->len = mark;
    return err;
}

enum hufu_err hsmc_status(struct hsmc *hsmc, const char *trace, struct hsmc_status *out)
{
    struct cursor *reply;
    struct hsmc_status status = {0};
    memset(out, 0, sizeof(*out));
    (void)call_begin(hsmc, "status", trace);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    cursor_field_copy(reply, status.identity_key, sizeof(status.identity_key));
    cursor_field_copy(reply, status.sealing_key_id, sizeof(status.sealing_key_id));
    status.sessions = cursor_field_u32(reply);
    struct bytes version = cursor_field(reply, HSMC_VERSION_MAX);
    err = call_end(hsmc);
    if (err)
        return err;
    if (version.len > 0)
        memcpy(status.version, version.data, version.len);
    *out = status;
    return HUFU_OK;
}

enum hufu_err hsmc_destruction_state(struct hsmc *hsmc, const char *trace, struct hsmc_destruction *out)
{
    struct cursor *reply;
    struct hsmc_destruction state = {0};
    *out = state;
    (void)call_begin(hsmc, "destruction/state", trace);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    state.known.number = cursor_field_u64(reply);
    cursor_field_copy(reply, state.known.hash, sizeof(state.known.hash));
    state.token_number = cursor_field_u64(reply);
    state.behind = cursor_field_u32(reply) != 0;
    err = call_end(hsmc);
    if (!err)
        *out = state;
    return err;
}

enum hufu_err hsmc_destruction_add(struct hsmc *hsmc, const char *trace,
                                   const struct destruction_head *before, struct bytes orders)
{
    struct cursor *reply;
    struct buf *request = call_begin(hsmc, "destruction/add", trace);
    buf_put_field_u64(request, before->number);
    buf_put_field(request, before->hash, sizeof(before->hash));
    buf_put_field_bytes(request, orders);
    enum hufu_err err = call_send(hsmc, &reply);
    return err ? err : call_end(hsmc);
}

enum hufu_err hsmc_service_new(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                               uint64_t from_ms, uint64_t until_ms, struct hsmc_service_key *out)
{
    struct cursor *reply;
    memset(out, 0, sizeof(*out));
    struct buf *request = call_begin(hsmc, "service/new", trace);
    put_id(request, record_id);
    buf_put_field_u64(request, from_ms);
    buf_put_field_u64(request, until_ms);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes sealed = cursor_field(reply, sizeof(out->sealed));
    struct bytes statement = cursor_field_exact(reply, sizeof(out->statement));
    struct bytes signature = cursor_field_exact(reply, sizeof(out->signature));
    err = call_end(hsmc);
    if (err)
        return err;
    memcpy(out->record_id, record_id, sizeof(out->record_id));
    if (sealed.len > 0)
        memcpy(out->sealed, sealed.data, sealed.len);
    out->sealed_len = sealed.len;
    memcpy(out->statement, statement.data, statement.len);
    memcpy(out->signature, signature.data, signature.len);
    return HUFU_OK;
}

enum hufu_err hsmc_service_load(struct hsmc *hsmc, const char *trace, const struct hsmc_service_key *key)
{
    struct cursor *reply;
    struct buf *request = call_begin(hsmc, "service/load", trace);
    put_id(request, key->record_id);
    buf_put_field(request, key->sealed, key->sealed_len);
    buf_put_field(request, key->statement, sizeof(key->statement));
    buf_put_field(request, key->signature, sizeof(key->signature));
    enum hufu_err err = call_send(hsmc, &reply);
    return err ? err : call_end(hsmc);
}

enum hufu_err hsmc_data_new(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                            struct buf *sealed)
{
    struct cursor *reply;
    struct buf *request = call_begin(hsmc, "data/new", trace);
    put_id(request, record_id);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes value = cursor_field(reply, HSMC_SEALED_MAX);
    err = call_end(hsmc);
    return err ? err : give(sealed, value);
}

enum hufu_err hsmc_data_open(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                             struct bytes sealed, uint8_t key[HSMC_DATA_KEY_SIZE])
{
    struct cursor *reply;
    memset(key, 0, HSMC_DATA_KEY_SIZE);
    struct buf *request = call_begin(hsmc, "data/open", trace);
    put_id(request, record_id);
    buf_put_field_bytes(request, sealed);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes value = cursor_field_exact(reply, HSMC_DATA_KEY_SIZE);
    err = call_end(hsmc);
    if (!err)
        memcpy(key, value.data, value.len);
    call_forget(hsmc);
    return err;
}

enum hufu_err hsmc_keygen_begin(struct hsmc *hsmc, const char *trace, const struct hsmc_keygen_begin *in,
                                struct buf *sealed, struct buf *answer)
{
    struct cursor *reply;
    struct buf *request = call_begin(hsmc, "keygen/begin", trace);
    put_id(request, in->project_id);
    buf_put_field_u32(request, in->operations);
    buf_put_field_bytes(request, in->identity);
    buf_put_field_bytes(request, in->signature);
    buf_put_field_bytes(request, in->frame);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes sealed_value = cursor_field(reply, HSMC_SEALED_MAX);
    struct bytes answer_value = cursor_field(reply, FRAME_ANSWER_MAX);
    err = call_end(hsmc);
    return err ? err : give_two(sealed, sealed_value, answer, answer_value);
}

enum hufu_err hsmc_keygen_finish(struct hsmc *hsmc, const char *trace, const struct hsmc_keygen_finish *in,
                                 struct buf *sealed, uint8_t public_key[HSMC_POINT_SIZE], struct buf *answer)
{
    struct cursor *reply;
    memset(public_key, 0, HSMC_POINT_SIZE);
    struct buf *request = call_begin(hsmc, "keygen/finish", trace);
    put_id(request, in->project_id);
    buf_put_field_bytes(request, in->sealed);
    buf_put_field_bytes(request, in->signature);
    buf_put_field_bytes(request, in->frame);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes sealed_value = cursor_field(reply, HSMC_SEALED_MAX);
    struct bytes point = cursor_field_exact(reply, HSMC_POINT_SIZE);
    struct bytes answer_value = cursor_field(reply, FRAME_ANSWER_MAX);
    err = call_end(hsmc);
    if (!err)
        err = give_two(sealed, sealed_value, answer, answer_value);
    if (!err)
        memcpy(public_key, point.data, point.len);
    return err;
}

static void put_frames(struct buf *request, const struct hsmc_operate *calls, size_t count)
{
    size_t mark = buf_field_begin(request);
    for (size_t i = 0; i < count; i++) {
        buf_put_field_text(request, calls[i].trace);
        put_id(request, calls[i].project_id);
        buf_put_field_u32(request, calls[i].generation);
        buf_put_field_bytes(request, calls[i].sealed);
        buf_put_field_bytes(request, calls[i].target);
        buf_put_field_bytes(request, calls[i].signature);
        buf_put_field_bytes(request, calls[i].frame);
    }
    buf_field_end(request, mark);
}

/* What the reply says of one frame. */
struct outcome {
    enum hufu_err err;
    struct bytes result, answer;
};

/* A refusal has neither result nor answer. */
static void take_outcome(struct outcome *outcome, struct cursor *reply)
{
    uint32_t err = cursor_field_u32(reply);
    outcome->err = (enum hufu_err)err;
    outcome->result = cursor_field(reply, err ? 0 : HSMC_RESULT_MAX);
    outcome->answer = cursor_field(reply, err ? 0 : FRAME_ANSWER_MAX);
    reply->failed = reply->failed || err >= HUFU_ERR_COUNT;
}

static enum hufu_err ask_operate(struct hsmc *hsmc, struct outcome *outcomes,
                                 const struct hsmc_operate *calls, size_t count)
{
    struct cursor *reply;
    if (count == 0 || count > HSMC_OPERATE_MAX)
        return HUFU_ERR_LIMIT;
    put_frames(call_begin(hsmc, "operate", calls[0].trace), calls, count);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    for (size_t i = 0; i < count; i++)
        take_outcome(&outcomes[i], reply);
    return call_end(hsmc);
}

enum hufu_err hsmc_operate(struct hsmc *hsmc, struct hsmc_operate *calls, size_t count)
{
    struct outcome outcomes[HSMC_OPERATE_MAX];
    enum hufu_err err = ask_operate(hsmc, outcomes, calls, count);
    for (size_t i = 0; i < count; i++) {
        struct hsmc_operate *call = &calls[i];
        call->err = err ? err : outcomes[i].err;
        if (!call->err)
            call->err = give_two(call->result, outcomes[i].result, call->answer, outcomes[i].answer);
    }
    return err;
}

enum hufu_err hsmc_target_handover(struct buf *out, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                   const uint8_t x25519_key[FRAME_X25519_SIZE])
{
    buf_put_field(out, device_key, FRAME_DEVICE_KEY_SIZE);
    buf_put_field(out, x25519_key, FRAME_X25519_SIZE);
    return buf_finish(out);
}

enum hufu_err hsmc_target_policy(struct buf *out, uint32_t generation, struct bytes sealed)
{
    buf_put_field_u32(out, generation);
    buf_put_field_bytes(out, sealed);
    return buf_finish(out);
}

enum hufu_err hsmc_certificate_issue(struct hsmc *hsmc, const char *trace, const struct hsmc_certificate *in,
                                     struct buf *certificate)
{
    struct cursor *reply;
    struct buf *request = call_begin(hsmc, "cert/issue", trace);
    buf_put_field_text(request, in->ca);
    put_id(request, in->project_id);
    put_id(request, in->key_id);
    put_id(request, in->binding_id);
    buf_put_field_u32(request, in->generation);
    buf_put_field_bytes(request, in->sealed);
    buf_put_field_bytes(request, in->request);
    buf_put_field_bytes(request, in->subject);
    buf_put_field(request, in->serial, HSMC_SERIAL_SIZE);
    buf_put_field_u64(request, in->not_before_ms);
    buf_put_field_u64(request, in->not_after_ms);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes value = cursor_field(reply, HSMC_CERTIFICATE_MAX);
    err = call_end(hsmc);
    return err ? err : give(certificate, value);
}

static void put_revocations(struct buf *request, const struct hsmc_crl *in)
{
    size_t mark = buf_field_begin(request);
    for (size_t i = 0; i < in->revoked_count; i++) {
        buf_put_field(request, in->revoked[i].serial, HSMC_SERIAL_SIZE);
        buf_put_field_u64(request, in->revoked[i].revoked_ms);
        buf_put_field_u32(request, in->revoked[i].reason);
    }
    buf_field_end(request, mark);
}

enum hufu_err hsmc_crl_issue(struct hsmc *hsmc, const char *trace, const struct hsmc_crl *in, struct buf *crl)
{
    struct cursor *reply;
    if (in->revoked_count > HSMC_REVOCATIONS_MAX)
        return HUFU_ERR_LIMIT;
    struct buf *request = call_begin(hsmc, "crl/issue", trace);
    buf_put_field_text(request, in->ca);
    buf_put_field_u64(request, in->number);
    buf_put_field_u64(request, in->this_update_ms);
    buf_put_field_u64(request, in->next_update_ms);
    put_revocations(request, in);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes value = cursor_field(reply, HSMC_CRL_MAX);
    err = call_end(hsmc);
    return err ? err : give(crl, value);
}

enum hufu_err hsmc_ca_chain(struct hsmc *hsmc, const char *trace, const char *ca, struct buf *issuing,
                            struct buf *root)
{
    struct cursor *reply;
    struct buf *request = call_begin(hsmc, "ca/chain", trace);
    buf_put_field_text(request, ca);
    enum hufu_err err = call_send(hsmc, &reply);
    if (err)
        return err;
    struct bytes issuing_value = cursor_field(reply, HSMC_CERTIFICATE_MAX);
    struct bytes root_value = cursor_field(reply, HSMC_CERTIFICATE_MAX);
    err = call_end(hsmc);
    return err ? err : give_two(issuing, issuing_value, root, root_value);
}
