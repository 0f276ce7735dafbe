/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <string.h>

#include "tests/unit/hsm_flaky_module.h"

#define KEYS_MAX 16
#define REAL_MODULE "/usr/lib/softhsm/libsofthsm2.so"

struct flaky flaky;
flaky_look_function flaky_look;
flaky_plant_function flaky_plant;
flaky_weed_function flaky_weed;

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST ours;

static CK_RV initialize(void *arguments)
{
    flaky.starts++;
    if (flaky.refused_starts > 0) {
        flaky.refused_starts--;
        return CKR_DEVICE_ERROR;
    }
    if (flaky.broken == 1)
        flaky.broken = 0;
    flaky.lost_copies = 0;
    return real->C_Initialize(arguments);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin, unsigned long pin_len)
{
    flaky.logins++;
    return flaky.refuses_pin ? CKR_PIN_INCORRECT : real->C_Login(session, user, pin, pin_len);
}

static bool is_true(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, CK_ATTRIBUTE_TYPE type)
{
    CK_BBOOL value = CK_TRUE;
    CK_ATTRIBUTE attribute = {type, &value, sizeof(value)};
    return real->C_GetAttributeValue(session, key, &attribute, 1) != CKR_OK || value == CK_TRUE;
}

static CK_RV copy_object(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key, CK_ATTRIBUTE *changed,
                         CK_ULONG changed_count, CK_OBJECT_HANDLE *copy)
{
    return flaky.refuses_copies ? CKR_FUNCTION_NOT_SUPPORTED
                                : real->C_CopyObject(session, key, changed, changed_count, copy);
}

static CK_RV encrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    flaky.stored_uses += is_true(session, key, CKA_TOKEN);
    return flaky.broken ? CKR_DEVICE_REMOVED : real->C_EncryptInit(session, mechanism, key);
}

static CK_RV decrypt_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    bool is_stored = is_true(session, key, CKA_TOKEN);
    flaky.stored_uses += is_stored;
    return flaky.lost_copies && !is_stored ? CKR_KEY_HANDLE_INVALID
                                           : real->C_DecryptInit(session, mechanism, key);
}

/* Fails late, in the words that SoftHSM2 has for a forged ciphertext. */
static CK_RV decrypt(CK_SESSION_HANDLE session, unsigned char *in, unsigned long in_len, unsigned char *out,
                     unsigned long *out_len)
{
    CK_RV rv = real->C_Decrypt(session, in, in_len, out, out_len);
    if (flaky.broken)
        return CKR_GENERAL_ERROR;
    return rv != CKR_OK && flaky.forged ? flaky.forged : rv;
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return flaky.broken ? CKR_SESSION_HANDLE_INVALID : real->C_SignInit(session, mechanism, key);
}

static CK_RV generate_random(CK_SESSION_HANDLE session, unsigned char *out, unsigned long len)
{
    flaky.draws++;
    CK_RV rv = flaky.broken ? CKR_DEVICE_ERROR : real->C_GenerateRandom(session, out, len);
    if (flaky.random_left > 0 && --flaky.random_left == 0)
        flaky.broken = 2;
    return rv;
}

static bool is_readable(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
    const CK_ATTRIBUTE_TYPE types[] = {CKA_VALUE, CKA_PRIVATE_EXPONENT, CKA_PRIME_1};
    unsigned char value[1024];
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        CK_ATTRIBUTE attribute = {types[i], value, sizeof(value)};
        if (real->C_GetAttributeValue(session, key, &attribute, 1) == CKR_OK)
            return true;
    }
    return false;
}

static bool has_other_uses(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
    CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0}, rsa = {CKM_SHA256_RSA_PKCS, NULL, 0},
                 raw = {CKM_RSA_PKCS, NULL, 0};
    return real->C_EncryptInit(session, &ecb, key) == CKR_OK ||
           real->C_SignInit(session, &rsa, key) == CKR_OK ||
           real->C_DecryptInit(session, &raw, key) == CKR_OK;
}

/* Itself, or a copy of it. */
static bool can_be_widened(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE key)
{
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_MECHANISM_TYPE ecb = CKM_AES_ECB;
    CK_ATTRIBUTE wider[] = {{CKA_EXTRACTABLE, &yes, sizeof(yes)},
                            {CKA_SENSITIVE, &no, sizeof(no)},
                            {CKA_PRIVATE, &no, sizeof(no)},
                            {CKA_ALLOWED_MECHANISMS, &ecb, sizeof(ecb)}};
    for (size_t i = 0; i < sizeof(wider) / sizeof(wider[0]); i++) {
        CK_ATTRIBUTE copied[] = {{CKA_TOKEN, &no, sizeof(no)}, wider[i]};
        CK_OBJECT_HANDLE copy = 0;
        if (real->C_SetAttributeValue(session, key, &wider[i], 1) == CKR_OK ||
            real->C_CopyObject(session, key, copied, 2, &copy) == CKR_OK)
            return true;
    }
    return false;
}

static CK_ULONG find_keys(CK_SESSION_HANDLE session, CK_ATTRIBUTE wanted, CK_OBJECT_HANDLE keys[KEYS_MAX])
{
    CK_ULONG count = 0;
    if (real->C_FindObjectsInit(session, &wanted, 1) != CKR_OK)
        return 0;
    (void)real->C_FindObjects(session, keys, KEYS_MAX, &count);
    (void)real->C_FindObjectsFinal(session);
    return count;
}

static void look_at(struct flaky_view *view, CK_SESSION_HANDLE session, CK_OBJECT_CLASS class)
{
    CK_OBJECT_HANDLE keys[KEYS_MAX];
    CK_ULONG count = find_keys(session, (CK_ATTRIBUTE){CKA_CLASS, &class, sizeof(class)}, keys);
    for (CK_ULONG i = 0; i < count; i++) {
        view->keys++;
        view->widened += can_be_widened(session, keys[i]);
        view->readable += is_readable(session, keys[i]);
        view->extractable +=
            is_true(session, keys[i], CKA_EXTRACTABLE) || !is_true(session, keys[i], CKA_SENSITIVE);
        view->modifiable += is_true(session, keys[i], CKA_MODIFIABLE);
        view->other_uses += has_other_uses(session, keys[i]);
    }
}

static bool open_session(CK_SESSION_HANDLE *session)
{
    CK_SLOT_ID slots[8];
    CK_ULONG count = 8;
    return real->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK && count > 0 &&
           real->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, session) == CKR_OK;
}

void flaky_look(struct flaky_view *view)
{
    CK_SESSION_HANDLE session = 0;
    *view = (struct flaky_view){0};
    if (!open_session(&session))
        return;
    look_at(view, session, CKO_SECRET_KEY);
    look_at(view, session, CKO_PRIVATE_KEY);
    (void)real->C_CloseSession(session);
}

/* The id of the one key with this label. */
static bool find_id(CK_SESSION_HANDLE session, CK_ATTRIBUTE *class, CK_ATTRIBUTE *label, CK_ATTRIBUTE *id)
{
    CK_ATTRIBUTE wanted[] = {*class, *label};
    CK_OBJECT_HANDLE key = 0;
    CK_ULONG count = 0;
    if (real->C_FindObjectsInit(session, wanted, 2) != CKR_OK)
        return false;
    CK_RV rv = real->C_FindObjects(session, &key, 1, &count);
    (void)real->C_FindObjectsFinal(session);
    return rv == CKR_OK && count == 1 && real->C_GetAttributeValue(session, key, id, 1) == CKR_OK;
}

static bool plant(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class, CK_KEY_TYPE type, char *label)
{
    static unsigned char p256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
    unsigned char value[32] = {1}, id[64];
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    bool is_secret = class == CKO_SECRET_KEY;
    CK_ATTRIBUTE made[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_LABEL, label, strlen(label)},
        {CKA_ID, id, sizeof(id)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_TOKEN, &yes, sizeof(yes)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_SENSITIVE, &no, sizeof(no)},
        {CKA_EXTRACTABLE, &yes, sizeof(yes)},
        {CKA_VALUE, value, sizeof(value)},
        {is_secret ? CKA_ENCRYPT : CKA_SIGN, &yes, sizeof(yes)},
        {is_secret ? CKA_DECRYPT : CKA_EC_PARAMS, is_secret ? &yes : p256,
         is_secret ? sizeof(yes) : sizeof(p256)},
    };
    CK_OBJECT_HANDLE key = 0;
    return find_id(session, &made[0], &made[1], &made[2]) &&
           real->C_CreateObject(session, made, sizeof(made) / sizeof(made[0]), &key) == CKR_OK;
}

int flaky_plant(void)
{
    static char sealing[] = "hufu sealing", identity[] = "hufu identity";
    CK_SESSION_HANDLE session = 0;
    if (!open_session(&session))
        return 0;
    int planted = plant(session, CKO_SECRET_KEY, CKK_AES, sealing);
    planted += plant(session, CKO_PRIVATE_KEY, CKK_EC, identity);
    (void)real->C_CloseSession(session);
    return planted;
}

int flaky_weed(void)
{
    CK_BBOOL yes = CK_TRUE;
    CK_OBJECT_HANDLE keys[KEYS_MAX];
    CK_SESSION_HANDLE session = 0;
    int removed = 0;
    if (!open_session(&session))
        return 0;
    CK_ULONG count = find_keys(session, (CK_ATTRIBUTE){CKA_EXTRACTABLE, &yes, sizeof(yes)}, keys);
    for (CK_ULONG i = 0; i < count; i++)
        removed += real->C_DestroyObject(session, keys[i]) == CKR_OK;
    (void)real->C_CloseSession(session);
    return removed;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
    CK_C_GetFunctionList get = NULL;
    void *library = dlopen(REAL_MODULE, RTLD_NOW | RTLD_LOCAL);
    void *symbol = library ? dlsym(library, "C_GetFunctionList") : NULL;
    memcpy(&get, &symbol, sizeof(get));
    if (!get || get(&real) != CKR_OK)
        return CKR_GENERAL_ERROR;
    ours = *real;
    ours.C_Initialize = initialize;
    ours.C_Login = login;
    ours.C_CopyObject = copy_object;
    ours.C_EncryptInit = encrypt_init;
    ours.C_DecryptInit = decrypt_init;
    ours.C_Decrypt = decrypt;
    ours.C_SignInit = sign_init;
    ours.C_GenerateRandom = generate_random;
    *list = &ours;
    return CKR_OK;
}
