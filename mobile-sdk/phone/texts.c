/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/texts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ARGUMENTS_MAX 9

static const char *const texts[TEXT_COUNT][LANGUAGE_COUNT] = {
    [TEXT_UNKNOWN_COMMAND] = {"hufu-phone: unknown command or option; hufu-phone help says more.",
                              "hufu-phone：未知的命令或选项；请看 hufu-phone help。"},
    [TEXT_BAD_LANGUAGE] = {"hufu-phone: --lang takes en or zh-CN.",
                           "hufu-phone：--lang 只能是 en 或 zh-CN。"},
    [TEXT_BAD_FD] = {"hufu-phone: {1} takes the number of an open file descriptor.",
                     "hufu-phone：{1} 须是已打开的文件描述符编号。"},
    [TEXT_NO_HOME] = {"hufu-phone: no home directory; use --home.",
                      "hufu-phone：找不到主目录，请用 --home 指定。"},
    [TEXT_HOME_BUSY] = {"Another hufu-phone is using {1}.", "另一个 hufu-phone 正在使用 {1}。"},
    [TEXT_FILE_UNREADABLE] = {"Cannot read {1}: {2}", "无法读取 {1}：{2}"},
    [TEXT_FILE_UNWRITABLE] = {"Cannot write {1}: {2}", "无法写入 {1}：{2}"},
    [TEXT_FILE_TOO_LARGE] = {"{1} is larger than {2} bytes.", "{1} 超过 {2} 字节。"},
    [TEXT_FILES_SAME] = {"{1} and {2} are the same file.", "{1} 与 {2} 是同一个文件。"},
    [TEXT_ASK_PIN] = {"PIN: ", "口令："},
    [TEXT_ASK_OLD_PIN] = {"Old PIN: ", "旧口令："},
    [TEXT_ASK_NEW_PIN] = {"New PIN: ", "新口令："},
    [TEXT_ASK_AGAIN] = {"Once more: ", "再输入一次："},
    [TEXT_PINS_DIFFER] = {"The two entries differ.", "两次输入不一致。"},
    [TEXT_NO_PIN] = {"No PIN was given.", "没有输入口令。"},
    [TEXT_STEP_SERVICE] = {"Checking the identity of the service …", "正在核对服务的身份……"},
    [TEXT_STEP_DEVICE_KEY] = {"Making the device key …", "正在生成设备密钥……"},
    [TEXT_STEP_ACTIVATION] = {"Becoming a device of the account …", "正在绑定到用户……"},
    [TEXT_STEP_KEY] = {"Setting up the key …", "正在建立云密钥……"},
    [TEXT_STEP_GENERATION] = {"Generating the two halves of the key …", "正在生成分割密钥……"},
    [TEXT_STEP_CERTIFICATE] = {"Requesting the certificate, with the first co-signature …",
                               "正在用首次协同签名申请证书……"},
    [TEXT_STEP_DONE] = {"Done.", "完成。"},
    [TEXT_ENROLLED] = {"This device now signs for {1} (work number {2}, project {3}).",
                       "本设备已绑定：{1}（工号 {2}，项目 {3}）。"},
    [TEXT_KEY_CREATED] = {"Key {1} is ready.", "密钥 {1} 已就绪。"},
    [TEXT_KEY_LINE] = {"{1}  {2}  {3}  generation {4}", "{1}  {2}  {3}  第 {4} 代"},
    [TEXT_KEY_NONE] = {"There are no keys on this device yet.", "本设备上还没有密钥。"},
    [TEXT_USAGE_SIGN] = {"sign", "签名"},
    [TEXT_USAGE_DECRYPT] = {"decrypt", "解密"},
    [TEXT_STAGE_NEW] = {"not generated yet", "尚未生成"},
    [TEXT_STAGE_GENERATED] = {"generated", "已生成"},
    [TEXT_STAGE_CERTIFIED] = {"certified", "已有证书"},
    [TEXT_PIN_UNFINISHED] = {"  A change of PIN was interrupted: enter the new PIN next time.",
                             "  修改口令曾被中断：下次请输入新口令。"},
    [TEXT_REFRESH_UNFINISHED] = {"  A renewal of the halves was interrupted; the next use settles it.",
                                 "  更新分割密钥曾被中断，下次使用时自动完成。"},
    [TEXT_PINS_OF_KEYS_DIFFER] =
        {"A change of PIN was interrupted between two keys: run hufu-phone pin again, with the "
         "same two PINs.",
         "修改口令在两个密钥之间中断：请用相同的新旧口令再次运行 hufu-phone pin。"},
    [TEXT_SIGNED_RAW] = {"SM2 signature written to {1}", "SM2 签名值已写入 {1}"},
    [TEXT_SIGNED_CMS] = {"Detached CMS written to {1}", "分离式 CMS 已写入 {1}"},
    [TEXT_VERIFIED] = {"The signature of {1} is valid.", "{1} 的签名有效。"},
    [TEXT_DECRYPTED] = {"Plaintext written to {1}", "明文已写入 {1}"},
    [TEXT_CERTIFICATE_SAVED] = {"Certificate written to {1}", "证书已写入 {1}"},
    [TEXT_CHAIN_SAVED] = {"Issuers written to {1}", "颁发者证书链已写入 {1}"},
    [TEXT_PUBLIC_KEY_SAVED] = {"Public key written to {1}", "公钥已写入 {1}"},
    [TEXT_ASK_PASSWORD] = {"Password: ", "登录口令："},
    [TEXT_ASK_OLD_PASSWORD] = {"Old password: ", "旧登录口令："},
    [TEXT_ASK_NEW_PASSWORD] =
        {"New password (8 or more characters, three of: capitals, small letters, digits, others): ",
         "新登录口令（8 个字符以上，含大写、小写、数字、其他字符中的三类）："},
    [TEXT_ASK_CODE] = {"Code from the SMS: ", "短信验证码："},
    [TEXT_CODE_SENT] = {"A code has been sent to your mobile number; it is good for five minutes.",
                        "验证码已发送到您的手机，五分钟内有效。"},
    [TEXT_NO_PASSWORD] = {"No password or code was given.", "没有输入登录口令或验证码。"},
    [TEXT_PASSWORD_INITIAL] = {"This is the operator's one-time password: choose your own.",
                               "这是管理员给出的初始登录口令，请设置您自己的登录口令。"},
    [TEXT_PASSWORD_CHANGED] = {"The password has been changed; other sessions have ended.",
                               "登录口令已修改，其他登录已退出。"},
    [TEXT_PASSWORD_RECOVERED] = {"The password has been set; all sessions have ended. Sign in again.",
                                 "登录口令已重设，所有登录已退出，请重新登录。"},
    [TEXT_PASSWORD_REMEMBERED] = {"The password is remembered on this device.", "本设备已记住登录口令。"},
    [TEXT_PASSWORD_FORGOTTEN] = {"The password is not remembered any more.", "本设备已清除记住的登录口令。"},
    [TEXT_AUTHENTICATED] = {"Authenticated.", "身份认证已通过。"},
    [TEXT_QR_SHOW] = {"Scan this with a bound device of the account (hufu-phone approve):",
                      "请用该用户已绑定的设备扫描（hufu-phone approve）："},
    [TEXT_APPROVE_WHAT] = {"Somebody asks for: {1} (begun at {2}).", "请求：{1}（开始于 {2}）。"},
    [TEXT_APPROVE_ASK] = {"Approve only what you are doing yourself just now. Approve? (y/n)",
                          "仅当是您本人正在操作时才同意。是否同意？（y/n）"},
    [TEXT_APPROVED] = {"Approved.", "已同意。"},
    [TEXT_PURPOSE_BIND_DEVICE] = {"binding a new device to your account", "在您的账户下绑定新设备"},
    [TEXT_PURPOSE_SIGN_IN] = {"signing in to your account", "登录您的账户"},
    [TEXT_PURPOSE_CONFIRM] = {"confirming something on another device", "在另一台设备上确认操作"},
    [TEXT_PURPOSE_RECOVER] = {"setting a new password", "重设登录口令"},
    [TEXT_PROJECT] = {"Project {1} of the service at {2}, identity checked",
                      "项目 {1}，服务 {2}，身份已核对"},
    [TEXT_PROJECT_REQUESTS] = {"  Accounts can be asked for: hufu-phone request",
                               "  可以自助申请：hufu-phone request"},
    [TEXT_PROJECT_ORGANIZATIONS] = {"  Its organizations: hufu-phone organizations",
                                    "  单位列表：hufu-phone organizations"},
    [TEXT_ORGANIZATION_LINE] = {"{1}  {2}", "{1}  {2}"},
    [TEXT_ORGANIZATION_NONE] = {"The project has no organizations.", "该项目没有单位。"},
    [TEXT_REQUEST_ASK] = {"What you leave out stays empty; (*) must be told.",
                          "可留空的直接回车；带 (*) 的必填。"},
    [TEXT_REQUEST_FIELD] = {"{1}:", "{1}："},
    [TEXT_REQUEST_NEEDED] = {"{1} (*):", "{1} (*)："},
    [TEXT_REQUEST_UNKNOWN] = {"{1} is no field of a request: NAME=VALUE.", "{1} 不是申请的字段：字段=取值。"},
    [TEXT_REQUEST_MISSING] = {"{1}: must be told.", "{1}：必填。"},
    [TEXT_REQUEST_RECEIVED] =
        {"Your request has been received. You are told by SMS; hufu-phone request state says it, too.",
         "申请已提交，结果将以短信通知；也可用 hufu-phone request state 查询。"},
    [TEXT_REQUEST_STATE] = {"Your request: {1}", "您的申请：{1}"},
    [TEXT_REQUEST_REFUSAL] = {"  Refused: {1}", "  未批准：{1}"},
    [TEXT_ASK_WORK_NUMBER] = {"Work number:", "工号："},
    [TEXT_BAD_WORK_NUMBER] = {"That is no work number.", "工号不正确。"},
    [TEXT_FACE_KEPT] = {"The picture of your face is kept for later comparison.",
                        "人脸照片已登记，供以后比对。"},
    [TEXT_PIN_CHANGED] = {"The PIN has been changed.", "口令已修改。"},
    [TEXT_REFRESHED] = {"The halves have been renewed.", "分割密钥已更新。"},
    [TEXT_NOT_REFRESHED] = {"Key {1} was not renewed:", "密钥 {1} 未更新："},
    [TEXT_FAILURES_BEFORE] =
        {"Note: wrong PINs entered since the last success: {1}. If that was not you, tell the operator.",
         "注意：上次成功之后口令输错过 {1} 次。如非本人操作，请通知管理员。"},
    [TEXT_TRIES_LEFT] = {"Tries left: {1}", "还可尝试 {1} 次"},
    [TEXT_REFUSAL_DETAIL] = {"({1}, request {2})", "（{1}，请求编号 {2}）"},
    [TEXT_REFUSED_FIELD] = {"  Not as it should be: {1}", "  填写有误：{1}"},
    [TEXT_STATUS_ACCOUNT] = {"Certificate holder: {1}, work number {2}, project {3}",
                             "证书用户：{1}，工号 {2}，项目 {3}"},
    [TEXT_STATUS_DEVICE] = {"Device: {1}, session until {2}", "设备：{1}，会话有效期至 {2}"},
    [TEXT_STATUS_SERVICE] = {"Service: {1}, version {2}, identity checked",
                             "服务：{1}，版本 {2}，身份已核对"},
    [TEXT_STATUS_CLOCK] = {"Clock: this device differs from the service by {1} ms",
                           "时钟：本设备与服务相差 {1} 毫秒"},
    [TEXT_STATUS_KEY] = {"Key {1}: {2}, {3}, on this device {4}, generation {5}",
                         "密钥 {1}：{2}，{3}，本设备{4}，第 {5} 代"},
    [TEXT_STATUS_KEY_GONE] = {"  The service does not have it any more.", "  服务中已没有该密钥。"},
    [TEXT_STATUS_CERTIFICATE] = {"  Certificate {1}, {2}, until {3}", "  证书 {1}，{2}，有效期至 {3}"},
    [TEXT_STATUS_NO_CERTIFICATE] = {"  No certificate", "  没有证书"},
    [TEXT_STATUS_PIN] = {"  Wrong PINs: {1} of {2}", "  口令错误：{1} / {2} 次"},
    [TEXT_STATUS_PIN_LOCKED] = {"  The PIN is locked.", "  口令已锁定。"},
    [TEXT_SESSION_LINE] = {"{1}  {2}  on {3}  since {4}, last use {5}{6}",
                           "{1}  {2}  设备 {3}  登录于 {4}，最近使用 {5}{6}"},
    [TEXT_SESSION_CURRENT] = {"  (here)", "（本机）"},
    [TEXT_NEVER] = {"never", "无"},
    [TEXT_SIGNED_OUT] = {"Signed out.", "已退出登录。"},
    [TEXT_SIGNED_IN] = {"Signed in.", "已登录。"},
    [TEXT_ABOUT_PHONE] = {"hufu-phone and libhufu, version {1}, licence {2}",
                          "hufu-phone 与 libhufu，版本 {1}，许可证 {2}"},
    [TEXT_ABOUT_SERVICE] = {"Service {1}, version {2}, licence {3}", "服务 {1}，版本 {2}，许可证 {3}"},
    [TEXT_ABOUT_COMPONENT] = {"  {1}: {2}", "  {1}：{2}"},
    [TEXT_FORGET_SURE] =
        {"This erases the keys of this device for good. If you are sure: hufu-phone forget --yes",
         "本设备上的密钥将被永久删除。确认请用：hufu-phone forget --yes"},
    [TEXT_FORGOTTEN] = {"The user has been removed from this device.", "已从本设备移除该用户。"},
    [TEXT_CERTIFICATE_LINE] = {"Certificate {1} (CA {2}), from {3} until {4}",
                               "证书 {1}（CA {2}），有效期 {3} 至 {4}"},
    [TEXT_CERTIFICATE_PART] = {"  {1} = {2}", "  {1} = {2}"},
    [TEXT_CERTIFICATE_MASKED] =
        {"Personal parts are masked until you authenticate (hufu-phone authenticate).",
         "个人信息已去标识化；身份认证后显示（hufu-phone authenticate）。"},
    [TEXT_BIND_SHOW] = {"Let the primary device scan this (hufu-phone handover CODE):",
                        "请用主设备扫描此码（hufu-phone handover 码）："},
    [TEXT_BIND_ASK] = {"Then enter the code that the primary device shows:", "然后输入主设备显示的码："},
    [TEXT_HANDED_OVER] = {"Handed over. Let the new device scan this:",
                          "分割密钥已移交。请用新设备扫描此码："},
    [TEXT_DEVICE_LINE] = {"{1}  {2}  {3}  {4} ({5})  last use {6}{7}",
                          "{1}  {2}  {3}  {4}（{5}）  最近使用 {6}{7}"},
    [TEXT_DEVICE_THIS] = {"  this device", "  本设备"},
    [TEXT_DEVICE_FROZEN] = {"Device {1} is frozen.", "设备 {1} 已冻结。"},
    [TEXT_DEVICE_UNFROZEN] = {"Device {1} is active again.", "设备 {1} 已解冻。"},
    [TEXT_DEVICE_UNLOCKED] = {"The PIN of device {1} is unlocked.", "设备 {1} 的口令已解锁。"},
    [TEXT_DEVICE_REMOVED] = {"Device {1} is removed: its halves of keys are destroyed.",
                             "设备 {1} 已移除，其分割密钥已销毁。"},
    [TEXT_DEVICE_LOST] = {"The primary that was lost; it is removed for good:",
                          "遗失的主设备，将被永久移除："},
    [TEXT_DEVICE_PRIMARY] = {"This device is the account's primary: it makes keys, and hands them over.",
                             "本设备现为主设备，可生成密钥并向其他设备分发。"},
    [TEXT_DEVICES_REMOVED] = {"Secondary devices removed: {1}.", "已移除附属设备 {1} 台。"},
    [TEXT_KEY_DEAD] =
        {"No device has a half of its key any more: the key is dead, and its certificate must be "
         "reissued for a new one.",
         "已无任何设备持有该分割密钥：密钥已失效，须用新密钥补发证书。"},
    [TEXT_KEYS_DEAD] =
        {"Keys that the removed device alone had: {1}. They are dead, and their certificates must be "
         "reissued for new ones.",
         "仅存于已移除设备的密钥 {1} 个：密钥已失效，须用新密钥补发证书。"},
    [TEXT_DEVICE_RENAMED] = {"The device is now called {1}.", "设备已改名为 {1}。"},
    [TEXT_RECORD_LINE] = {"{1}{2}  {3}  on {4}  {5}  {6}{7}", "{1}{2}  {3}  设备 {4}  {5}  {6}{7}"},
    [TEXT_RECORD_LINE_OF_PERSON] = {"{1}{2}  {3}  by {4}  {5}  {6}{7}",
                                    "{1}{2}  {3}  授权用户 {4}  {5}  {6}{7}"},
    [TEXT_RECORD_DONE] = {"done", "成功"},
    [TEXT_HANDWRITING_FORM] = {"{1} holds no handwritten signature: width and height, then a line of points "
                               "x,y,time,pressure for each stroke.",
                               "{1} 不是手写签名：首行为宽和高，其后每笔一行，各点为 x,y,时间,压力。"},
    [TEXT_HANDWRITING_KEPT] = {"The handwritten signature has been submitted.", "手写签名已提交。"},
    [TEXT_HANDWRITING_SAVED] = {"Picture written to {1}", "签名图片已写入 {1}"},
    [TEXT_HANDWRITING_REMOVED] = {"The handwritten signature has been erased.", "手写签名已删除。"},
    [TEXT_KEY_AUTHORIZED] = {"  of {1} (work number {2}), by authorization {3}",
                             "  证书用户 {1}（工号 {2}），授权 {3}"},
    [TEXT_KEYS_AUTHORIZED] = {"Several people let you use their certificates: choose with --key "
                              "(hufu-phone keys lists them).",
                              "您有多个授权：请用 --key 选择（hufu-phone keys 列出）。"},
    [TEXT_USED_OF] = {"  With the key of {1} (work number {2})", "  使用 {1}（工号 {2}）的密钥"},
    [TEXT_USES_LEFT] = {"  Uses left: {1}", "  剩余次数：{1}"},
    [TEXT_WINDOW_UNTIL] = {"  Authorized until {1}", "  授权有效期至 {1}"},
    [TEXT_STATUS_WINDOW] = {"  Authorized from {1} until {2}", "  授权有效期 {1} 至 {2}"},
    [TEXT_REFUSAL_DETAIL_MORE] = {"({1}, request {2}: {3})", "（{1}，请求编号 {2}：{3}）"},
    [TEXT_AUTHORIZATIONS_GIVEN] = {"Others who may use your certificate, or ask to:",
                                   "我的授权（本人为证书用户）："},
    [TEXT_AUTHORIZATIONS_HAD] = {"Certificates of others that you may use, or ask to:",
                                 "授予我的授权（本人为授权用户）："},
    [TEXT_AUTHORIZATION_NONE] = {"  none", "  无"},
    [TEXT_AUTHORIZATION_LINE] = {"{1}  {2}  {3}  {4}  until {5}", "{1}  {2}  {3}  {4}  有效期至 {5}"},
    [TEXT_AUTHORIZATION_HEAD] = {"Authorization {1}: {2}", "授权 {1}：{2}"},
    [TEXT_AUTHORIZATION_ENDED] = {"Authorization {1}: {2}, {3}", "授权 {1}：{2}，{3}"},
    [TEXT_AUTHORIZATION_HOLDER] = {"  Certificate holder: {1}", "  证书用户：{1}"},
    [TEXT_AUTHORIZATION_AUTHORIZED] = {"  Authorized user: {1}", "  授权用户：{1}"},
    [TEXT_AUTHORIZATION_OPERATIONS] = {"  For: {1}", "  用途：{1}"},
    [TEXT_AUTHORIZATION_WINDOW] = {"  From {1} until {2}", "  有效期：{1} 至 {2}"},
    [TEXT_AUTHORIZATION_USES] = {"  Number of uses: {1}", "  使用次数：{1}"},
    [TEXT_AUTHORIZATION_UNLIMITED] = {"  Number of uses: any", "  使用次数：不限"},
    [TEXT_AUTHORIZATION_REASON] = {"  Reason: {1}", "  申请事由：{1}"},
    [TEXT_AUTHORIZATION_REMARK] = {"  Remark: {1}", "  备注：{1}"},
    [TEXT_AUTHORIZATION_KEY] = {"  Key: {1}", "  密钥：{1}"},
    [TEXT_AUTHORIZATION_POLICY_DUE] =
        {"  The window holds only once your primary device has signed it: hufu-phone authorizations seal {1}",
         "  该有效期须由您的主设备签署后生效：hufu-phone authorizations seal {1}"},
    [TEXT_AUTHORIZATION_POLICY_WAITS] =
        {"  The window holds only once the holder's primary device has signed it.",
         "  该有效期须由证书用户的主设备签署后生效。"},
    [TEXT_AUTHORIZATION_POSSIBLE] = {"  You can: {1}", "  可进行的操作：{1}"},
    [TEXT_AUTHORIZATION_REFUSED] = {"The authorization is {1}: this cannot be done with it now.",
                                    "该授权的状态为“{1}”，不能进行此操作。"},
    [TEXT_OPERATION_SIGN] = {"signing", "签名"},
    [TEXT_OPERATION_LOGIN] = {"logging in", "登录"},
    [TEXT_OPERATION_DECRYPT] = {"decrypting", "解密"},
    [TEXT_HOLDER_LINE] = {"{1}  {2}  {3}  {4}", "{1}  {2}  {3}  {4}"},
    [TEXT_HOLDER_NONE] = {"Nobody of that name was found.", "没有找到该姓名的证书用户。"},
    [TEXT_HOLDER_APPLY] = {"Apply by the first column: hufu-phone authorizations apply ID …",
                           "用第一列申请授权：hufu-phone authorizations apply 标识 ……"},
    [TEXT_TERMS_NEEDED] = {"hufu-phone: {1} must be told.", "hufu-phone：必须给出 {1}。"},
    [TEXT_TERMS_BAD_TIME] = {"hufu-phone: {1} takes a day, 2026-01-31, or a time, \"2026-01-31 18:30\" "
                             "(also with seconds).",
                             "hufu-phone：{1} 须是日期 2026-01-31，或时间 \"2026-01-31 18:30\"（可带秒）。"},
    [TEXT_TERMS_BAD_USES] = {"hufu-phone: --uses takes a number; 0: any number within the window.",
                             "hufu-phone：--uses 须是数字；0 表示有效期内不限次数。"},
    [TEXT_TERMS_BAD_OPERATIONS] = {"hufu-phone: --for takes sign, login, or sign,login; or decrypt.",
                                   "hufu-phone：--for 只能是 sign、login、sign,login，或 decrypt。"},
    [TEXT_AUTHORIZATION_BEGUN] = {"Authorization {1} now waits for the other person, if there is such a one.",
                                  "授权 {1} 已提交，待对方（如有此人）确认。"},
    [TEXT_AUTHORIZATION_CONFIRMED] = {"Confirmed.", "已确认授权。"},
    [TEXT_AUTHORIZATION_BIND_NEXT] = {"Now ask for your half of the key on this device: hufu-phone "
                                      "authorizations bind {1}",
                                      "请在本设备上申请分割密钥：hufu-phone authorizations bind {1}"},
    [TEXT_AUTHORIZATION_CODE_ASK] =
        {"Enter the code that the authorized user's device shows (hufu-phone authorizations bind {1}); "
         "nothing: later, by hufu-phone handover CODE",
         "请输入授权用户设备显示的码（hufu-phone authorizations bind {1}）；直接回车：以后用 hufu-phone "
         "handover 码"},
    [TEXT_AUTHORIZATION_BIND_SHOW] = {"Let the holder's primary device scan this (hufu-phone handover CODE):",
                                      "请证书用户的主设备扫描此码（hufu-phone handover 码）："},
    [TEXT_AUTHORIZATION_BOUND] = {"This device may now use the certificate of {1} (work number {2}): "
                                  "hufu-phone sign FILE --key {3}",
                                  "本设备已获授权使用 {1}（工号 {2}）的证书：hufu-phone sign 文件 --key {3}"},
    [TEXT_AUTHORIZATION_STEP_DONE] = {"Done: the authorization is {1}.", "完成，授权状态：{1}。"},
    [TEXT_AUTHORIZATION_PASSWORD_SENT] =
        {"A one-time password has been sent to the authorized user, who must change it at its first use.",
         "已向授权用户发送一次性登录口令，首次使用时须修改。"},
    [TEXT_AUTHORIZATION_SEALED] = {"Signed: these terms hold.", "已签署，以上条件生效。"},
    [TEXT_HANDOVER_OWN] =
        {"The code is for another device of your own, which can then use your key without any limit. "
         "Go on only if it is yours.",
         "此码用于绑定您自己的另一台设备，该设备将可不受限制地使用您的密钥；仅当设备属于您本人时继续。"},
    [TEXT_AGREE_ASK] = {"Let this person use your certificate so? (y/n)",
                        "是否同意该用户按以上条件使用您的证书？（y/n）"},
    [TEXT_RECORD_NONE] = {"There are no records.", "没有使用记录。"},
};

static const char *const result_texts[HUFU_RESULT_COUNT][LANGUAGE_COUNT] = {
    [HUFU_RESULT_OK] = {"Done.", "完成。"},
    [HUFU_RESULT_ARGUMENT] = {"That cannot be asked for.", "参数不正确。"},
    [HUFU_RESULT_LIMIT] = {"Too large or too many.", "超出限制。"},
    [HUFU_RESULT_PIN_FORM] = {"A PIN has 6 to 64 bytes of text.", "口令须为 6 至 64 字节的文字。"},
    [HUFU_RESULT_CODE_FORM] = {"That is not a code of this kind.", "激活码或二维码格式不正确。"},
    [HUFU_RESULT_ADDRESS] = {"The service address is not safe: without TLS only this machine can be reached.",
                             "服务地址不安全：未使用 TLS 时只能连接本机。"},
    [HUFU_RESULT_NOT_ENROLLED] = {"This device is not enrolled. Enrol it with an activation code, or choose "
                                  "the service by its QR code.",
                                  "本设备尚未初始化，请使用激活码，或扫描服务的二维码。"},
    [HUFU_RESULT_ALREADY] = {"This device is somebody's already. hufu-phone forget removes the user from it.",
                             "本设备已绑定用户；可用 hufu-phone forget 移除该用户。"},
    [HUFU_RESULT_NOT_FOUND] = {"There is no such thing.", "没有找到。"},
    [HUFU_RESULT_NOT_READY] = {"No key is ready for this use.", "没有可用于此操作的密钥。"},
    [HUFU_RESULT_FORM] = {"The input is malformed.", "输入的格式不正确。"},
    [HUFU_RESULT_SIGNATURE] = {"The signature does NOT verify.", "签名验证不通过。"},
    [HUFU_RESULT_PIN_WRONG] = {"The PIN is wrong.", "口令错误。"},
    [HUFU_RESULT_PIN_LOCKED] = {"The PIN is locked after too many wrong entries.",
                                "口令错误次数过多，已锁定。"},
    [HUFU_RESULT_PIN_UNCHANGED] = {"The interrupted change of PIN did not take place: enter the old PIN.",
                                   "上次修改口令未成功：请输入旧口令。"},
    [HUFU_RESULT_ACTIVATION] =
        {"The activation code is unknown, used, or expired. Ask the operator for a new one.",
         "激活码不存在、已使用或已过期，请向管理员索取新的激活码。"},
    [HUFU_RESULT_SESSION] = {"The session has ended. Sign in again (hufu-phone sign-in), or ask the "
                             "operator for a new activation code.",
                             "登录已失效，请重新登录（hufu-phone sign-in），或向管理员索取新的激活码。"},
    [HUFU_RESULT_DEVICE] = {"The service does not recognize this device.", "服务不认可本设备的签名。"},
    [HUFU_RESULT_CLOCK] = {"The clock of this device is wrong. Set it and try again.",
                           "本设备的时钟不正确，请校准后重试。"},
    [HUFU_RESULT_GENERATION] = {"The key data on this device are out of date.", "本设备上的密钥数据已过时。"},
    [HUFU_RESULT_NOT_ALLOWED] = {"This is not allowed.", "不允许此操作。"},
    [HUFU_RESULT_NOT_ACTIVE] = {"The key is not active.", "密钥当前不可用。"},
    [HUFU_RESULT_CONFLICT] = {"Something else happened in between. Try again.", "操作冲突，请重试。"},
    [HUFU_RESULT_CERTIFICATE] = {"The certificate request was refused.", "证书申请被拒绝。"},
    [HUFU_RESULT_REFUSED] = {"The service refused.", "服务拒绝了请求。"},
    [HUFU_RESULT_AWAY] = {"The service does not answer. Try again later.", "服务没有响应，请稍后再试。"},
    [HUFU_RESULT_BUSY] = {"The service is busy. Try again soon.", "服务繁忙，请稍后再试。"},
    [HUFU_RESULT_FAULT] =
        {"The answer of the service does not hold. Nothing was released; tell the operator.",
         "服务的应答不正确，没有泄露任何信息，请通知管理员。"},
    [HUFU_RESULT_IDENTITY] = {"This is not the service that the code named.",
                              "对方不是激活码或二维码所指的服务。"},
    [HUFU_RESULT_STORAGE] = {"The data of this device cannot be read or written.", "无法读写本设备的数据。"},
    [HUFU_RESULT_DAMAGED] = {"The data of this device are damaged.", "本设备的数据已损坏。"},
    [HUFU_RESULT_PLATFORM] = {"A function of this device failed.", "本设备的功能出错。"},
    [HUFU_RESULT_INTERNAL] = {"Internal fault.", "内部错误。"},
    [HUFU_RESULT_PASSWORD_FORM] = {"A password has 8 or more characters, of three of four classes.",
                                   "登录口令须有 8 个以上字符，并含四类字符中的三类。"},
    [HUFU_RESULT_AUTHENTICATION] = {"This does not prove who you are.", "身份认证未通过。"},
    [HUFU_RESULT_AUTHENTICATION_NEEDED] = {"An authentication is needed first: hufu-phone authenticate.",
                                           "需要先进行身份认证：hufu-phone authenticate。"},
    [HUFU_RESULT_TOO_MANY] = {"Too many tries. Try again later.", "尝试次数过多，请稍后再试。"},
    [HUFU_RESULT_PASSWORD_CHANGE] = {"The one-time password must be changed.", "须先修改初始登录口令。"},
    [HUFU_RESULT_BINDING_UNFINISHED] =
        {"The binding of this device was interrupted: finish it with hufu-phone bind.",
         "本设备的绑定尚未完成：请先用 hufu-phone bind 完成绑定。"},
    [HUFU_RESULT_BIOMETRIC_NONE] = {"This device offers no fingerprint or face.",
                                    "本设备没有可用的指纹或人脸。"},
    [HUFU_RESULT_BIOMETRIC_CANCELLED] = {"The fingerprint or face was not given: enter the PIN.",
                                         "未通过指纹或人脸验证，请输入口令。"},
    [HUFU_RESULT_BIOMETRIC_CHANGED] =
        {"The fingerprints or faces of this device have changed: enter the PIN.",
         "本设备的指纹或人脸已变更，请输入口令。"},
};

int language_choose(const char *option)
{
    if (option) {
        bool zh = strcmp(option, "zh-CN") == 0 || strcmp(option, "zh_CN") == 0 || strcmp(option, "zh") == 0;
        return zh ? LANGUAGE_ZH : (strcmp(option, "en") == 0 ? LANGUAGE_EN : -1);
    }
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *value = getenv(variables[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? LANGUAGE_ZH : LANGUAGE_EN;
    }
    return LANGUAGE_EN;
}

const char *text_of(enum language language, enum text text)
{
    return texts[text][language];
}

void say(FILE *out, enum language language, enum text text, ...)
{
    const char *arguments[ARGUMENTS_MAX + 1] = {NULL};
    va_list list;
    va_start(list, text);
    for (size_t i = 1; i <= ARGUMENTS_MAX; i++) {
        arguments[i] = va_arg(list, const char *);
        if (!arguments[i])
            break;
    }
    va_end(list);
    for (const char *c = texts[text][language]; *c; c++) {
        if (c[0] == '{' && c[1] >= '1' && c[1] <= '9' && c[2] == '}') {
            const char *argument = arguments[c[1] - '0'];
            (void)fputs(argument ? argument : "", out);
            c += 2;
        } else {
            (void)fputc(*c, out);
        }
    }
    (void)fputc('\n', out);
}

const char *text_of_result(enum language language, enum hufu_result result)
{
    return result_texts[result < HUFU_RESULT_COUNT ? result : HUFU_RESULT_INTERNAL][language];
}
