# SPDX-License-Identifier: Apache-2.0
"""With the database or the key process away the service says so and recovers by itself."""

import pytest


def test_a_ready_service_says_what_it_looked_at(public):
    answer = public.get("/readyz").ok()
    assert set(answer) >= {"database", "key_process", "clock"}


@pytest.mark.parametrize("name", ["db", "hsm"])
@pytest.mark.parametrize("how", ["down", "kill9"])
def test_without_one_of_its_parts_it_answers_503_and_recovers(stack, session, key, name, how):
    stack.process(how, name)
    try:
        stack.wait_ready(503)
        session.get("/healthz").ok()
        if name == "db":
            answer = session.get("/v1/keys")
            answer.problem(503, "service-unavailable")
            assert int(answer.headers["Retry-After"]) > 0
    finally:
        stack.process("up", name)
    stack.wait_ready(200)
    assert [each["key_id"] for each in session.get("/v1/keys").ok()["keys"]] == [key["key_id"]]


def test_a_restart_of_the_server_loses_no_session(stack, session, key):
    for how in ("down", "kill9"):
        stack.process(how, "server")
        stack.process("up", "server")
        assert session.get("/v1/keys/" + key["key_id"]).ok()["key_id"] == key["key_id"]


def test_a_graceful_stop_ends_with_success(stack):
    stack.process("down", "server")
    try:
        assert b'"stopped"' in stack.log("server") or b"stop" in stack.log("server")
    finally:
        stack.process("up", "server")


def test_metrics_are_prometheus_text(admin):
    answer = admin.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert "# HELP" in text and "# TYPE" in text
