-- SPDX-License-Identifier: Apache-2.0
-- What all key processes have taken is read from an index. Where a table can only be read whole, which the server's connections make
-- dear without bound, all ways to find a list's rows beside it look equally dear: a holder's devices were
-- looked for among those of all.
create index key_process_by_acknowledged on key_process (acknowledged);
