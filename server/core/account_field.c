/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/account_field.h"

#include <assert.h>

#include "server/core/account.h"
#include "server/core/email_address.h"

#define ACCOUNT_IDENTITY_TEXT_MAX 64 /* as people write it, with blanks */

static const char *const account_identity_kinds_chinese[IDENTITY_KIND_COUNT + 1] = {
    [IDENTITY_RESIDENT_CARD] = "居民身份证",
    [IDENTITY_PASSPORT] = "护照",
    [IDENTITY_HONG_KONG_MACAO_PERMIT] = "港澳居民来往内地通行证",
    [IDENTITY_TAIWAN_PERMIT] = "台湾居民来往大陆通行证",
    [IDENTITY_PERMANENT_RESIDENCE] = "外国人永久居留身份证",
    [IDENTITY_MILITARY_CARD] = "军官证",
    [IDENTITY_OTHER] = "其他",
    [IDENTITY_KIND_COUNT] = NULL,
};
static const char *const account_sexes_chinese[ACCOUNT_SEX_COUNT] = {"男", "女", NULL};

#define ACCOUNT_TEXT_FIELD(json_name, chinese_name, member, most)               \
    .name = (json_name), .chinese = (chinese_name), .kind = ACCOUNT_FIELD_TEXT, \
    .offset = offsetof(struct account_in, member), .max = (most)

const struct account_field account_field_table[] = {
    {ACCOUNT_TEXT_FIELD("work_number", "工号", work_number, ACCOUNT_WORK_NUMBER_MAX), .required = true},
    {ACCOUNT_TEXT_FIELD("name", "姓名", name, ACCOUNT_NAME_MAX), .required = true},
    {ACCOUNT_TEXT_FIELD("organization", "单位", organization, ACCOUNT_NAME_MAX)},
    {ACCOUNT_TEXT_FIELD("mobile", "手机号", profile.mobile, ACCOUNT_MOBILE_TEXT_MAX)},
    {.name = "identity_kind",
     .chinese = "证件类型",
     .kind = ACCOUNT_FIELD_CHOICE,
     .offset = offsetof(struct account_in, profile.identity_kind),
     .present = offsetof(struct account_in, profile.has_identity_kind),
     .names = identity_kind_names,
     .chinese_names = account_identity_kinds_chinese},
    {ACCOUNT_TEXT_FIELD("identity_number", "证件号码", profile.identity_number, ACCOUNT_IDENTITY_TEXT_MAX)},
    {ACCOUNT_TEXT_FIELD("email", "电子邮箱", profile.email, EMAIL_ADDRESS_SIZE - 1)},
    {ACCOUNT_TEXT_FIELD("department", "部门", profile.department, ACCOUNT_TEXT_MAX)},
    {ACCOUNT_TEXT_FIELD("occupation", "职业", profile.occupation, ACCOUNT_TEXT_MAX)},
    {ACCOUNT_TEXT_FIELD("country", "国家", profile.country, ACCOUNT_COUNTRY_SIZE)},
    {ACCOUNT_TEXT_FIELD("province", "省份", profile.province, ACCOUNT_PLACE_MAX)},
    {ACCOUNT_TEXT_FIELD("city", "城市", profile.city, ACCOUNT_PLACE_MAX)},
    {.name = "sex",
     .chinese = "性别",
     .kind = ACCOUNT_FIELD_CHOICE,
     .offset = offsetof(struct account_in, profile.sex),
     .present = offsetof(struct account_in, profile.has_sex),
     .names = account_sex_names,
     .chinese_names = account_sexes_chinese},
    {ACCOUNT_TEXT_FIELD("remark", "备注", profile.remark, ACCOUNT_REMARK_MAX)},
    {.name = NULL},
};
static_assert(sizeof account_field_table / sizeof account_field_table[0] <= ACCOUNT_FIELDS_MAX + 1,
              "there is room");
