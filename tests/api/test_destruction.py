# SPDX-License-Identifier: Apache-2.0
"""What was destroyed stays so, whatever somebody with all rights puts back into the database. Each test attacks with SQL as the
database's superuser and starts every process anew. Two hufu-hsm on one token."""

import itertools
import json
import shutil
import time

import pytest

import phone as phone_module
import stack as stack_module

# All that a removal, or the end of a generation, changes.
TABLES = ("account", "device", "binding", "session", "key", "handover", "request")
LOG = ("destruction", "destruction_order", "destruction_done", "key_process")

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def twins():
    """Two hufu-hsm on one token behind one hufu-server."""
    stack = stack_module.Stack("--ca", "sm2", "--second-hsm")
    try:
        stack.start()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def owner(twins):
    return twins.admin.post("/admin/v1/projects", {"name": "Destruction"}).ok(201)


@pytest.fixture
def new_phone(twins, owner):
    def add():
        user = twins.admin.post("/admin/v1/users", {"project": owner["id"], "name": "Somebody",
                                                    "work_number": "D%d" % next(_numbers)}).ok(201)
        phone = phone_module.Phone()
        phone.enrol(user["activation"]["text"])
        phone.binding = twins.sql("SELECT binding_id FROM binding WHERE account_id = '%s'" % user["account"]["id"])
        phone.device = twins.sql("SELECT device_id FROM binding WHERE binding_id = '%s'" % phone.binding)
        return phone

    return add


@pytest.fixture
def bystander(new_phone):
    """Whoever has nothing to do with it signs before and after."""
    phone = new_phone()
    phone.sign(b"before")
    return phone


def copy(stack, tables=TABLES):
    stack.sql("DROP SCHEMA IF EXISTS stolen CASCADE; CREATE SCHEMA stolen; " +
              "; ".join("CREATE TABLE stolen.%s AS TABLE public.%s" % (table, table) for table in tables))


def columns(stack, table):
    """Those that are stored; others follow from them."""
    return stack.sql("SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'public.%s'::regclass"
                     " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''" % table)


def put_back(stack, tables=TABLES):
    """Every row of these tables as it was, without triggers and constraints."""
    rows = {table: columns(stack, table) for table in tables}
    stack.sql("BEGIN; SET LOCAL session_replication_role = replica; " +
              "; ".join("DELETE FROM public.%s; INSERT INTO public.%s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM stolen.%s" %
                        (table, table, rows[table], rows[table], table) for table in tables) + "; COMMIT")


def restart_all(stack):
    stack.stop()
    stack.start()


def wait_for(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.1)


def readiness(stack):
    return stack.public.get("/readyz").json


def remove(stack, phone):
    return stack.admin.request("DELETE", "/admin/v1/devices/" + phone.device).ok()["device"]


def is_destroyed(stack, phone, owner):
    devices, cursor = [], ""
    while cursor is not None:
        page = stack.admin.get("/admin/v1/devices?project=%s%s" % (owner["id"], cursor)).ok()
        devices += page["devices"]
        cursor = "&cursor=" + page["next_cursor"] if "next_cursor" in page else None
    return next(device for device in devices if device["id"] == phone.device)["destroyed"]


def events(stack, phone):
    return stack.sql("SELECT count(*) FROM audit_event WHERE action = 'binding.destroy' AND binding_id = '%s'" % phone.binding)


def log_lines(stack, name, event):
    lines = [json.loads(line) for line in stack.log(name).decode().splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("event") == event]


def assert_refused_as_destroyed(stack, phone, generation):
    said = phone.sign(b"revived", status=phone_module.REFUSED)
    assert "revived" not in said
    assert stack.sql("SELECT outcome FROM audit_event WHERE binding_id = '%s' AND action = 'sm2/sign' ORDER BY at DESC LIMIT 1"
                     % phone.binding) == "record-destroyed"
    seen = log_lines(stack, "hsm", "record.destroyed") + log_lines(stack, "hsm2", "record.destroyed")
    assert any(line["binding"] == phone.binding and line["generation"] == str(generation) for line in seen)


def test_a_removed_device_that_is_put_back_does_not_sign(twins, owner, new_phone, bystander):
    removed = new_phone()
    removed.sign(b"while it was there")
    copy(twins)
    assert remove(twins, removed)["destroyed"] is True
    assert events(twins, removed) == "1"
    put_back(twins)
    restart_all(twins)
    assert twins.sql("SELECT b.state || ' ' || d.state || ' ' || (record IS NOT NULL) FROM binding b JOIN device d USING (device_id)"
                     " WHERE binding_id = '%s'" % removed.binding) == "active active true"
    assert_refused_as_destroyed(twins, removed, 0)
    bystander.sign(b"after")


def test_an_old_generation_that_is_put_back_does_not_sign(twins, owner, new_phone, bystander, tmp_path):
    phone = new_phone()
    phone.sign(b"generation 0")
    copy(twins)
    shutil.copytree(phone.home, tmp_path / "old")
    phone.do("refresh", pin=phone_module.PIN)
    phone.sign(b"generation 1")
    number = "SELECT number FROM destruction_order WHERE binding_id = '%s' AND least_generation = 1" % phone.binding
    wait_for(lambda: twins.sql("SELECT count(*) FROM (%s) o WHERE number <= (SELECT min(acknowledged) FROM key_process)" % number) == "1")
    put_back(twins)
    restart_all(twins)
    shutil.rmtree(phone.home)
    shutil.copytree(tmp_path / "old", phone.home)
    assert_refused_as_destroyed(twins, phone, 0)
    bystander.sign(b"after")


def test_a_whole_older_database_signs_nothing_and_says_why(twins, owner, new_phone, bystander):
    removed, later = new_phone(), new_phone()
    copy(twins, TABLES + LOG)
    assert remove(twins, removed)["destroyed"] is True
    # What an honest operator has in a newer backup.
    twins.sql("CREATE TABLE stolen.newer AS TABLE destruction_order")
    put_back(twins, TABLES + LOG)
    assert twins.wait_ready(503).json["destruction_log"] == "short"
    # It does not take the place of the rows that are gone.
    assert remove(twins, later)["destroyed"] is False
    for name in ("hsm", "hsm2"):
        twins.process("restart", name)
    try:
        wait_for(lambda: readiness(twins)["key_process"] == "behind")
        assert readiness(twins)["destruction_log"] == "short"
        removed.sign(b"x", status=phone_module.AWAY)
        bystander.sign(b"x", status=phone_module.AWAY)
        assert log_lines(twins, "hsm", "destruction.behind")
        assert any("rows of it are gone" in line["detail"] for line in log_lines(twins, "server", "destruction.failed"))
    finally:
        twins.sql("BEGIN; SET LOCAL session_replication_role = replica; INSERT INTO destruction_order SELECT * FROM stolen.newer"
                  " ON CONFLICT DO NOTHING; COMMIT")
    twins.wait_ready(200)
    bystander.sign(b"x")
    assert_refused_as_destroyed(twins, removed, 0)
    wait_for(lambda: is_destroyed(twins, later, owner))


def test_a_log_whose_rows_were_changed_signs_nothing(twins, owner, new_phone, bystander):
    removed = new_phone()
    assert remove(twins, removed)["destroyed"] is True
    twins.sql("DROP SCHEMA IF EXISTS stolen CASCADE; CREATE SCHEMA stolen; CREATE TABLE stolen.log AS TABLE destruction_order")
    twins.sql("UPDATE destruction_order SET hash = sha256(hash)")
    assert twins.wait_ready(503).json["destruction_log"] == "short"
    twins.sql("UPDATE destruction_order o SET hash = s.hash FROM stolen.log s WHERE s.number = o.number")
    twins.wait_ready(200)
    twins.sql("UPDATE destruction_order SET least_generation = 1 WHERE binding_id = '%s'" % removed.binding)
    for name in ("hsm", "hsm2"):
        twins.process("restart", name)
    try:
        wait_for(lambda: readiness(twins)["key_process"] == "behind")
        bystander.sign(b"x", status=phone_module.AWAY)
        assert log_lines(twins, "hsm", "destruction.other_log")
    finally:
        twins.sql("UPDATE destruction_order o SET least_generation = s.least_generation FROM stolen.log s WHERE s.number = o.number")
    twins.wait_ready(200)
    bystander.sign(b"x")


def test_a_removal_is_done_when_both_key_processes_know_it(twins, owner, new_phone, bystander):
    removed = new_phone()
    copy(twins)
    twins.process("kill9", "hsm2")
    try:
        assert remove(twins, removed)["destroyed"] is False
        for _ in range(3):
            bystander.sign(b"one of two is there")
        assert twins.wait_ready(200).json["key_processes_out"] == 1
        assert b"\nhufu_key_processes_out 1\n" in twins.admin.get("/metrics").content
        assert is_destroyed(twins, removed, owner) is False and events(twins, removed) == "0"
    finally:
        twins.process("up", "hsm2")
    wait_for(lambda: is_destroyed(twins, removed, owner))
    assert events(twins, removed) == "1"
    # The one that missed it has caught up: alone, it refuses what it never saw.
    put_back(twins)
    twins.process("down", "hsm")
    try:
        assert_refused_as_destroyed(twins, removed, 0)
        bystander.sign(b"the other of two")
    finally:
        twins.process("up", "hsm")
    wait_for(lambda: twins.wait_ready(200).json["key_processes_out"] == 0)


def test_a_waiting_order_survives_the_kill_of_everything(twins, owner, new_phone, bystander):
    removed = new_phone()
    for name in ("hsm", "hsm2"):
        twins.process("kill9", name)
    assert remove(twins, removed)["destroyed"] is False
    for name in ("server", "db"):
        twins.process("kill9", name)
    for name in ("db", "hsm", "hsm2", "server"):
        twins.process("up", name)
    wait_for(lambda: events(twins, removed) == "1")
    assert is_destroyed(twins, removed, owner)
    bystander.sign(b"after")
