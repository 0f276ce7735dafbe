/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/catalogue.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static const char *const texts[][LANGUAGE_COUNT] = {
    [MESSAGE_USAGE] =
        {"usage: hufu [--socket PATH] [--lang en|zh-CN] [--json] COMMAND …\n"
         "\n"
         "  project add NAME                     adds a project (a tenant)\n"
         "  project list\n"
         "  project show ID                      its rules; docs/operations.md says what they mean\n"
         "  project set ID RULE=VALUE …          a set's values with commas between them\n"
         "  project qr ID [--qr|--no-qr]         prints the text by which devices find this service and the "
         "project\n"
         "  organization add --project P --name N [--credit-code C]\n"
         "  organization list [--project P]\n"
         "  user add --project P --name N --work-number W [--organization O] [--mobile M] [--identity-kind "
         "K]\n"
         "           [--identity-number I] [--email E] [--department D] [--occupation O] [--country C] "
         "[--province P]\n"
         "           [--city C] [--sex male|female] [--remark R] [--qr|--no-qr]\n"
         "                                       adds a user and prints the activation code\n"
         "  user import --project P FILE         adds the users of a CSV file, all or none, and prints their "
         "codes\n"
         "  user list [--project P] [--state S] [--work-number W] [--mobile M]\n"
         "  user show ID\n"
         "  user set ID [--mobile M] [--email E] …  corrects what is known of a user (options as of user "
         "add;\n"
         "                                       an empty value clears)\n"
         "  user approve ID | user refuse ID --reason R\n"
         "                                       decides on an account that somebody asked for\n"
         "  user suspend ID | user resume ID | user close ID\n"
         "  user code ID [--qr|--no-qr]          prints a new activation code\n"
         "  user password ID                     makes a one-time password, to be changed at first use\n"
         "  key list [--project P]\n"
         "  key freeze ID | key unfreeze ID\n"
         "  session list [--project P]           who is signed in, where, in which application\n"
         "  session end ID\n"
         "  device list [--project P]\n"
         "  device freeze ID | device unfreeze ID\n"
         "  device unlock ID                     forgives the wrong PINs that locked it\n"
         "  device remove ID                     destroys its halves of keys, for good\n"
         "  authorization list [--project P]     who may use whose keys, until when\n"
         "  authorization show ID\n"
         "  authorization delete ID              ends it and destroys the half that it gave, for good\n"
         "  notice test --project P (--sms NUMBER | --email ADDRESS)\n"
         "                                       sends a test message\n"
         "  notice list [--project P]            what became of messages, newest first\n"
         "  audit tail [-n N] [--project P] [--follow]\n"
         "  migrate --database CONNINFO [--schema DIR]\n"
         "                                       brings the database up to date, as its owner\n"
         "\n"
         "The service is reached at its administrative socket: --socket, else HUFU_ADMIN_SOCKET.\n"
         "It ends with 0: done, 1: refused, 2: wrong command line, 3: nobody answers.",
         "用法：hufu [--socket 路径] [--lang en|zh-CN] [--json] 命令 …\n"
         "\n"
         "  project add 名称                     新建项目（租户）\n"
         "  project list                         列出项目\n"
         "  project show 编号                    查看项目规则；含义见 docs/operations.md\n"
         "  project set 编号 规则=取值 …         修改项目规则，多个取值以逗号分隔\n"
         "  project qr 编号 [--qr|--no-qr]       显示本服务与该项目的二维码文字，供用户扫码\n"
         "  organization add --project 项目 --name 名称 [--credit-code 统一社会信用代码]\n"
         "                                       新建单位\n"
         "  organization list [--project 项目]   列出单位\n"
         "  user add --project 项目 --name 姓名 --work-number 工号 [--organization 单位] [--mobile 手机号]\n"
         "           [--identity-kind 证件类型] [--identity-number 证件号码] [--email 电子邮箱] "
         "[--department 部门]\n"
         "           [--occupation 职业] [--country 国家] [--province 省份] [--city 城市] [--sex "
         "male|female]\n"
         "           [--remark 备注] [--qr|--no-qr]\n"
         "                                       新建用户并显示激活码\n"
         "  user import --project 项目 文件      导入 CSV "
         "文件中的全部用户（有错则全部不导入），并显示激活码\n"
         "  user list [--project 项目] [--state 状态] [--work-number 工号] [--mobile 手机号]\n"
         "                                       列出用户\n"
         "  user show 编号                       查看用户\n"
         "  user set 编号 [--mobile 手机号] …    修改用户资料（选项同 user add，空值为清除）\n"
         "  user approve 编号 | user refuse 编号 --reason 原因\n"
         "                                       批准、拒绝账户申请\n"
         "  user suspend 编号 | user resume 编号 | user close 编号\n"
         "                                       停用、恢复、关闭用户\n"
         "  user code 编号 [--qr|--no-qr]        签发新的激活码\n"
         "  user password 编号                   生成一次性初始口令（首次使用时必须修改）\n"
         "  key list [--project 项目]            列出密钥\n"
         "  key freeze 编号 | key unfreeze 编号  冻结、解冻密钥\n"
         "  session list [--project 项目]        列出登录会话（用户、设备、应用）\n"
         "  session end 编号                     结束登录会话\n"
         "  device list [--project 项目]         列出设备\n"
         "  device freeze 编号 | device unfreeze 编号\n"
         "                                       冻结、解冻设备\n"
         "  device unlock 编号                   解除 PIN 锁定\n"
         "  device remove 编号                   移除设备，销毁其分割密钥，不可恢复\n"
         "  authorization list [--project 项目]  列出授权\n"
         "  authorization show 编号              查看授权\n"
         "  authorization delete 编号            删除授权，销毁其分割密钥，不可恢复\n"
         "  notice test --project 项目 (--sms 号码 | --email 邮箱)\n"
         "                                       发送一条测试消息\n"
         "  notice list [--project 项目]         列出消息及其结果，最新的在前\n"
         "  audit tail [-n 条数] [--project 项目] [--follow]\n"
         "                                       查看最近的审计记录\n"
         "  migrate --database 连接串 [--schema 目录]\n"
         "                                       以属主身份升级数据库\n"
         "\n"
         "通过管理套接字访问服务：--socket，或环境变量 HUFU_ADMIN_SOCKET。\n"
         "返回值：0 完成，1 被拒绝，2 命令行有误，3 服务无应答。"},
    [MESSAGE_UNKNOWN_COMMAND] = {"no such command; hufu --help shows all",
                                 "没有这个命令；hufu --help 列出全部命令"},
    [MESSAGE_UNKNOWN_OPTION] = {"no such option here: %s", "此处没有这个选项：%s"},
    [MESSAGE_OPTION_VALUE] = {"%s needs a value", "%s 缺少取值"},
    [MESSAGE_OPTION_MISSING] = {"%s must be given", "必须给出 %s"},
    [MESSAGE_ARGUMENT_COUNT] = {"too many arguments, or too few; hufu --help shows what is expected",
                                "参数过多或过少；用法见 hufu --help"},
    [MESSAGE_NOT_A_NUMBER] = {"%s must be a whole number from 1 to 500", "%s 必须是 1 到 500 的整数"},
    [MESSAGE_NOT_A_CHANGE] = {"%s is not of the form NAME=VALUE", "%s 不是“名称=取值”的形式"},
    [MESSAGE_AWAY] = {"nobody answers at %s", "%s 处无应答"},
    [MESSAGE_NOT_UNDERSTOOD] = {"the answer of the service is not understood", "无法理解服务的应答"},
    [MESSAGE_REFUSED] = {"refused: %s", "被拒绝：%s"},
    [MESSAGE_FIELD] = {"  field: %s", "  字段：%s"},
    [MESSAGE_LIMIT] = {"  limit: %lld", "  限值：%lld"},
    [MESSAGE_STATE] = {"  state: %s", "  状态：%s"},
    [MESSAGE_REQUEST_ID] = {"  request id: %s", "  请求编号：%s"},
    [MESSAGE_PROJECT_ADDED] = {"project added: %s", "已新建项目：%s"},
    [MESSAGE_PROJECT_SET] = {"the project's rules were changed", "已修改项目规则"},
    [MESSAGE_USER_ADDED] = {"user added: %s", "已新建用户：%s"},
    [MESSAGE_ACTIVATION] = {"activation code, good for one device until %s:",
                            "激活码（限一台设备使用，有效期至 %s）："},
    [MESSAGE_IMPORTED] = {"users added: %zu", "已新建用户：%zu 个"},
    [MESSAGE_FILE_UNREADABLE] = {"%s cannot be read", "无法读取 %s"},
    [MESSAGE_FILE_TOO_LARGE] = {"%s has more than %zu bytes", "%s 超过 %zu 字节"},
    [MESSAGE_LINE] = {"  line %lld %s: %s", "  第 %lld 行 %s：%s"},
    [MESSAGE_USER_SET] = {"what is known of the user was changed", "已修改用户资料"},
    [MESSAGE_APPROVED] = {"approved", "已批准"},
    [MESSAGE_REFUSAL_TOLD] = {"the request was refused", "已拒绝该申请"},
    [MESSAGE_CLOSED] = {"closed", "已关闭"},
    [MESSAGE_ORGANIZATION_ADDED] = {"organization added: %s", "已新建单位：%s"},
    [MESSAGE_PASSWORD] = {"one-time password, good until %s for choosing another one:",
                          "一次性初始口令（有效期至 %s，首次使用时必须修改）："},
    [MESSAGE_SUSPENDED] = {"suspended", "已停用"},
    [MESSAGE_RESUMED] = {"resumed", "已恢复"},
    [MESSAGE_FROZEN] = {"frozen", "已冻结"},
    [MESSAGE_UNFROZEN] = {"unfrozen", "已解冻"},
    [MESSAGE_SESSION_ENDED] = {"ended", "已结束"},
    [MESSAGE_NOTHING] = {"(nothing)", "（无）"},
    [MESSAGE_NOTICE_POSTED] = {"it is on its way: %s (hufu notice list tells what became of it)",
                               "已提交发送：%s（用 hufu notice list 查看结果）"},
    [MESSAGE_NOTICE_RECIPIENT] = {"give either --sms NUMBER or --email ADDRESS",
                                  "请给出 --sms 号码 或 --email 邮箱 之一"},
    [MESSAGE_MIGRATED] = {"the database is up to date; migrations applied: %u",
                          "数据库已是最新；本次执行的迁移：%u"},
    [MESSAGE_UP_TO_DATE] = {"the database was up to date", "数据库原已是最新"},
    [MESSAGE_MIGRATION_FAILED] = {"the migration failed: %s", "迁移失败：%s"},
    [MESSAGE_COLUMN_ID] = {"ID", "编号"},
    [MESSAGE_COLUMN_NAME] = {"NAME", "名称"},
    [MESSAGE_COLUMN_WORK_NUMBER] = {"WORK NUMBER", "工号"},
    [MESSAGE_COLUMN_ORGANIZATION] = {"ORGANIZATION", "单位"},
    [MESSAGE_COLUMN_CREDIT_CODE] = {"CREDIT CODE", "统一社会信用代码"},
    [MESSAGE_COLUMN_MOBILE] = {"MOBILE", "手机号"},
    [MESSAGE_COLUMN_STATE] = {"STATE", "状态"},
    [MESSAGE_COLUMN_CREATED] = {"CREATED", "创建时间"},
    [MESSAGE_COLUMN_OWNER] = {"OWNER", "持有人"},
    [MESSAGE_COLUMN_USAGE] = {"USAGE", "用途"},
    [MESSAGE_COLUMN_BINDING] = {"ON DEVICE", "设备绑定"},
    [MESSAGE_COLUMN_GENERATION] = {"GEN", "代"},
    [MESSAGE_COLUMN_PIN] = {"WRONG PINS", "PIN 错误"},
    [MESSAGE_COLUMN_TIME] = {"TIME", "时间"},
    [MESSAGE_COLUMN_ACTOR] = {"ACTOR", "主体"},
    [MESSAGE_COLUMN_ACTION] = {"ACTION", "操作"},
    [MESSAGE_COLUMN_OUTCOME] = {"OUTCOME", "结果"},
    [MESSAGE_COLUMN_DETAIL] = {"DETAIL", "说明"},
    [MESSAGE_COLUMN_KIND] = {"KIND", "方式"},
    [MESSAGE_COLUMN_TEXT] = {"TEXT", "内容"},
    [MESSAGE_COLUMN_ATTEMPTS] = {"TRIES", "次数"},
    [MESSAGE_COLUMN_FAILURE] = {"LAST FAILURE", "最近失败"},
    [MESSAGE_COLUMN_APPLICATION] = {"APPLICATION", "应用"},
    [MESSAGE_COLUMN_DEVICE] = {"DEVICE", "设备"},
    [MESSAGE_COLUMN_LAST_USE] = {"LAST USE", "最近使用"},
    [MESSAGE_COLUMN_ROLE] = {"ROLE", "角色"},
    [MESSAGE_COLUMN_MODEL] = {"MODEL", "型号"},
    [MESSAGE_COLUMN_TRIES_LEFT] = {"PIN TRIES", "PIN 剩余"},
    [MESSAGE_COLUMN_HOLDER] = {"HOLDER", "证书用户"},
    [MESSAGE_COLUMN_AUTHORIZED] = {"AUTHORIZED USER", "授权用户"},
    [MESSAGE_COLUMN_FROM] = {"FROM", "起始时间"},
    [MESSAGE_COLUMN_UNTIL] = {"UNTIL", "截止时间"},
    [MESSAGE_COLUMN_USES_LEFT] = {"USES LEFT", "剩余次数"},
    [MESSAGE_AUTHORIZATION_DELETED] = {"deleted: the authorized user's half is destroyed",
                                       "已删除：授权用户的分割密钥已销毁"},
    [MESSAGE_UNLOCKED] = {"unlocked", "已解锁"},
    [MESSAGE_REMOVED] = {"removed: its halves of keys are destroyed", "已移除：其分割密钥已销毁"},
    [MESSAGE_DESTRUCTION_WAITS] =
        {"a registered key process does not know of it yet, and is told when it is back",
         "有已登记的密钥进程尚未得知，恢复后即被告知"},
    [MESSAGE_KEY_DEAD] = {"no device has a half of key %s any more: it is dead, and its certificate must be "
                          "reissued for a new key",
                          "密钥 %s 已无任何设备持有分割密钥：该密钥已失效，须用新密钥补发证书"},
};
static_assert(LENGTH(texts) == MESSAGE_COUNT, "one row a message");

static const struct {
    const char *slug;
    const char *text[LANGUAGE_COUNT];
} problems[] = {
    {"bad-json", {"the body is not a JSON object", "请求体不是 JSON 对象"}},
    {"unknown-field", {"there is no such field", "没有这个字段"}},
    {"missing-field", {"a field is missing", "缺少字段"}},
    {"bad-field", {"a value is not of its form", "取值不合要求"}},
    {"body-too-large", {"the request is too large", "请求过大"}},
    {"unsupported-media-type", {"the content type is not accepted", "不接受这种内容类型"}},
    {"not-found", {"there is no such thing", "不存在"}},
    {"method-not-allowed", {"this is not offered here", "此处不提供该方法"}},
    {"unauthenticated", {"a valid session is needed", "需要有效的会话"}},
    {"frame-malformed", {"the frame is malformed", "请求帧格式有误"}},
    {"record-invalid", {"the key's record is not authentic", "密钥记录不可信"}},
    {"record-destroyed", {"the key's record on this device was destroyed", "该设备上的密钥记录已销毁"}},
    {"device-signature-invalid", {"the device's signature does not verify", "设备签名验证失败"}},
    {"frame-time", {"the device's clock is wrong", "设备时钟不准"}},
    {"no-such-generation", {"the key has no such generation", "密钥没有这一代"}},
    {"pin-wrong", {"the PIN is wrong", "PIN 错误"}},
    {"pin-locked", {"locked after too many wrong PINs", "PIN 错误次数过多，已锁定"}},
    {"not-allowed", {"you may not do this", "无权执行此操作"}},
    {"binding-not-active", {"the key is not active on this device", "密钥在该设备上未启用"}},
    {"account-not-active", {"the account is not active", "账户未启用"}},
    {"window-closed", {"outside the time for which it was granted", "不在授权时间内"}},
    {"uses-exhausted", {"no uses are left", "可用次数已用完"}},
    {"request-conflict", {"this request id was used for another request", "请求编号已被其他请求使用"}},
    {"conflict", {"it conflicts with what is there (it may exist already)", "与已有内容冲突（可能已存在）"}},
    {"service-unavailable", {"the service is not available at present", "服务暂不可用"}},
    {"busy", {"the service is busy", "服务繁忙"}},
    {"internal", {"the service failed; its log says why", "服务内部出错；原因见其日志"}},
    {"activation-invalid", {"the activation code is not valid", "激活码无效"}},
    {"subject-mismatch", {"the subject is not the approved one", "主体名称与批准的不一致"}},
    {"csr-invalid", {"the certificate request is not valid", "证书请求无效"}},
    {"dpop-proof-invalid", {"the device did not prove that it holds its key", "设备未能证明持有其密钥"}},
    {"dpop-proof-time", {"the device's clock is wrong", "设备时钟不准"}},
    {"device-limit", {"the account has as many devices as its project allows", "用户的设备数已达项目上限"}},
    {"handover-needed", {"a secondary device gets its keys by hand-over", "附属设备的密钥须由主设备移交"}},
    {"csv-invalid", {"the file has errors, and no user was added", "文件有误，未新建任何用户"}},
    {"authentication-failed", {"this does not prove who you are", "身份认证未通过"}},
    {"authentication-needed", {"an authentication is needed first", "需要先进行身份认证"}},
    {"too-many-tries", {"too many tries; try again later", "尝试次数过多，请稍后再试"}},
    {"captcha-needed", {"a fresh captcha must be answered first", "需要先完成验证"}},
    {"code-invalid", {"the code is not valid", "验证码无效"}},
    {"password-change-needed", {"the one-time password must be changed at once", "须立即修改初始口令"}},
};

static const struct {
    const char *word;
    const char *chinese;
    const char *of; /* NULL: anything */
} words[] = {
    {"pending", "未授权", "authorizations"},
    {"awaiting_device", "待主设备授权", "authorizations"},
    {"active", "已授权", "authorizations"},
    {"expired", "过期", "authorizations"},
    {"new", "新建", NULL},
    {"pending", "生成中", NULL},
    {"generated", "已生成", NULL},
    {"usable", "可用", NULL},
    {"frozen", "已冻结", NULL},
    {"waiting", "等待中", NULL},
    {"active", "正常", NULL},
    {"suspended", "已停用", NULL},
    {"removed", "已移除", NULL},
    {"requested", "申请中", NULL},
    {"closed", "已关闭", NULL},
    {"locked", "已锁定", NULL},
    {"revoked", "已吊销", NULL},
    {"deleted", "已删除", NULL},
    {"sign", "签名", NULL},
    {"decrypt", "解密", NULL},
    {"ok", "成功", NULL},
    {"primary", "主设备", NULL},
    {"secondary", "附属设备", NULL},
    {"sms", "短信", NULL},
    {"email", "邮件", NULL},
    {"delivered", "已送达", NULL},
    {"refused", "被拒绝", NULL},
    {"expired", "已过期", NULL},
};

const char *catalogue_text(enum language language, enum message message)
{
    return texts[message][language];
}

const char *catalogue_problem(enum language language, const char *slug)
{
    for (size_t i = 0; i < LENGTH(problems); i++) {
        if (strcmp(problems[i].slug, slug) == 0)
            return problems[i].text[language];
    }
    return NULL;
}

const char *catalogue_word(enum language language, const char *of, const char *word)
{
    for (size_t i = 0; language == LANGUAGE_CHINESE && i < LENGTH(words); i++) {
        bool meant = !words[i].of || (of && strcmp(words[i].of, of) == 0);
        if (meant && strcmp(words[i].word, word) == 0)
            return words[i].chinese;
    }
    return word;
}

bool language_of(enum language *language, const char *tag)
{
    bool chinese = strncmp(tag, "zh", 2) == 0;
    *language = chinese ? LANGUAGE_CHINESE : LANGUAGE_ENGLISH;
    return chinese || strncmp(tag, "en", 2) == 0 || strcmp(tag, "C") == 0 || strncmp(tag, "C.", 2) == 0 ||
           strcmp(tag, "POSIX") == 0;
}

enum language language_of_environment(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    enum language language = LANGUAGE_ENGLISH;
    for (size_t i = 0; i < LENGTH(names); i++) {
        const char *tag = getenv(names[i]);
        if (tag && tag[0]) {
            (void)language_of(&language, tag);
            break;
        }
    }
    return language;
}

/* The formats are the table's, none of them comes from outside. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void print(FILE *out, enum language language, enum message message, va_list arguments)
{
    (void)vfprintf(out, catalogue_text(language, message), arguments);
    (void)fputc('\n', out);
}
#pragma GCC diagnostic pop

void say(enum language language, enum message message, ...)
{
    va_list arguments;
    va_start(arguments, message);
    print(stdout, language, message, arguments);
    va_end(arguments);
}

void complain(enum language language, enum message message, ...)
{
    va_list arguments;
    va_start(arguments, message);
    (void)fputs("hufu: ", stderr);
    print(stderr, language, message, arguments);
    va_end(arguments);
}
