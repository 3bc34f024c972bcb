"""The API's sentences in the language that Accept-Language asks for; everything else as ever."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.api.people import problem

ARABIC = {"Accept-Language": "ar"}


def is_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


# Which language


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (None, "en"),
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar"),
        ("en-GB,en;q=0.9,ar;q=0.8", "en"),
        ("tlh, ar;q=0.5", "ar"),
        ("tlh", "en"),
        ("*", "en"),
        ("ar;q=0", "en"),
        ("\u00ff\u00fe, ;;q=x", "en"),
        ("a" * 3000, "en"),
    ],
)
def test_accept_language_decides(stranger, db, asked, spoken):
    headers = {} if asked is None else {"Accept-Language": asked}

    response = stranger.get("/api/nothing-here/", **headers)

    assert problem(response, 404, "not_found")["title"] == (
        "No such address" if spoken == "en" else "لا يوجد هذا العنوان"
    )
    assert response.headers["Content-Language"] == spoken
    assert "Accept-Language" in response.headers["Vary"]


def test_the_setting_decides_for_those_who_ask_for_none(stranger, db, settings):
    from config import languages

    languages.best_of.cache_clear()
    settings.LANGUAGE_CODE = "ar"
    try:
        response = stranger.get("/api/nothing-here/")
    finally:
        languages.best_of.cache_clear()

    assert response.headers["Content-Language"] == "ar"


def test_a_language_chosen_on_the_pages_is_none_of_the_apis(stranger, db):
    stranger.client.cookies["language"] = "ar"

    assert stranger.get("/api/nothing-here/").headers["Content-Language"] == "en"


def test_pages_follow_the_choice_and_then_the_browser(client):
    chosen = client.get("/", headers={"Cookie": "language=ar", "Accept-Language": "en"})
    assert b'<html lang="ar" dir="rtl"' in chosen.content
    assert {"Accept-Language", "Cookie"} <= set(chosen.headers["Vary"].split(", "))
    asked = client.get("/", headers=ARABIC)
    assert b'<html lang="ar" dir="rtl"' in asked.content
    nonsense = client.get("/", headers={"Cookie": "language=../../x"})
    assert b'<html lang="en" dir="ltr"' in nonsense.content


# What is said


def test_messages_and_codes(owner, show):
    held = owner.post(
        "/api/seats/hold-batch/", {"show_id": show.pk, "seats": ["A1", "A2"]}, **ARABIC
    )
    assert "A1 وA2" in held.json()["message"]
    assert is_arabic(held.json()["message"])

    refused = owner.post("/api/seats/hold-batch/", {"show_id": show.pk, "seats": ["Z9"]}, **ARABIC)
    found = problem(refused, 404, "seat_not_found")
    assert found["unknown"] == ["Z9"]
    assert found["type"] == "urn:holdfast:problem:seat_not_found"
    assert is_arabic(found["title"])
    assert is_arabic(found["detail"])


def test_the_texts_of_fields(stranger, db):
    answer = stranger.post(
        "/api/seats/register/", {"username": "a b", "password": "123", "email": "x"}, **ARABIC
    )
    found = problem(answer, 400, "invalid")["errors"]
    assert set(found) == {"username", "password", "email"}
    assert all(is_arabic(text) for texts in found.values() for text in texts)

    missing = stranger.post("/api/seats/login/", {}, **ARABIC)
    found = problem(missing, 400, "invalid")["errors"]
    assert all(is_arabic(text) for texts in found.values() for text in texts)


def test_a_repeated_refusal_is_told_in_the_language_of_the_repetition(owner, rival, show):
    rival.post("/api/seats/hold-batch/", {"show_id": show.pk, "seats": ["A1"]})
    wanted = {"show_id": show.pk, "seats": ["A1"]}
    key = {"Idempotency-Key": "once"}

    first = owner.post("/api/seats/hold-batch/", wanted, **key)
    again = owner.post("/api/seats/hold-batch/", wanted, **key, **ARABIC)

    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json()["detail"] == "A1 was taken a moment ago."
    assert again.json()["detail"] == "أُخذ \u2068A1\u2069 قبل لحظات."
    assert first.json()["conflicts"] == again.json()["conflicts"]


def test_the_next_request_is_not_told_in_the_language_of_the_last(stranger, db):
    stranger.get("/api/nothing-here/", **ARABIC)
    assert translation.get_language() == "en"
    assert stranger.get("/api/nothing-here/").json()["title"] == "No such address"


# What is the same for everybody


def test_shared_answers_know_no_languages(stranger, show):
    for path in (
        "/api/seats/shows/",
        f"/api/seats/shows/{show.pk}/layout/",
        f"/api/seats/events/?show_id={show.pk}",
        f"/api/seat-status/?show_id={show.pk}&since=x",
        "/api/schema/",
    ):
        english, arabic = stranger.get(path), stranger.get(path, **ARABIC)
        assert english.status_code == 200
        members = [one.json() for one in (english, arabic)]
        for one in members:
            one.pop("server_time", None)
            one.pop("cursor", None)
        assert members[0] == members[1], path
        for answer in (english, arabic):
            assert "Content-Language" not in answer.headers, path
            assert "Accept-Language" not in answer.headers.get("Vary", ""), path
