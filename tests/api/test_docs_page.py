"""GET /api/docs/: works without the internet and under a strict Content-Security-Policy."""

import re

from django.contrib.staticfiles import finders


def test_it_needs_only_files_of_ours(client, db):
    page = client.get("/api/docs/").content.decode()

    wanted = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(wanted) == 5
    for address in wanted:
        assert address.startswith("/static/") or address == "/api/docs/?script="
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address


def test_nothing_in_it_is_code(client, db):
    page = client.get("/api/docs/").content.decode()

    assert not re.search(r"<script(?![^>]*src=)", page)
    assert "<style" not in page
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)


def test_its_script_reads_our_schema(client, db):
    response = client.get("/api/docs/", {"script": ""})

    assert response.headers["Content-Type"].startswith("application/javascript")
    script = response.content.decode().replace("\\u002D", "-")
    assert "/api/schema/" in script
    assert "http:" not in script
    assert "https:" not in script


def test_a_stale_token_does_not_matter(client, db):
    response = client.get("/api/docs/", headers={"Authorization": "Token nonsense"})

    assert response.status_code == 200
