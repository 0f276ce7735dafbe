/* SPDX-License-Identifier: Apache-2.0 */
/* Refresh and hand-over. */
#include "cosign/drawn.h"
#include "vectors.h"

void read_halves(struct report *report, uint32_t generation, struct cosign_device_half *device,
                 struct cosign_service_half *service)
{
    const json_t *keygen = member(report, report->root, "keygen");
    const json_t *halves = generation == 0 ? keygen : member(report, report->root, "refresh");
    check(report, "generation", generation <= 1);
    read_exact(report, halves, "a", device->a, sizeof(device->a));
    read_exact(report, halves, "b", service->b, sizeof(service->b));
    read_exact(report, halves, "A", service->A, sizeof(service->A));
    read_exact(report, keygen, "P", device->P, sizeof(device->P));
    read_exact(report, keygen, "P", service->P, sizeof(service->P));
}

/* The fields of the body, which refresh and hand-over have in common. */
static void check_body(struct report *report, const json_t *object, struct bytes body, const char *operation)
{
    struct cursor c;
    check_bytes(report, object, "body", body);
    cursor_init(&c, body);
    cursor_field_text(&c, operation);
    check_bytes(report, object, "t", cursor_field(&c, COSIGN_SCALAR_SIZE));
    check_bytes(report, object, "A", cursor_field(&c, COSIGN_POINT_SIZE));
    check_bytes(report, object, "proof", cursor_field(&c, COSIGN_PROOF_SIZE));
}

static void check_other_half(struct report *report, const json_t *object,
                             const struct cosign_service_half *half)
{
    check_bytes(report, object, "b", bytes_of(half->b, sizeof(half->b)));
    check_bytes(report, object, "A", bytes_of(half->A, sizeof(half->A)));
}

void vectors_refresh(struct report *report)
{
    const json_t *refresh = member(report, report->root, "refresh");
    struct vectors_head head;
    struct cosign_device_half device COSIGN_DEVICE_HALF_WIPED, next_device COSIGN_DEVICE_HALF_WIPED;
    struct cosign_service_half service COSIGN_SERVICE_HALF_WIPED, next_service COSIGN_SERVICE_HALF_WIPED;
    struct listed listed;
    struct hex_field message;
    struct buf out;
    struct cursor c;
    uint8_t memory[512];

    read_head(report, refresh, "head", COSIGN_OP_REFRESH, bytes_of(NULL, 0), &head);
    read_halves(report, head.generation, &device, &service);
    listed_init(&listed, report, refresh, "tau");
    buf_init(&out, memory, sizeof(memory));
    check_ok(report, "begin, device",
             device_refresh_begin(&next_device, &out, &device, head.whole, &listed.draw));
    check_body(report, refresh, buf_bytes(&out), COSIGN_OP_REFRESH);
    check_bytes(report, refresh, "a", bytes_of(next_device.a, sizeof(next_device.a)));

    buf_init(&out, memory, sizeof(memory));
    check_ok(report, "service",
             cosign_service_refresh(&next_service, &out, &service, head.generation, head.whole,
                                    read_field(report, refresh, "body", &message)));
    check_bytes(report, refresh, "answer", buf_bytes(&out));
    check_other_half(report, refresh, &next_service);
    cursor_init(&c, buf_bytes(&out));
    cursor_field_text(&c, COSIGN_OP_REFRESH);
    check(report, "new generation", cursor_field_u32(&c) == head.generation + 1);
    check_bytes(report, refresh, "B", cursor_field(&c, COSIGN_POINT_SIZE));

    check_ok(report, "finish, device",
             cosign_device_refresh_finish(&next_device, head.generation,
                                          read_field(report, refresh, "answer", &message)));
}

/* T("hufu/handover", new binding id, fingerprint, policy, sealed a2), from its listed parts. */
static struct bytes handover_public(struct report *report, const json_t *handover, struct buf *out)
{
    static const char *const parts[] = {"new_binding", "fingerprint", "policy", "box_as_given"};
    struct hex_field field;
    buf_put_field_text(out, "hufu/handover");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        buf_put_field_bytes(out, read_field(report, handover, parts[i], &field));
    return buf_bytes(out);
}

void vectors_handover(struct report *report)
{
    const json_t *handover = member(report, report->root, "handover");
    struct vectors_head head;
    struct cosign_device_half device COSIGN_DEVICE_HALF_WIPED;
    struct cosign_service_half service COSIGN_SERVICE_HALF_WIPED, other COSIGN_SERVICE_HALF_WIPED;
    struct cosign_handover split COSIGN_HANDOVER_WIPED;
    struct listed listed;
    struct hex_field message;
    struct buf out;
    uint8_t memory[4 * FIELD_MAX];

    buf_init(&out, memory, sizeof(memory));
    read_head(report, handover, "head", COSIGN_OP_HANDOVER, handover_public(report, handover, &out), &head);
    read_halves(report, head.generation, &device, &service);
    listed_init(&listed, report, handover, "tau");
    check_ok(report, "split, device", device_handover_split(&split, &device, &listed.draw));
    check_bytes(report, handover, "a", bytes_of(split.a2, sizeof(split.a2)));
    buf_init(&out, memory, sizeof(memory));
    check_ok(report, "body, device", device_handover_body(&out, &split, &device, head.whole, &listed.draw));
    check_body(report, handover, buf_bytes(&out), COSIGN_OP_HANDOVER);

    buf_init(&out, memory, sizeof(memory));
    check_ok(report, "service",
             cosign_service_handover(&other, &out, &service, head.whole,
                                     read_field(report, handover, "body", &message)));
    check_bytes(report, handover, "answer", buf_bytes(&out));
    check_other_half(report, handover, &other);
    read_exact(report, handover, "A", split.A2, sizeof(split.A2));
    read_exact(report, handover, "a", split.a2, sizeof(split.a2));
    check_ok(report, "accept, new device", cosign_device_handover_accept(split.a2, split.A2));
}
