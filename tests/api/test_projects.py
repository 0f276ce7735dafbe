# SPDX-License-Identifier: Apache-2.0
"""A project's rules: shown, changed alone, refused by name."""

import uuid

import pytest


@pytest.fixture
def own_project(admin):
    """One for a test's own rules."""
    return admin.post("/admin/v1/projects", {"name": "Project " + uuid.uuid4().hex}).ok(201)


def path_of(project):
    return "/admin/v1/projects/" + project["id"]


def test_a_project_is_shown_with_its_rules_everywhere_alike(admin, own_project):
    assert own_project["signup"] == "off"
    assert own_project["language"] == "zh-CN"
    assert admin.get(path_of(own_project)).ok() == own_project
    assert own_project in admin.every("/admin/v1/projects", "projects")


def test_a_rule_is_changed_and_the_others_stay(admin, own_project):
    changed = admin.patch(path_of(own_project), {"signup": "automatic"}).ok()
    assert changed == {**own_project, "signup": "automatic"}
    assert admin.patch(path_of(own_project), {"language": "en"}).ok() == {**changed, "language": "en"}
    assert admin.patch(path_of(own_project), {}).ok() == {**changed, "language": "en"}


def test_every_change_of_a_rule_is_an_event(stack, admin, own_project):
    admin.patch(path_of(own_project), {"signup": "operator", "language": "en"}).ok()
    details = stack.sql(f"SELECT detail FROM audit_event WHERE project_id = '{own_project['id']}' AND action = 'project.set' "
                        "AND actor LIKE 'operator:%' ORDER BY detail").split()
    assert details == ["language=en", "signup=operator"]


@pytest.mark.parametrize("body, slug, field", [
    ({"signup": "perhaps"}, "bad-field", "signup"),
    ({"signup": 1}, "bad-field", "signup"),
    ({"signup": None}, "bad-field", "signup"),
    ({"language": "fr"}, "bad-field", "language"),
    ({"signup": "off", "colour": "red"}, "unknown-field", "colour"),
    ({"name": "x"}, "unknown-field", "name"),
])
def test_a_rule_that_is_none_is_refused_and_nothing_is_changed(admin, own_project, body, slug, field):
    admin.patch(path_of(own_project), body).problem(400, slug, field=field)
    assert admin.get(path_of(own_project)).ok() == own_project


def test_a_project_that_is_none_is_not_found(admin):
    for id in (uuid.uuid4(), uuid.UUID(int=0)):
        admin.get(f"/admin/v1/projects/{id}").problem(404, "not-found")
        admin.patch(f"/admin/v1/projects/{id}", {"signup": "off"}).problem(404, "not-found")
    admin.get("/admin/v1/projects/17").problem(400, "bad-field", field="id")


def test_the_operators_command_shows_and_sets_rules(stack, admin, own_project):
    shown = stack.hufu("project", "show", own_project["id"]).split("\n")
    assert "signup=off" in shown and "language=zh-CN" in shown
    stack.hufu("project", "set", own_project["id"], "signup=operator", "language=en")
    now = admin.get(path_of(own_project)).ok()
    assert (now["signup"], now["language"]) == ("operator", "en")
    refused = stack.hufu("project", "set", own_project["id"], "colour=red", check=False)
    assert refused.returncode == 1 and b"colour" in refused.stderr
    for arguments in ([], ["signup"], ["=off"]):
        assert stack.hufu("project", "set", own_project["id"], *arguments, check=False).returncode == 2
