import os
import subprocess
import sys

import pytest


def test_browsers_find_an_icon(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/favicon.svg"


def test_the_dashboard_is_asked_for_anew(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_the_admin_wants_to_know_who(client):
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/admin/login/")


ELSEWHERE = """
import django; django.setup()
from django.urls import resolve, reverse
print(reverse('admin:index'), resolve('/back/office/login/').url_name)
"""


def test_the_admin_can_be_elsewhere():
    served = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env={
            **os.environ,
            "ADMIN_PATH": "/back/office",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert served.stdout == "/back/office/ login\n", served.stderr


def test_every_page_carries_the_headers_that_keep_it_safe(client):
    headers = client.get("/favicon.ico").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Content-Security-Policy"].startswith("default-src 'self'")
