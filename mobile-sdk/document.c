/* SPDX-License-Identifier: Apache-2.0 */
/* A document from its first byte to its signatures. */
#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/cms.h"
#include "mobile-sdk/result.h"
#include "mobile-sdk/signing.h"

struct hufu_document {
    struct hufu *hufu;
    struct hufu_id key;
    uint8_t P[COSIGN_POINT_SIZE];
    uint8_t z[HUFU_DIGEST_SIZE];
    bool hashing;     /* more bytes can come */
    struct sm3 plain; /* SM3(M), the messageDigest of CMS */
    struct sm3 bound; /* e = SM3(Z ‖ M) */
    uint8_t content_digest[HUFU_DIGEST_SIZE];
    uint8_t e[HUFU_DIGEST_SIZE];
    uint8_t attributes[CMS_ATTRIBUTES_MAX];
    size_t attributes_len;
    bool has_signature;
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    uint8_t *cms;
    size_t cms_len;
};

static enum hufu_err begin_hashes(struct hufu_document *document, const struct key_record *key)
{
    enum hufu_err err = cosign_identity_digest(document->z, key_identity(key), key->P);
    if (err)
        return err;
    document->hashing = true;
    sm3_init(&document->plain);
    sm3_init(&document->bound);
    sm3_update(&document->bound, document->z, sizeof(document->z));
    return HUFU_OK;
}

static void end_hashes(struct hufu_document *document)
{
    if (!document->hashing)
        return;
    sm3_done(&document->plain, document->content_digest);
    sm3_done(&document->bound, document->e);
    document->hashing = false;
}

enum hufu_result hufu_document_new(struct hufu_document **document, struct hufu *hufu,
                                   const struct hufu_id *id)
{
    *document = NULL;
    report_begin(hufu);
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enum hufu_result result = key_record_load(&key, hufu, id);
    if (!result && (key.usage != HUFU_USAGE_SIGN || key.stage != KEY_CERTIFIED))
        result = HUFU_RESULT_NOT_READY;
    if (result)
        return report_end(hufu, result);
    struct hufu_document *made = calloc(1, sizeof(*made));
    if (!made)
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    made->hufu = hufu;
    made->key = key.id;
    memcpy(made->P, key.P, sizeof(made->P));
    if (begin_hashes(made, &key)) {
        hufu_document_free(made);
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    }
    *document = made;
    return report_end(hufu, HUFU_RESULT_OK);
}

void hufu_document_free(struct hufu_document *document)
{
    if (!document)
        return;
    free(document->cms);
    secret_wipe(document, sizeof(*document)); /* a digest of a confidential document says something of it */
    free(document);
}

enum hufu_result hufu_document_update(struct hufu_document *document, const void *data, size_t len)
{
    if (!document->hashing)
        return HUFU_RESULT_ARGUMENT;
    sm3_update(&document->plain, data, len);
    sm3_update(&document->bound, data, len);
    return HUFU_RESULT_OK;
}

/* e = SM3(Z ‖ attributes) */
static void attributes_digest(const struct hufu_document *document, struct bytes attributes,
                              uint8_t e[HUFU_DIGEST_SIZE])
{
    struct sm3 hash;
    sm3_init(&hash);
    sm3_update(&hash, document->z, sizeof(document->z));
    sm3_update(&hash, attributes.data, attributes.len);
    sm3_done(&hash, e);
}

static enum hufu_result prepare_cms(struct hufu_document *document, const struct certificates *certificates,
                                    struct buf *digests)
{
    struct buf attributes;
    buf_init(&attributes, document->attributes, sizeof(document->attributes));
    uint8_t e[HUFU_DIGEST_SIZE] = {0};
    enum hufu_err err = cms_attributes(&attributes, document->content_digest, certificates->der[0],
                                       clock_now(document->hufu));
    if (!err)
        attributes_digest(document, buf_bytes(&attributes), e);
    document->attributes_len = attributes.len;
    buf_put(digests, e, sizeof(e));
    return err ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

static enum hufu_result finish_cms(struct hufu_document *document, const struct certificates *certificates,
                                   const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    size_t cap = HUFU_STORED_VALUE_MAX + 2 * CMS_ATTRIBUTES_MAX;
    uint8_t *memory = malloc(cap);
    if (!memory)
        return HUFU_RESULT_INTERNAL;
    struct buf out;
    buf_init(&out, memory, cap);
    struct bytes attributes = bytes_of(document->attributes, document->attributes_len);
    if (cms_signed_data(&out, certificates, attributes, signature)) {
        free(memory);
        return HUFU_RESULT_INTERNAL;
    }
    free(document->cms);
    document->cms = memory;
    document->cms_len = out.len;
    return HUFU_RESULT_OK;
}

/* One signing of several documents: the digests in order, for each document the raw one before that of its CMS. */
struct job {
    struct hufu_document *const *documents;
    size_t count;
    unsigned forms;
    uint8_t digests[HUFU_BATCH_MAX * HUFU_DIGEST_SIZE];
    uint8_t signatures[HUFU_BATCH_MAX][HUFU_SIGNATURE_SIZE];
};

static void job_free(struct job **job)
{
    free(*job);
}

static enum hufu_result prepare(struct job *job, const struct certificates *certificates, size_t *len)
{
    struct buf digests;
    buf_init(&digests, job->digests, sizeof(job->digests));
    for (size_t i = 0; i < job->count; i++) {
        struct hufu_document *document = job->documents[i];
        enum hufu_result result = HUFU_RESULT_OK;
        end_hashes(document);
        if (job->forms & HUFU_FORM_RAW)
            buf_put(&digests, document->e, sizeof(document->e));
        if (job->forms & HUFU_FORM_CMS)
            result = prepare_cms(document, certificates, &digests);
        if (result)
            return result;
    }
    *len = digests.len;
    return buf_finish(&digests) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

static void forget_signatures(const struct job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct hufu_document *document = job->documents[i];
        document->has_signature = false;
        free(document->cms);
        document->cms = NULL;
    }
}

static enum hufu_result finish(const struct job *job, const struct certificates *certificates)
{
    size_t next = 0;
    for (size_t i = 0; i < job->count; i++) {
        struct hufu_document *document = job->documents[i];
        enum hufu_result result = HUFU_RESULT_OK;
        if (job->forms & HUFU_FORM_RAW) {
            memcpy(document->signature, job->signatures[next++], HUFU_SIGNATURE_SIZE);
            document->has_signature = true;
        }
        if (job->forms & HUFU_FORM_CMS)
            result = finish_cms(document, certificates, job->signatures[next++]);
        if (result)
            return result;
    }
    return HUFU_RESULT_OK;
}

static enum hufu_result load_certificates(struct certificates *certificates, struct hufu *hufu,
                                          const struct hufu_id *id)
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enum hufu_result result = key_record_load(&key, hufu, id);
    return result ? result : certificates_load(certificates, hufu, &key);
}

static enum hufu_result sign(struct hufu *hufu, struct job *job, const struct hufu_purpose *purpose,
                             const struct pin *pin)
{
    const struct hufu_id *key = &job->documents[0]->key;
    CERTIFICATES_FREED struct certificates certificates = {.memory = NULL};
    size_t len = 0;
    enum hufu_result result = load_certificates(&certificates, hufu, key);
    if (!result)
        result = prepare(job, &certificates, &len);
    if (!result)
        result = signing_with_pin(hufu, key, bytes_of(job->digests, len), purpose, pin, job->signatures);
    if (!result)
        result = finish(job, &certificates);
    if (result)
        forget_signatures(job);
    return result;
}

static enum hufu_result check_arguments(const struct hufu *hufu, struct hufu_document *const *documents,
                                        size_t count, unsigned forms)
{
    unsigned known = HUFU_FORM_RAW | HUFU_FORM_CMS;
    if (!documents || count == 0 || forms == 0 || (forms & ~known))
        return HUFU_RESULT_ARGUMENT;
    if (count > HUFU_BATCH_MAX || (forms == known && count > HUFU_BATCH_MAX / 2))
        return HUFU_RESULT_LIMIT;
    for (size_t i = 0; i < count; i++) {
        if (documents[i]->hufu != hufu || !id_equal(&documents[i]->key, &documents[0]->key))
            return HUFU_RESULT_ARGUMENT;
    }
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_sign(struct hufu *hufu, struct hufu_document *const *documents, size_t count,
                           unsigned forms, const struct hufu_purpose *purpose, const char *pin_text,
                           size_t pin_len)
{
    report_begin(hufu);
    enum hufu_result result = check_arguments(hufu, documents, count, forms);
    if (result)
        return report_end(hufu, result);
    __attribute__((cleanup(job_free))) struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return report_end(hufu, HUFU_RESULT_INTERNAL);
    job->documents = documents;
    job->count = count;
    job->forms = forms;
    const struct pin pin = {.text = pin_text, .len = pin_len};
    return report_end(hufu, sign(hufu, job, purpose, &pin));
}

enum hufu_result hufu_document_signature(const struct hufu_document *document,
                                         uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    memset(signature, 0, HUFU_SIGNATURE_SIZE);
    if (!document->has_signature)
        return HUFU_RESULT_NOT_FOUND;
    memcpy(signature, document->signature, HUFU_SIGNATURE_SIZE);
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_document_cms(const struct hufu_document *document, uint8_t *cms, size_t cap,
                                   size_t *len)
{
    *len = document->cms ? document->cms_len : 0;
    if (!document->cms)
        return HUFU_RESULT_NOT_FOUND;
    if (cap < document->cms_len)
        return HUFU_RESULT_LIMIT;
    memcpy(cms, document->cms, document->cms_len);
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_document_verify(struct hufu_document *document,
                                      const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    report_begin(document->hufu);
    CERTIFICATES_FREED struct certificates certificates = {.memory = NULL};
    enum hufu_result result = load_certificates(&certificates, document->hufu, &document->key);
    if (!result) {
        end_hashes(document);
        result = result_of_err(cosign_verify_var(document->P, document->e, signature));
    }
    return report_end(document->hufu, result);
}
