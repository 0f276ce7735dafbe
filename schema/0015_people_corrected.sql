-- SPDX-License-Identifier: Apache-2.0
-- What is known of people can be corrected.

grant update (mobile_sealed, mobile_hash, identity_kind, identity_sealed, identity_hash, email_sealed, email_hash, sex, department,
    occupation, country, province, city, remark) on account to hufu_server;
grant update (picture_sealed) on seal_picture to hufu_server;
