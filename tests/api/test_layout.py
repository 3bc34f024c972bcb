"""GET /api/seats/shows/{id}/layout/"""

import gzip

import pytest
from django.test import Client

from tests.api.people import problem


def address(show_id):
    return f"/api/seats/shows/{show_id}/layout/"


def test_the_drawing_of_the_hall(stranger, show):
    layout = stranger.get(address(show.pk)).json()

    assert layout["show_id"] == show.pk
    assert layout["screen"] == "Hall 1"
    assert layout["tiers"] == [
        {"id": "S", "name": "Standard", "price": "10.00"},
        {"id": "P", "name": "Premium", "price": "13.00"},
    ]
    assert [seat["label"] for seat in layout["seats"]][:6] == ["A1", "A2", "A3", "A4", "A5", "B1"]
    assert layout["seats"][5]["features"] == ["wheelchair"]
    assert layout["seats"][0]["x"] < layout["seats"][1]["x"]
    assert layout["seats"][0]["y"] < layout["seats"][5]["y"]


def test_sales_do_not_change_it(stranger, owner, show):
    before = stranger.get(address(show.pk))
    owner.hold(show, "A1")
    after = stranger.get(address(show.pk))

    assert after.content == before.content
    assert after.headers["ETag"] == before.headers["ETag"]


def test_it_can_be_cached(stranger, show):
    response = stranger.get(address(show.pk))

    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Vary"] == "Accept-Encoding"
    assert not response.cookies


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*", 'W/"x",W/{}'])
def test_who_has_it_already_is_told_so(stranger, show, known):
    etag = stranger.get(address(show.pk)).headers["ETag"]

    response = stranger.get(address(show.pk), **{"If-None-Match": known.format(etag)})

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == etag
    assert response.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("known", ['"other"', "nonsense", "", '"', "W/"])
def test_who_has_another_gets_it(stranger, show, known):
    assert stranger.get(address(show.pk), **{"If-None-Match": known}).status_code == 200


@pytest.mark.parametrize(
    "show_id",
    [
        "4242",
        "0",
        "-1",
        "abc",
        "1.0",
        "1_0",
        "\uff11",
        "%00",
        "1%00",
        str(2**63),
        "1" + "0" * 40,
        "%FF",
    ],
)
def test_nonsense_is_not_found(stranger, db, show_id):
    problem(stranger.get(address(show_id)), 404, "show_not_found")


def test_a_drawing_is_sent_compressed_to_whoever_can_read_it(show):
    browser = Client()
    plain = browser.get(address(show.pk))
    zipped = browser.get(address(show.pk), headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    known = {"accept-encoding": "gzip", "if-none-match": zipped.headers["etag"]}
    assert browser.get(address(show.pk), headers=known).status_code == 304
