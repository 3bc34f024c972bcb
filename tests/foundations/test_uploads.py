"""Files sent to forms are read past. (Pictures of payments: tests/api/test_payment_proofs.py)"""

import tempfile

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


@pytest.fixture
def kept(monkeypatch):
    """What Django's own handlers would have put on the disk."""
    files = []
    monkeypatch.setattr(
        TemporaryFileUploadHandler, "new_file", lambda *args, **more: files.append(args)
    )
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *args, **more: files.append(args))
    return files


def form(**fields):
    return {**fields, "file": SimpleUploadedFile("film.svg", b"<svg/>" * 1_000_000)}


@pytest.mark.django_db
def test_a_stranger_cannot_fill_the_disk(client, kept):
    answer = client.post("/admin/login/", form(username="owner", password="wrong"))

    assert answer.status_code == 200
    assert not answer.wsgi_request.FILES
    assert kept == []


@pytest.mark.django_db
def test_the_rest_of_the_form_is_read(client, kept):
    User.objects.create_superuser("chief", password="right")

    assert client.post("/admin/login/", form(username="chief", password="right")).status_code == 302


@pytest.mark.django_db
def test_without_that_it_would_be_on_the_disk(client, kept, settings):
    """The control."""
    settings.FILE_UPLOAD_HANDLERS = [
        "django.core.files.uploadhandler.TemporaryFileUploadHandler",
    ]
    with pytest.raises(AttributeError):
        client.post("/admin/login/", form(username="owner", password="wrong"))
    assert kept
