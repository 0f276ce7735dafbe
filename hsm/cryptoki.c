/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/cryptoki.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define SLOTS_MAX 64
#define OBJECTS_AT_ONCE 16 /* of a search */

struct cryptoki {
    void *library;
    CK_FUNCTION_LIST *call;
};

/* DER of the object identifier prime256v1 (RFC 5480), as CKA_EC_PARAMS wants it. */
static const uint8_t p256_parameters[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

static const CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

/* Every failure of the module passes here once. */
static enum hufu_err failed(const char *call, CK_RV rv)
{
    char code[24];
    (void)snprintf(code, sizeof(code), "0x%lx", rv);
    log_event(LOG_WARNING, "token.failed", "call", call, "code", code, NULL);
    return HUFU_ERR_AWAY;
}

static enum hufu_err checked(const char *call, CK_RV rv)
{
    return rv == CKR_OK ? HUFU_OK : failed(call, rv);
}

/* PKCS#11 has no const; the module does not write to what an attribute of a template points to. */
static CK_ATTRIBUTE attribute(CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    union {
        const void *given;
        void *taken;
    } pointer = {.given = value};
    return (CK_ATTRIBUTE){.type = type, .pValue = pointer.taken, .ulValueLen = len};
}

static CK_BYTE_PTR unconst(const void *data)
{
    return attribute(0, data, 0).pValue;
}

enum hufu_err cryptoki_load(struct cryptoki **module, const char *path)
{
    *module = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        log_event(LOG_ERROR, "token.module", "path", path, "detail", dlerror(), NULL);
        return HUFU_ERR_NOT_FOUND;
    }
    CK_C_GetFunctionList list = NULL;
    void *symbol = dlsym(library, "C_GetFunctionList");
    memcpy(&list, &symbol, sizeof(list)); /* C17 has no cast from object to function pointer */
    struct cryptoki *loaded = calloc(1, sizeof(*loaded));
    if (!loaded || !list || list(&loaded->call) != CKR_OK) {
        log_event(LOG_ERROR, "token.module", "path", path, "detail", "this is no PKCS#11 module", NULL);
        free(loaded);
        (void)dlclose(library);
        return HUFU_ERR_NOT_FOUND;
    }
    loaded->library = library;
    *module = loaded;
    return HUFU_OK;
}

void cryptoki_unload(struct cryptoki *module)
{
    if (!module)
        return;
    (void)dlclose(module->library);
    free(module);
}

enum hufu_err cryptoki_start(const struct cryptoki *module)
{
    CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
    CK_RV rv = module->call->C_Initialize(&arguments);
    return rv == CKR_CRYPTOKI_ALREADY_INITIALIZED ? HUFU_OK : checked("C_Initialize", rv);
}

void cryptoki_stop(const struct cryptoki *module)
{
    (void)module->call->C_Finalize(NULL);
}

/* Labels are padded with blanks, without a final NUL. */
static void pad_label(CK_UTF8CHAR padded[CRYPTOKI_LABEL_MAX], const char *label)
{
    memset(padded, ' ', CRYPTOKI_LABEL_MAX);
    memcpy(padded, label, strnlen(label, CRYPTOKI_LABEL_MAX));
}

/* The first slot whose token is initialised with this label; label NULL: is not initialised. */
static enum hufu_err find_slot(const struct cryptoki *module, unsigned long *slot, const CK_UTF8CHAR *label)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    enum hufu_err err = checked("C_GetSlotList", module->call->C_GetSlotList(CK_TRUE, slots, &count));
    for (CK_ULONG i = 0; !err && i < count; i++) {
        CK_TOKEN_INFO info;
        if (module->call->C_GetTokenInfo(slots[i], &info) != CKR_OK)
            continue;
        bool initialised = info.flags & CKF_TOKEN_INITIALIZED;
        if (label ? initialised && bytes_equal(bytes_of(info.label, CRYPTOKI_LABEL_MAX),
                                               bytes_of(label, CRYPTOKI_LABEL_MAX))
                  : !initialised) {
            *slot = slots[i];
            return HUFU_OK;
        }
    }
    return err ? err : HUFU_ERR_NOT_FOUND;
}

enum hufu_err cryptoki_find_token(const struct cryptoki *module, unsigned long *slot, const char *label)
{
    CK_UTF8CHAR padded[CRYPTOKI_LABEL_MAX];
    pad_label(padded, label);
    return find_slot(module, slot, padded);
}

enum hufu_err cryptoki_make_token(const struct cryptoki *module, const char *label, struct bytes so_pin,
                                  struct bytes pin)
{
    CK_UTF8CHAR padded[CRYPTOKI_LABEL_MAX];
    unsigned long slot = 0, session = 0;
    pad_label(padded, label);
    enum hufu_err err = find_slot(module, &slot, NULL);
    if (!err)
        err =
            checked("C_InitToken", module->call->C_InitToken(slot, unconst(so_pin.data), so_pin.len, padded));
    if (!err)
        err = cryptoki_open_session(module, &session, slot, true);
    if (!err)
        err = checked("C_Login", module->call->C_Login(session, CKU_SO, unconst(so_pin.data), so_pin.len));
    if (!err)
        err = checked("C_InitPIN", module->call->C_InitPIN(session, unconst(pin.data), pin.len));
    return err;
}

enum hufu_err cryptoki_open_session(const struct cryptoki *module, unsigned long *session, unsigned long slot,
                                    bool may_write)
{
    CK_FLAGS flags = CKF_SERIAL_SESSION | (may_write ? CKF_RW_SESSION : 0);
    return checked("C_OpenSession", module->call->C_OpenSession(slot, flags, NULL, NULL, session));
}

enum hufu_err cryptoki_login(const struct cryptoki *module, unsigned long session, struct bytes pin)
{
    CK_RV rv = module->call->C_Login(session, CKU_USER, unconst(pin.data), pin.len);
    if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_LOCKED)
        return HUFU_ERR_UNAUTHENTICATED;
    return rv == CKR_USER_ALREADY_LOGGED_IN ? HUFU_OK : checked("C_Login", rv);
}

static enum hufu_err find_objects(const struct cryptoki *module, unsigned long session, CK_ATTRIBUTE *wanted,
                                  CK_ULONG wanted_count, unsigned long *found, size_t max, size_t *count)
{
    CK_ULONG found_count = 0;
    *count = 0;
    enum hufu_err err =
        checked("C_FindObjectsInit", module->call->C_FindObjectsInit(session, wanted, wanted_count));
    if (err)
        return err;
    err = checked("C_FindObjects", module->call->C_FindObjects(session, found, max, &found_count));
    (void)module->call->C_FindObjectsFinal(session);
    *count = err ? 0 : found_count;
    return err;
}

enum hufu_err cryptoki_find_key(const struct cryptoki *module, unsigned long session, unsigned long *key,
                                enum cryptoki_class class, const char *label)
{
    static const CK_OBJECT_CLASS classes[] = {[CRYPTOKI_SECRET] = CKO_SECRET_KEY,
                                              [CRYPTOKI_PRIVATE] = CKO_PRIVATE_KEY,
                                              [CRYPTOKI_PUBLIC] = CKO_PUBLIC_KEY};
    CK_ATTRIBUTE wanted[] = {
        attribute(CKA_CLASS, &classes[class], sizeof(classes[class])),
        attribute(CKA_TOKEN, &yes, sizeof(yes)), attribute(CKA_LABEL, label, strlen(label)),
        attribute(CKA_SENSITIVE, &yes, sizeof(yes)), attribute(CKA_EXTRACTABLE, &no, sizeof(no))};
    /* The last two are of secret and private keys alone: one that can be read was put there, not made there. */
    CK_ULONG wanted_count = class == CRYPTOKI_PUBLIC ? 3 : 5;
    unsigned long found[2];
    size_t count;
    enum hufu_err err = find_objects(module, session, wanted, wanted_count, found, 2, &count);
    if (err || count != 1)
        return err ? err : count ? HUFU_ERR_CONFLICT : HUFU_ERR_NOT_FOUND;
    *key = found[0];
    return HUFU_OK;
}

/* Appends the value of an attribute that has at most max bytes. */
static enum hufu_err get_attribute(const struct cryptoki *module, unsigned long session, unsigned long key,
                                   CK_ATTRIBUTE_TYPE type, struct buf *out, size_t max)
{
    uint8_t memory[CRYPTOKI_RSA_MAX + 8] = {0};
    CK_ATTRIBUTE wanted = attribute(type, memory, sizeof(memory));
    enum hufu_err err =
        checked("C_GetAttributeValue", module->call->C_GetAttributeValue(session, key, &wanted, 1));
    if (err)
        return err;
    if (wanted.ulValueLen > max)
        return failed("C_GetAttributeValue", CKR_ATTRIBUTE_VALUE_INVALID);
    buf_put(out, memory, wanted.ulValueLen);
    return buf_finish(out);
}

enum hufu_err cryptoki_key_id(const struct cryptoki *module, unsigned long session, unsigned long key,
                              uint8_t id[CRYPTOKI_ID_SIZE])
{
    struct buf out;
    buf_init(&out, id, CRYPTOKI_ID_SIZE);
    enum hufu_err err = get_attribute(module, session, key, CKA_ID, &out, CRYPTOKI_ID_SIZE);
    return err ? err : out.len == CRYPTOKI_ID_SIZE ? HUFU_OK : failed("CKA_ID", CKR_ATTRIBUTE_VALUE_INVALID);
}

enum hufu_err cryptoki_point(const struct cryptoki *module, unsigned long session, unsigned long key,
                             uint8_t point[CRYPTOKI_POINT_SIZE])
{
    /* CKA_EC_POINT is the DER OCTET STRING of the point. */
    uint8_t memory[2 + CRYPTOKI_POINT_SIZE];
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    enum hufu_err err = get_attribute(module, session, key, CKA_EC_POINT, &out, sizeof(memory));
    if (err)
        return err;
    if (out.len != sizeof(memory) || memory[0] != 0x04 || memory[1] != CRYPTOKI_POINT_SIZE)
        return failed("CKA_EC_POINT", CKR_ATTRIBUTE_VALUE_INVALID);
    memcpy(point, memory + 2, CRYPTOKI_POINT_SIZE);
    return HUFU_OK;
}

enum hufu_err cryptoki_rsa_public(const struct cryptoki *module, unsigned long session, unsigned long key,
                                  struct buf *modulus, struct buf *exponent)
{
    enum hufu_err err = get_attribute(module, session, key, CKA_MODULUS, modulus, CRYPTOKI_RSA_MAX);
    return err ? err : get_attribute(module, session, key, CKA_PUBLIC_EXPONENT, exponent, 8);
}

enum hufu_err cryptoki_copy_key(const struct cryptoki *module, unsigned long session, unsigned long *copy,
                                unsigned long key)
{
    /* In this order: SoftHSM2 changes one after the other, and none of what is not modifiable. */
    CK_ATTRIBUTE changed[] = {attribute(CKA_TOKEN, &no, sizeof(no)),
                              attribute(CKA_MODIFIABLE, &no, sizeof(no))};
    return checked("C_CopyObject", module->call->C_CopyObject(session, key, changed,
                                                              sizeof(changed) / sizeof(changed[0]), copy));
}

enum hufu_err cryptoki_make_sealing_key(const struct cryptoki *module, unsigned long session,
                                        const char *label, const uint8_t id[CRYPTOKI_ID_SIZE])
{
    static const CK_ULONG size = 32;
    static const CK_MECHANISM_TYPE allowed[] = {CKM_AES_GCM};
    CK_ATTRIBUTE made[] = {
        attribute(CKA_TOKEN, &yes, sizeof(yes)),
        attribute(CKA_PRIVATE, &yes, sizeof(yes)),
        attribute(CKA_LABEL, label, strlen(label)),
        attribute(CKA_ID, id, CRYPTOKI_ID_SIZE),
        attribute(CKA_VALUE_LEN, &size, sizeof(size)),
        attribute(CKA_SENSITIVE, &yes, sizeof(yes)),
        attribute(CKA_EXTRACTABLE, &no, sizeof(no)),
        attribute(CKA_MODIFIABLE, &yes, sizeof(yes)),
        attribute(CKA_ENCRYPT, &yes, sizeof(yes)),
        attribute(CKA_DECRYPT, &yes, sizeof(yes)),
        attribute(CKA_WRAP, &no, sizeof(no)),
        attribute(CKA_UNWRAP, &no, sizeof(no)),
        attribute(CKA_DERIVE, &no, sizeof(no)),
        attribute(CKA_SIGN, &no, sizeof(no)),
        attribute(CKA_VERIFY, &no, sizeof(no)),
        attribute(CKA_ALLOWED_MECHANISMS, allowed, sizeof(allowed)),
    };
    CK_MECHANISM mechanism = {.mechanism = CKM_AES_KEY_GEN};
    CK_OBJECT_HANDLE key = 0;
    return checked("C_GenerateKey", module->call->C_GenerateKey(session, &mechanism, made,
                                                                sizeof(made) / sizeof(made[0]), &key));
}

/* What a pair is, beside its kind: the parameters stand in the public template. */
static CK_RV generate_pair(const struct cryptoki *module, unsigned long session, CK_MECHANISM_TYPE generation,
                           CK_MECHANISM_TYPE signing, const CK_ATTRIBUTE parameters[2], const char *label,
                           const uint8_t id[CRYPTOKI_ID_SIZE])
{
    CK_ATTRIBUTE public_half[] = {
        attribute(CKA_TOKEN, &yes, sizeof(yes)),
        attribute(CKA_PRIVATE, &no, sizeof(no)),
        attribute(CKA_LABEL, label, strlen(label)),
        attribute(CKA_ID, id, CRYPTOKI_ID_SIZE),
        attribute(CKA_VERIFY, &yes, sizeof(yes)),
        attribute(CKA_ENCRYPT, &no, sizeof(no)),
        attribute(CKA_WRAP, &no, sizeof(no)),
        attribute(CKA_MODIFIABLE, &no, sizeof(no)),
        parameters[0],
        parameters[1],
    };
    CK_ATTRIBUTE private_half[] = {
        attribute(CKA_TOKEN, &yes, sizeof(yes)),
        attribute(CKA_PRIVATE, &yes, sizeof(yes)),
        attribute(CKA_LABEL, label, strlen(label)),
        attribute(CKA_ID, id, CRYPTOKI_ID_SIZE),
        attribute(CKA_SENSITIVE, &yes, sizeof(yes)),
        attribute(CKA_EXTRACTABLE, &no, sizeof(no)),
        attribute(CKA_SIGN, &yes, sizeof(yes)),
        attribute(CKA_DECRYPT, &no, sizeof(no)),
        attribute(CKA_UNWRAP, &no, sizeof(no)),
        attribute(CKA_DERIVE, &no, sizeof(no)),
        attribute(CKA_MODIFIABLE, &no, sizeof(no)),
        attribute(CKA_ALLOWED_MECHANISMS, &signing, sizeof(signing)),
    };
    CK_MECHANISM mechanism = {.mechanism = generation};
    CK_OBJECT_HANDLE made_public = 0, made_private = 0;
    CK_ULONG public_count = sizeof(public_half) / sizeof(public_half[0]);
    return module->call->C_GenerateKeyPair(
        session, &mechanism, public_half, parameters[1].pValue ? public_count : public_count - 1,
        private_half, sizeof(private_half) / sizeof(private_half[0]), &made_public, &made_private);
}

enum hufu_err cryptoki_make_pair(const struct cryptoki *module, unsigned long session,
                                 enum cryptoki_pair kind, const char *label,
                                 const uint8_t id[CRYPTOKI_ID_SIZE])
{
    static const CK_ULONG bits = CRYPTOKI_RSA_BITS;
    static const uint8_t exponent[] = {1, 0, 1};
    const CK_ATTRIBUTE rsa[2] = {attribute(CKA_MODULUS_BITS, &bits, sizeof(bits)),
                                 attribute(CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent))};
    const CK_ATTRIBUTE p256[2] = {attribute(CKA_EC_PARAMS, p256_parameters, sizeof(p256_parameters)),
                                  attribute(0, NULL, 0)};
    CK_RV rv = kind == CRYPTOKI_RSA
                   ? generate_pair(module, session, CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_PKCS, rsa, label, id)
                   : generate_pair(module, session, CKM_EC_KEY_PAIR_GEN, CKM_ECDSA, p256, label, id);
    return checked("C_GenerateKeyPair", rv);
}

enum hufu_err cryptoki_visit_data(const struct cryptoki *module, unsigned long session, const char *label,
                                  cryptoki_visit_fn *visit, void *context)
{
    static const CK_OBJECT_CLASS class = CKO_DATA;
    CK_ATTRIBUTE wanted[] = {
        attribute(CKA_CLASS, &class, sizeof(class)), attribute(CKA_TOKEN, &yes, sizeof(yes)),
        attribute(CKA_PRIVATE, &yes, sizeof(yes)), attribute(CKA_LABEL, label, strlen(label))};
    CK_OBJECT_HANDLE found[OBJECTS_AT_ONCE];
    CK_ULONG count = 0;
    enum hufu_err err =
        checked("C_FindObjectsInit",
                module->call->C_FindObjectsInit(session, wanted, sizeof(wanted) / sizeof(wanted[0])));
    if (err)
        return err;
    do {
        err = checked("C_FindObjects", module->call->C_FindObjects(session, found, OBJECTS_AT_ONCE, &count));
        for (CK_ULONG i = 0; !err && i < count; i++)
            err = visit(context, found[i]);
    } while (!err && count > 0);
    (void)module->call->C_FindObjectsFinal(session);
    return err;
}

enum hufu_err cryptoki_read_data(const struct cryptoki *module, unsigned long session, unsigned long object,
                                 struct buf *value)
{
    uint8_t memory[CRYPTOKI_DATA_MAX];
    CK_ATTRIBUTE wanted = attribute(CKA_VALUE, memory, sizeof(memory));
    CK_RV rv = module->call->C_GetAttributeValue(session, object, &wanted, 1);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        return HUFU_ERR_NOT_FOUND;
    if (rv != CKR_OK)
        return failed("C_GetAttributeValue", rv);
    buf_put(value, memory, wanted.ulValueLen);
    return buf_finish(value);
}

enum hufu_err cryptoki_make_data(const struct cryptoki *module, unsigned long session, const char *label,
                                 struct bytes value)
{
    static const CK_OBJECT_CLASS class = CKO_DATA;
    CK_ATTRIBUTE made[] = {
        attribute(CKA_CLASS, &class, sizeof(class)), attribute(CKA_TOKEN, &yes, sizeof(yes)),
        attribute(CKA_PRIVATE, &yes, sizeof(yes)),   attribute(CKA_MODIFIABLE, &no, sizeof(no)),
        attribute(CKA_LABEL, label, strlen(label)),  attribute(CKA_VALUE, value.data, value.len),
    };
    CK_OBJECT_HANDLE object = 0;
    return checked("C_CreateObject",
                   module->call->C_CreateObject(session, made, sizeof(made) / sizeof(made[0]), &object));
}

enum hufu_err cryptoki_remove_data(const struct cryptoki *module, unsigned long session, unsigned long object)
{
    /* Another process may have removed it. */
    CK_RV rv = module->call->C_DestroyObject(session, object);
    return rv == CKR_OBJECT_HANDLE_INVALID ? HUFU_OK : checked("C_DestroyObject", rv);
}

static CK_GCM_PARAMS gcm_of(const uint8_t iv[CRYPTOKI_IV_SIZE], struct bytes associated)
{
    return (CK_GCM_PARAMS){.iv_ptr = unconst(iv),
                           .iv_len = CRYPTOKI_IV_SIZE,
                           .iv_bits = CRYPTOKI_IV_SIZE * 8,
                           .aad_ptr = unconst(associated.data),
                           .aad_len = associated.len,
                           .tag_bits = CRYPTOKI_TAG_SIZE * 8};
}

enum hufu_err cryptoki_seal(const struct cryptoki *module, unsigned long session, unsigned long key,
                            struct buf *out, const uint8_t iv[CRYPTOKI_IV_SIZE], struct bytes associated,
                            struct bytes plain)
{
    CK_GCM_PARAMS parameters = gcm_of(iv, associated);
    CK_MECHANISM mechanism = {CKM_AES_GCM, &parameters, sizeof(parameters)};
    CK_ULONG len = plain.len + CRYPTOKI_TAG_SIZE;
    uint8_t *room = buf_reserve(out, len);
    if (!room)
        return HUFU_ERR_LIMIT;
    enum hufu_err err = checked("C_EncryptInit", module->call->C_EncryptInit(session, &mechanism, key));
    if (!err)
        err = checked("C_Encrypt",
                      module->call->C_Encrypt(session, unconst(plain.data), plain.len, room, &len));
    if (!err && len != plain.len + CRYPTOKI_TAG_SIZE)
        err = failed("C_Encrypt", CKR_DATA_LEN_RANGE);
    return err;
}

/* Of a decryption that was begun: what the standard has for a failure whatever is decrypted. Anything else may be a module's, or a
 * vendor's, own word for a tag that does not fit. */
static bool is_failure_of_the_token(CK_RV rv)
{
    static const CK_RV failures[] = {
        CKR_HOST_MEMORY,
        CKR_DEVICE_ERROR,
        CKR_DEVICE_MEMORY,
        CKR_DEVICE_REMOVED,
        CKR_SESSION_CLOSED,
        CKR_SESSION_HANDLE_INVALID,
        CKR_TOKEN_NOT_PRESENT,
        CKR_USER_NOT_LOGGED_IN,
        CKR_KEY_HANDLE_INVALID,
        CKR_FUNCTION_CANCELED,
        CKR_OPERATION_NOT_INITIALIZED,
        CKR_CRYPTOKI_NOT_INITIALIZED,
    };
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
        if (rv == failures[i])
            return true;
    return false;
}

enum hufu_err cryptoki_open(const struct cryptoki *module, unsigned long session, unsigned long key,
                            struct buf *out, const uint8_t iv[CRYPTOKI_IV_SIZE], struct bytes associated,
                            struct bytes sealed)
{
    CK_GCM_PARAMS parameters = gcm_of(iv, associated);
    CK_MECHANISM mechanism = {CKM_AES_GCM, &parameters, sizeof(parameters)};
    CK_ULONG len = sealed.len;
    if (sealed.len < CRYPTOKI_TAG_SIZE)
        return HUFU_ERR_RECORD;
    if (out->cap - out->len < sealed.len)
        return HUFU_ERR_LIMIT;
    enum hufu_err err = checked("C_DecryptInit", module->call->C_DecryptInit(session, &mechanism, key));
    if (err)
        return err;
    CK_RV rv = module->call->C_Decrypt(session, unconst(sealed.data), sealed.len, out->data + out->len, &len);
    if (rv != CKR_OK)
        return is_failure_of_the_token(rv) ? failed("C_Decrypt", rv) : HUFU_ERR_RECORD;
    return buf_reserve(out, len) ? HUFU_OK : HUFU_ERR_LIMIT;
}

enum hufu_err cryptoki_sign(const struct cryptoki *module, unsigned long session, unsigned long key,
                            enum cryptoki_pair kind, struct buf *out, struct bytes input)
{
    CK_MECHANISM mechanism = {.mechanism = kind == CRYPTOKI_RSA ? CKM_RSA_PKCS : CKM_ECDSA};
    CK_ULONG len = out->cap - out->len;
    enum hufu_err err = checked("C_SignInit", module->call->C_SignInit(session, &mechanism, key));
    if (!err)
        err = checked("C_Sign", module->call->C_Sign(session, unconst(input.data), input.len,
                                                     out->data + out->len, &len));
    if (!err && !buf_reserve(out, len))
        err = HUFU_ERR_LIMIT;
    return err;
}

enum hufu_err cryptoki_random(const struct cryptoki *module, unsigned long session, uint8_t *out, size_t len)
{
    return checked("C_GenerateRandom", module->call->C_GenerateRandom(session, out, len));
}
