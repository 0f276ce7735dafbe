/* SPDX-License-Identifier: Apache-2.0 */
/* What the service calls by a name of its own, in the user's language. */
#include <string.h>

#include "mobile-sdk/phone/texts.h"

static const struct {
    const char *key;
    const char *texts[LANGUAGE_COUNT];
} key_texts[] = {
    {"binding-not-active", {"The key on this device is not active.", "本设备上的密钥已被冻结或停用。"}},
    {"account-not-active", {"The account is suspended.", "该用户已被停用。"}},
    {"window-closed", {"It is outside the time in which the key may be used.", "不在允许使用的时间内。"}},
    {"handover-needed",
     {"This account has a primary device: bind this one to its key with hufu-phone bind.",
      "该用户已有主设备：请用 hufu-phone bind 绑定分割密钥。"}},
    {"device-limit",
     {"The account has as many devices as its project allows: remove one first.",
      "该用户的设备数已达项目上限：请先移除一台。"}},
    {"conflict", {"As things stand this cannot be done.", "当前情况下不能进行此操作。"}},
    {"uses-exhausted", {"The key has no uses left.", "允许使用的次数已用完。"}},
    {"dpop-proof-invalid", {"The device did not prove that it holds its key.", "设备未能证明持有其密钥。"}},
};

/* States as the service names them. */
static const struct {
    const char *state;
    const char *texts[LANGUAGE_COUNT];
} state_texts[] = {
    {"expired", {"expired", "过期"}},
    {"deleted", {"deleted", "已删除"}},
    {"requested", {"waiting for approval", "待审批"}},
    {"suspended", {"suspended", "已停用"}},
    {"closed", {"closed", "已关闭"}},
    {"new", {"new", "新建"}},
    {"pending", {"being generated", "生成中"}},
    {"generated", {"generated", "已生成"}},
    {"usable", {"usable", "可用"}},
    {"waiting", {"waiting for activation", "等待激活"}},
    {"active", {"active", "正常"}},
    {"frozen", {"frozen", "已冻结"}},
    {"removed", {"removed", "已移除"}},
    {"primary", {"primary device", "主设备"}},
    {"secondary", {"secondary device", "附属设备"}},
    {"authorized", {"authorized user's device", "授权用户的设备"}},
};

/* Those of authorizations, some of which are called as others are. */
static const struct {
    const char *state;
    const char *texts[LANGUAGE_COUNT];
} authorization_state_texts[] = {
    {"pending", {"not confirmed yet", "未授权"}},
    {"awaiting_device", {"waiting for the devices", "待主设备授权"}},
    {"active", {"active", "已授权"}},
    {"frozen", {"frozen", "已冻结"}},
    {"expired", {"expired", "过期"}},
    {"deleted", {"deleted", "已删除"}},
    {"window", {"its time is over", "已过有效期"}},
    {"uses", {"its uses are used up", "次数已用完"}},
    {"refused", {"refused", "已拒绝"}},
    {"key", {"its key is dead", "密钥已失效"}},
};

/* Fields of requests as the service names them. */
static const struct {
    const char *field;
    const char *texts[LANGUAGE_COUNT];
} field_texts[] = {
    {"work_number", {"Work number", "工号"}},
    {"name", {"Name", "姓名"}},
    {"organization", {"Organization", "单位"}},
    {"mobile", {"Mobile number", "手机号"}},
    {"identity_kind",
     {"Kind of identity document (resident-card, passport, hong-kong-macao-permit, taiwan-permit, "
      "permanent-residence, military-card, other)",
      "证件类型（resident-card 居民身份证、passport 护照、hong-kong-macao-permit 港澳居民来往内地通行证、"
      "taiwan-permit 台湾居民来往大陆通行证、permanent-residence 外国人永久居留身份证、military-card "
      "军官证、other 其他）"}},
    {"identity_number", {"Identity number", "证件号码"}},
    {"email", {"E-mail address", "电子邮箱"}},
    {"department", {"Department", "部门"}},
    {"occupation", {"Occupation", "职业"}},
    {"country", {"Country (two letters)", "国家（两个字母）"}},
    {"province", {"Province", "省份"}},
    {"city", {"City", "城市"}},
    {"sex", {"Sex (male, female)", "性别（male 男、female 女）"}},
    {"remark", {"Remark", "备注"}},
    {"seal_picture", {"Seal picture (a file)", "印章图片（文件）"}},
    {"holder", {"Certificate holder", "证书用户"}},
    {"authorized", {"Authorized user", "授权用户"}},
    {"operations", {"What it is for (--for)", "用途（--for）"}},
    {"valid_from", {"Begin of the window (--from)", "有效期开始（--from）"}},
    {"valid_until", {"End of the window (--until)", "有效期截止（--until）"}},
    {"uses", {"Number of uses (--uses)", "使用次数（--uses）"}},
    {"reason", {"Reason (--reason)", "申请事由（--reason）"}},
    {"key_id", {"Key (--key)", "密钥（--key）"}},
};

/* Operations as the service names them. */
static const struct {
    const char *operation;
    const char *texts[LANGUAGE_COUNT];
} operation_texts[] = {
    {"sm2/sign", {"co-signing", "协同签名"}},
    {"sm2/decrypt", {"decrypting", "解密"}},
    {"sm2/refresh", {"renewing the halves", "更新分割密钥"}},
    {"sm2/pin/check", {"checking the PIN", "核对口令"}},
    {"sm2/keygen/begin", {"generating a key", "生成密钥"}},
    {"sm2/keygen/finish", {"generating a key", "生成密钥"}},
    {"key.create", {"setting up a key", "建立密钥"}},
    {"certificate.issue", {"certificate", "下载证书"}},
    {"device.activate", {"activating the device", "激活设备"}},
    {"device.bind", {"binding the device", "绑定设备"}},
    {"device.promote", {"becoming the primary device", "设为主设备"}},
    {"device.remove", {"removing a device", "移除设备"}},
    {"device.freeze", {"freezing a device", "冻结设备"}},
    {"device.unfreeze", {"unfreezing a device", "解冻设备"}},
    {"device.unlock", {"unlocking the PIN of a device", "解锁设备口令"}},
    {"device.rename", {"renaming a device", "修改设备名称"}},
    {"binding.ask", {"asking for a half", "申请分割密钥"}},
    {"binding.handover", {"handing a half over", "移交分割密钥"}},
    {"sm2/handover", {"making a half to hand over", "生成待移交的分割密钥"}},
    {"password.change", {"changing the password", "修改登录口令"}},
    {"password.remember", {"having the password remembered", "记住登录口令"}},
    {"password.forget", {"having the password forgotten", "清除记住的登录口令"}},
    {"authentication.approve", {"approving an authentication", "同意扫码认证"}},
    {"face.enrol", {"a picture of the face", "登记人脸照片"}},
    {"handwriting.put", {"submitting the handwritten signature", "提交手写签名"}},
    {"handwriting.remove", {"taking the handwritten signature back", "删除手写签名"}},
    {"session.open", {"signing in", "登录"}},
    {"policy", {"signing an authorization's terms", "签署授权策略"}},
    {"authorization.apply", {"applying for an authorization", "申请授权"}},
    {"authorization.grant", {"granting an authorization", "授权赋予"}},
    {"authorization.search", {"searching for a holder", "查询证书用户"}},
    {"authorization.confirm", {"confirming an authorization", "确认授权"}},
    {"authorization.refuse", {"refusing an authorization", "拒绝授权"}},
    {"authorization.bind", {"asking for an authorized half", "申请授权分割密钥"}},
    {"authorization.policy", {"signing an authorization's terms", "签署授权策略"}},
    {"authorization.freeze", {"freezing an authorization", "冻结授权"}},
    {"authorization.unfreeze", {"unfreezing an authorization", "解冻授权"}},
    {"authorization.modify", {"modifying an authorization", "修改授权"}},
    {"authorization.renew", {"renewing an authorization", "续期授权"}},
    {"authorization.reset_password", {"resetting the authorized user's password", "重置授权用户登录口令"}},
    {"authorization.delete", {"deleting an authorization", "删除授权"}},
    {"session.use", {"using a session", "使用会话"}},
    {"session.end", {"signing out", "退出登录"}},
    {"session.end-all", {"signing out everywhere", "全部退出登录"}},
};

const char *text_of_field(enum language language, const char *field)
{
    for (size_t i = 0; i < sizeof(field_texts) / sizeof(field_texts[0]); i++) {
        if (strcmp(field_texts[i].field, field) == 0)
            return field_texts[i].texts[language];
    }
    return field;
}

const char *text_of_operation(enum language language, const char *operation)
{
    for (size_t i = 0; i < sizeof(operation_texts) / sizeof(operation_texts[0]); i++) {
        if (strcmp(operation_texts[i].operation, operation) == 0)
            return operation_texts[i].texts[language];
    }
    return operation;
}

const char *text_of_key(enum language language, const char *message_key)
{
    for (size_t i = 0; i < sizeof(key_texts) / sizeof(key_texts[0]); i++) {
        if (strcmp(key_texts[i].key, message_key) == 0)
            return key_texts[i].texts[language];
    }
    return NULL;
}

const char *text_of_state(enum language language, const char *state)
{
    for (size_t i = 0; i < sizeof(state_texts) / sizeof(state_texts[0]); i++) {
        if (strcmp(state_texts[i].state, state) == 0)
            return state_texts[i].texts[language];
    }
    return state;
}

const char *text_of_authorization_state(enum language language, const char *state)
{
    size_t count = sizeof(authorization_state_texts) / sizeof(authorization_state_texts[0]);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(authorization_state_texts[i].state, state) == 0)
            return authorization_state_texts[i].texts[language];
    }
    return state;
}
