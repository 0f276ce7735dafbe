/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/notice_text.h"

#include <assert.h>
#include <string.h>

/* {0}, {1}, …: the values. None is what a device or a stranger chose: it would be a text of theirs in the service's name. Each
 * text names the project in front, as text messages do that come from a shared number. */
struct words {
    const char *subject, *body;
};
static const struct {
    const char *name;
    size_t values;
    struct words words[PROJECT_LANGUAGE_COUNT];
} texts[] = {
    [NOTICE_TEXT_TEST] = {"test",
                          0,
                          {{"测试消息", "这是一条测试消息，收到即表示发送正常，无需任何操作。"},
                           {"Test message",
                            "This is a test: messages arrive. There is nothing to be done."}}},
    [NOTICE_TEXT_CODE_BIND_DEVICE] =
        {"code-bind-device",
         2,
         {{"验证码",
           "验证码 {0}，{1} 分钟内有效，用于绑定新设备。请勿告诉任何人；如非本人操作，请忽略本消息。"},
          {"Your code", "Your code to bind a new device is {0}. It is valid for {1} minutes. Tell it to "
                        "nobody; if you did not ask for it, ignore this message."}}},
    [NOTICE_TEXT_CODE_SIGN_IN] =
        {"code-sign-in",
         2,
         {{"验证码", "验证码 {0}，{1} 分钟内有效，用于登录。请勿告诉任何人；如非本人操作，请忽略本消息。"},
          {"Your code", "Your code to sign in is {0}. It is valid for {1} minutes. Tell it to nobody; if you "
                        "did not ask for it, ignore this message."}}},
    [NOTICE_TEXT_CODE_CONFIRM] =
        {"code-confirm",
         2,
         {{"验证码",
           "验证码 {0}，{1} 分钟内有效，用于确认您账号的操作。请勿告诉任何人；如非本人操作，请忽略本消息。"},
          {"Your code", "Your code to confirm something in your account is {0}. It is valid for {1} minutes. "
                        "Tell it to nobody; if you did not ask for it, ignore this message."}}},
    [NOTICE_TEXT_CODE_RECOVER] =
        {"code-recover",
         2,
         {{"验证码",
           "验证码 {0}，{1} 分钟内有效，用于重新设置登录口令。请勿告诉任何人；如非本人操作，请忽略本消息。"},
          {"Your code", "Your code to set a new password is {0}. It is valid for {1} minutes. Tell it to "
                        "nobody; if you did not ask for it, ignore this message."}}},
    [NOTICE_TEXT_CODE_REQUEST] =
        {"code-request",
         2,
         {{"验证码",
           "验证码 {0}，{1} 分钟内有效，用于申请账号。请勿告诉任何人；如非本人操作，请忽略本消息。"},
          {"Your code", "Your code to ask for an account is {0}. It is valid for {1} minutes. Tell it to "
                        "nobody; if you did not ask for it, ignore this message."}}},
    [NOTICE_TEXT_ACCOUNT_APPROVED] =
        {"account-approved",
         1,
         {{"账号申请已通过", "您申请的账号（工号 {0}）已通过审核，现在可以登录。"},
          {"Account approved", "Your account (work number {0}) has been approved. You can sign in now."}}},
    [NOTICE_TEXT_ACCOUNT_REFUSED] = {"account-refused",
                                     2,
                                     {{"账号申请未通过", "您申请的账号（工号 {0}）未通过审核。原因：{1}"},
                                      {"Account not approved",
                                       "Your account (work number {0}) has not been approved. Reason: {1}"}}},
    [NOTICE_TEXT_DEVICE_BOUND] =
        {"device-bound",
         0,
         {{"绑定了新设备", "您的账号绑定了一台新设备。如非本人操作，请立即联系管理员。"},
          {"New device",
           "A new device has been bound to your account. If that was not you, tell your operator at once."}}},
    [NOTICE_TEXT_DEVICE_REMOVED] =
        {"device-removed",
         0,
         {{"设备已移除", "您账号的一台设备已移除，其中的密钥已失效。如非本人操作，请立即联系管理员。"},
          {"Device removed", "A device has been removed from your account; its key no longer works. If "
                             "that was not you, tell your operator at once."}}},
    [NOTICE_TEXT_DEVICE_PROMOTED] =
        {"device-promoted",
         0,
         {{"主设备已变更", "您账号的一台附属设备已成为主设备。如非本人操作，请立即联系管理员。"},
          {"Primary device changed", "A secondary device of your account has become its primary device. If "
                                     "that was not you, tell your operator at once."}}},
    [NOTICE_TEXT_PASSWORD_CHANGED] =
        {"password-changed",
         0,
         {{"口令已修改", "您的账号口令已修改。如非本人操作，请立即联系管理员。"},
          {"Password changed",
           "The password of your account has been changed. If that was not you, tell your "
           "operator at once."}}},
    [NOTICE_TEXT_FACE_CHANGED] =
        {"face-changed",
         0,
         {{"人脸照片已变更", "您账号用于核验身份的人脸照片已登记或更换。如非本人操作，请立即联系管理员。"},
          {"Face changed", "The picture of your face by which your account knows you has been set or "
                           "changed. If that was not you, tell your operator at once."}}},
    [NOTICE_TEXT_AUTHORIZATION_APPLIED] =
        {"authorization-applied",
         1,
         {{"有人申请授权", "工号 {0} 申请使用您的证书，请登录查看，确认或拒绝。"},
          {"Authorization applied for",
           "Work number {0} applies for the use of your certificate. Sign in to confirm or refuse."}}},
    [NOTICE_TEXT_AUTHORIZATION_GRANTED] =
        {"authorization-granted",
         1,
         {{"证书授权", "工号 {0} 授权您使用其证书，请登录查看，确认或拒绝。"},
          {"Authorization granted",
           "Work number {0} lets you use their certificate. Sign in to confirm or refuse."}}},
    [NOTICE_TEXT_AUTHORIZATION_CONFIRMED] =
        {"authorization-confirmed",
         1,
         {{"授权已确认", "与工号 {0} 之间的证书授权已确认。"},
          {"Authorization confirmed",
           "The authorization between you and work number {0} has been confirmed."}}},
    [NOTICE_TEXT_AUTHORIZATION_REFUSED] =
        {"authorization-refused",
         1,
         {{"授权未通过", "与工号 {0} 之间的证书授权未通过。"},
          {"Authorization refused", "The authorization between you and work number {0} has been refused."}}},
    [NOTICE_TEXT_AUTHORIZATION_FROZEN] =
        {"authorization-frozen",
         1,
         {{"授权已冻结", "与工号 {0} 之间的证书授权已冻结。"},
          {"Authorization frozen", "The authorization between you and work number {0} has been frozen."}}},
    [NOTICE_TEXT_AUTHORIZATION_UNFROZEN] =
        {"authorization-unfrozen",
         1,
         {{"授权已解冻", "与工号 {0} 之间的证书授权已解冻。"},
          {"Authorization unfrozen",
           "The authorization between you and work number {0} has been unfrozen."}}},
    [NOTICE_TEXT_AUTHORIZATION_MODIFIED] =
        {"authorization-modified",
         1,
         {{"授权已修改", "与工号 {0} 之间的证书授权的期限或次数已修改。"},
          {"Authorization modified",
           "Window or uses of the authorization between you and work number {0} have been modified."}}},
    [NOTICE_TEXT_AUTHORIZATION_RENEWED] =
        {"authorization-renewed",
         1,
         {{"授权已续期", "与工号 {0} 之间的证书授权已续期。"},
          {"Authorization renewed", "The authorization between you and work number {0} has been renewed."}}},
    [NOTICE_TEXT_AUTHORIZATION_DELETED] =
        {"authorization-deleted",
         1,
         {{"授权已删除", "与工号 {0} 之间的证书授权已删除。"},
          {"Authorization deleted", "The authorization between you and work number {0} has been deleted."}}},
    [NOTICE_TEXT_AUTHORIZATION_ENDING] = {"authorization-ending",
                                          1,
                                          {{"授权即将到期", "与工号 {0} 之间的证书授权即将到期。"},
                                           {"Authorization ends soon",
                                            "The authorization between you and work number {0} ends soon."}}},
    [NOTICE_TEXT_AUTHORIZATION_USES_LOW] =
        {"authorization-uses-low",
         1,
         {{"授权次数即将用完", "与工号 {0} 之间的证书授权的剩余次数不多。"},
          {"Few uses left", "Few uses are left of the authorization between you and work number {0}."}}},
    [NOTICE_TEXT_AUTHORIZATION_PASSWORD] =
        {"authorization-password",
         1,
         {{"新口令", "您的一次性口令是 {0}，72 小时内有效，首次使用时须修改。请勿告诉任何人。"},
          {"Your new password", "Your one-time password is {0}. It is valid for 72 hours and must be changed "
                                "at its first use. Tell it to nobody."}}},
};
static_assert(sizeof texts / sizeof texts[0] == NOTICE_TEXT_COUNT, "one row a text");
static_assert(PROJECT_LANGUAGE_COUNT == 2 && PROJECT_LANGUAGE_CHINESE == 0, "the order of the words above");

const char *notice_text_name(enum notice_text text)
{
    return texts[text].name;
}

size_t notice_text_values(enum notice_text text)
{
    return texts[text].values;
}

const char *notice_text_language(enum project_language language)
{
    return language == PROJECT_LANGUAGE_CHINESE ? "zh-CN" : "en";
}

static void notice_put(struct buf *out, const char *text)
{
    buf_put(out, text, strlen(text));
}

static void notice_put_project(struct buf *out, enum project_language language, const char *project)
{
    notice_put(out, language == PROJECT_LANGUAGE_CHINESE ? "【" : "[");
    notice_put(out, project);
    notice_put(out, language == PROJECT_LANGUAGE_CHINESE ? "】" : "] ");
}

enum hufu_err notice_text_subject(struct buf *out, enum notice_text text, enum project_language language,
                                  const char *project)
{
    notice_put_project(out, language, project);
    notice_put(out, texts[text].words[language].subject);
    return buf_finish(out);
}

enum hufu_err notice_text_body(struct buf *out, enum notice_text text, enum project_language language,
                               const char *project, const char *const values[NOTICE_VALUES_MAX])
{
    notice_put_project(out, language, project);
    for (const char *at = texts[text].words[language].body; *at;) {
        size_t plain = strcspn(at, "{");
        buf_put(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        size_t index = (size_t)(at[1] - '0');
        if (index >= NOTICE_VALUES_MAX || values[index] == NULL)
            return HUFU_ERR_INTERNAL;
        notice_put(out, values[index]);
        at += sizeof "{0}" - 1;
    }
    return buf_finish(out);
}
