-- SPDX-License-Identifier: Apache-2.0
-- Whether a device's halves are due for renewal is a count of its own signatures: found by binding, it passes over no other device's.
create index signature_of_binding on signature (binding_id, at);
drop index signature_of_key;
