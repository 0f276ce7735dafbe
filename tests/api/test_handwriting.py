# SPDX-License-Identifier: Apache-2.0
"""Line A5: the handwritten signature is captured as strokes, shown, submitted and replaced."""

import copy
import re
import xml.etree.ElementTree

import pytest

import device as device_module
import phone as phone_module
import stack as stack_module
from test_leaks import PG_DUMP, search

PATH = "/v1/account/handwriting"
POINTS_MAX = 1536


def stroke(*points):
    return {name: [point[i] for point in points] for i, name in enumerate(("x", "y", "time", "pressure"))}


TIGER = {"width": 400, "height": 200, "strokes": [
    stroke((20, 30, 0, 200), (60, 34, 16, 500), (120, 40, 33, 700), (200, 38, 50, 300)),
    stroke((110, 10, 200, 400), (108, 80, 216, 800), (104, 150, 240, 200)),
    stroke((300, 100, 400, 1000)),
]}


@pytest.fixture
def submitted(session):
    assert session.put(PATH, TIGER).ok() == {"points": 8}
    return session


def test_a5_strokes_are_submitted_and_shown(submitted):
    shown = submitted.get(PATH).ok()
    assert shown.pop("created_at")
    assert shown == TIGER


def test_a5_the_picture_shows_the_strokes_as_wide_as_they_were_pressed(submitted):
    answer = submitted.get(PATH + ".svg")
    assert answer.status == 200 and answer.headers["Content-Type"] == "image/svg+xml"
    picture = xml.etree.ElementTree.fromstring(answer.content)
    assert picture.get("viewBox") == "0 0 400 200"
    widths = [float(path.get("stroke-width")) for path in picture]
    assert len(set(widths)) > 3 and min(widths) > 0
    assert {path.tag for path in picture} == {"{http://www.w3.org/2000/svg}path"}
    assert all(re.fullmatch(r"[MLQ0-9. ]+", path.get("d")) for path in picture)


def test_a5_a_new_one_takes_the_place_of_the_old(submitted, stack):
    other = {"width": 100, "height": 100, "strokes": [stroke((1, 1, 0, 0), (99, 99, 5, 0))]}
    submitted.put(PATH, other).ok()
    shown = submitted.get(PATH).ok()
    shown.pop("created_at")
    assert shown == other
    assert stack.sql("SELECT count(*) FROM handwriting WHERE account_id = '%s'" % submitted.answer["account"]["id"]) == "1"


def test_a5_it_is_taken_back_and_gone(submitted, stack):
    submitted.delete(PATH).ok()
    submitted.get(PATH).problem(404, "not-found")
    submitted.get(PATH + ".svg").problem(404, "not-found")
    submitted.delete(PATH).problem(404, "not-found")
    assert stack.sql("SELECT count(*) FROM handwriting WHERE account_id = '%s'" % submitted.answer["account"]["id"]) == "0"


def test_a5_nobody_sees_that_of_somebody_else(submitted, public, new_user):
    other = device_module.Device()
    code = device_module.code_of(new_user()["activation"]["text"])
    token = public.post("/v1/activations", other.activation(code)).ok(201)["session_token"]
    public.with_token(token, other).get(PATH).problem(404, "not-found")


def changed(**changes):
    body = copy.deepcopy(TIGER)
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


@pytest.mark.parametrize("body, slug, field", [
    (changed(width=15), "bad-field", "width"),
    (changed(height=4097), "bad-field", "height"),
    (changed(strokes=None), "missing-field", "strokes"),
    (changed(strokes={}), "bad-field", "strokes"),
    (changed(strokes=[]), "bad-field", "strokes"),
    (changed(strokes=[stroke((1, 1, 0, 0))] * 129), "bad-field", "strokes"),
    (changed(strokes=[stroke()]), "bad-field", "strokes"),
    (changed(strokes=[stroke((401, 1, 0, 0))]), "bad-field", "strokes"),
    (changed(strokes=[stroke((1, 201, 0, 0))]), "bad-field", "strokes"),
    (changed(strokes=[stroke((1, 1, 5, 0), (1, 1, 4, 0))]), "bad-field", "strokes"),
    (changed(strokes=[stroke((1, 1, 5, 0)), stroke((1, 1, 4, 0))]), "bad-field", "strokes"),
    (changed(strokes=[{**stroke((1, 1, 0, 0)), "y": [1, 2]}]), "bad-field", "strokes"),
    (changed(strokes=[{**stroke((1, 1, 0, 0)), "y": None}]), "bad-field", "strokes[0].y"),
    (changed(strokes=[{"x": [1], "y": [1], "time": [0]}]), "missing-field", "strokes[0].pressure"),
    (changed(strokes=[stroke((1, 1, 0, 0)), {**stroke((1, 1, 0, 0)), "tilt": [1]}]), "unknown-field", "strokes[1].tilt"),
    (changed(strokes=[stroke((1, 1, 0, 1001))]), "bad-field", "strokes[0].pressure"),
    (changed(strokes=[stroke((1, 1, 600001, 0))]), "bad-field", "strokes[0].time"),
    (changed(strokes=[stroke((1.5, 1, 0, 0))]), "bad-field", "strokes[0].x"),
    (changed(strokes=[stroke(*[(1, 1, 0, 0)] * (POINTS_MAX + 1))]), "bad-field", "strokes[0].x"),
    (changed(strokes=[stroke(*[(1, 1, 0, 0)] * 1000)] * 2), "bad-field", "strokes"),
])
def test_a5_what_is_no_signature_is_refused_and_the_old_one_stays(submitted, body, slug, field):
    submitted.put(PATH, body).problem(400, slug, field=field)
    assert len(submitted.get(PATH).ok()["strokes"]) == 3


def test_a5_the_most_that_may_be_drawn_is_taken_and_drawn(session):
    points = [(i % 2 * 4095 + 1, 4096 - i % 2, min(i * 400, 600000), i % 2 * 1000) for i in range(POINTS_MAX)]
    strokes = [stroke(*points[i:i + 12]) for i in range(0, POINTS_MAX, 12)]
    session.put(PATH, {"width": 4096, "height": 4096, "strokes": strokes}).ok()
    assert len(session.get(PATH + ".svg").content) < 131072


def test_a5_it_lies_sealed_in_the_database(submitted, stack):
    """As strokes are stored: x, y, time and pressure of the first stroke's first two points, big-endian."""
    encoded = bytes.fromhex("0014001e0000000000c8" "003c00220000001001f4")
    dump = stack_module.run(PG_DUMP, stack.environment["HUFU_DATABASE_ADMIN"]).stdout
    assert submitted.answer["account"]["id"].encode() in dump
    assert search(dump, {"the first stroke": encoded}) == []
    size = int(stack.sql("SELECT octet_length(sealed) FROM handwriting WHERE account_id = '%s'" % submitted.answer["account"]["id"]))
    assert size == 6 + 3 * 2 + 8 * 10 + 40


def test_a5_every_change_is_an_event(submitted, stack):
    submitted.delete(PATH).ok()
    actions = stack.sql("SELECT action FROM audit_event WHERE account_id = '%s' AND action LIKE 'handwriting%%' ORDER BY at"
                        % submitted.answer["account"]["id"]).split()
    assert actions == ["handwriting.put", "handwriting.remove"]


def test_a5_the_phone_submits_saves_and_takes_back(phone):
    drawing = phone.folder / "drawing"
    drawing.write_text("400 200\n20,30,0,200 60,34,16,500 120,40,33,700\n110,10,200,400\n")
    phone.do("handwriting", drawing)
    picture = phone.folder / "picture.svg"
    phone.do("handwriting", "--out", picture)
    assert xml.etree.ElementTree.parse(picture).getroot().get("viewBox") == "0 0 400 200"
    phone.do("handwriting", "--remove")
    assert "There is no such thing" in phone.do("handwriting", "--out", picture, status=phone_module.USAGE)


@pytest.mark.parametrize("text", ["", "400", "400 200 1\n", "400 200\n1,2,3\n", "400 200\n1,2,3,4,5\n", "400 200\n1,2,3,-4\n",
                                  "400 200\nx\n", "400 200\n1,2,3,4  1,2,3,4\n", "400 200\n1,2,3,99999999999\n",
                                  "400 200\n" + "1,1,1,1 " * 1537 + "\n"])
def test_a5_the_phone_takes_no_file_of_another_form(shared_phone, text):
    drawing = shared_phone.folder / "bad"
    drawing.write_text(text)
    shared_phone.do("handwriting", drawing, status=phone_module.USAGE)
