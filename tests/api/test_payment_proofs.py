"""POST /api/seats/payment-proofs/, and the pictures that came of it."""

import os
import random
import stat
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import F
from PIL import Image

from seats import payments
from seats.models import PaymentProof
from tests.api.people import problem
from tests.api.pictures import (
    BOUNDARY,
    FORM,
    URL,
    chunk,
    form,
    jpeg_of,
    part,
    picture,
    png_of,
    proof_of,
    upload,
    webp_of,
)

NEEDLE = b"<script>alert(document.domain)</script>"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PAYMENT_MODE = "proof"
    settings.PAYMENT_PROOF_DIR = tmp_path / "private" / "proofs"
    return settings.PAYMENT_PROOF_DIR


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def shown(person, proof_id: str):
    return person.get(f"{URL}{proof_id}/file/")


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_and_shown_to_its_owner(owner, folder, format_):
    answer = upload(owner, picture(format_), kind="text/html")

    assert answer.status_code == 201
    assert list(answer.json()) == ["id"]
    file = shown(owner, answer.json()["id"])
    assert file.status_code == 200
    assert file.headers["Content-Type"] == f"image/{format_.lower()}"
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "no-store"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    image = Image.open(BytesIO(file.content))
    assert (image.format, image.size) == (format_, (32, 24))
    red, green, blue = image.convert("RGB").getpixel((2, 12))
    assert red > 200
    assert max(green, blue) < 60


def test_the_files_are_for_the_server_alone(owner, folder):
    proof_of(owner)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in kept(folder)] == [0o600]


def test_a_large_picture_is_written_anew(owner, folder):
    data = picture("PNG", (5000, 5000))

    assert upload(owner, data).status_code == 201


# What is no picture of ours

LIES = {
    "nothing": b"",
    "text": b"a receipt",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html>" + NEEDLE,
    "gif": picture("GIF"),
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "zip": b"PK\x03\x04" + bytes(200),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
    "png_magic_alone": b"\x89PNG\r\n\x1a\n",
    "png_magic_and_html": b"\x89PNG\r\n\x1a\n" + NEEDLE * 20,
    "jpeg_magic_and_html": b"\xff\xd8\xff\xe0" + NEEDLE * 20,
    "webp_magic_and_html": b"RIFF\x00\x10\x00\x00WEBPVP8 " + NEEDLE * 20,
    "webp_of_no_kind": b"RIFF\x00\x10\x00\x00WEBPXXXX" + bytes(40),
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40),
    "png_cut_off": picture()[:-40],
    "jpeg_cut_off": picture("JPEG", (200, 200), quality=95)[:-400],
    "webp_cut_off": picture("WEBP", (200, 200), lossless=True)[:-20],
}


@pytest.mark.parametrize("name", LIES)
def test_what_is_no_picture(owner, folder, name):
    """Whatever it says it is: these are sent as image/png, under a name that ends in .png."""
    body = problem(upload(owner, LIES[name]), 400, "invalid")

    assert list(body["errors"]) == ["file"]
    assert kept(folder) == []
    assert not PaymentProof.objects.exists()


BOMBS = {
    "png_of_2500_megapixels": png_of(50_000, 50_000),
    "png_of_one_row_too_many": png_of(5000, 5001),
    "png_of_one_column": png_of(1, 25_000_001),
    "jpeg_of_4294_megapixels": jpeg_of(65_535, 65_535),
    "jpeg_of_one_row_too_many": jpeg_of(5000, 5001),
    "webp_of_268_megapixels": webp_of(16_384, 16_384),
    "webp_of_one_row_too_many": webp_of(5000, 5001),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_not_opened(owner, folder, monkeypatch, name):
    assert len(BOMBS[name]) < 2000
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded.append)

    body = problem(upload(owner, BOMBS[name]), 400, "invalid")

    assert "25 megapixels" in body["detail"]
    assert decoded == []


def test_the_reader_of_the_answer_chooses_its_language(owner):
    """The picture is read in another thread, which knows nobody's language."""
    body = problem(upload(owner, png_of(5000, 5001), **{"Accept-Language": "ar"}), 400, "invalid")

    assert "25" in body["detail"]
    assert "megapixels" not in body["detail"]


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_what_hides_behind_a_picture_is_gone(owner, folder, format_):
    upload(owner, picture(format_) + b"PK\x03\x04" + NEEDLE)

    assert [NEEDLE in file.read_bytes() for file in kept(folder)] == [False]


def test_what_hides_inside_a_picture_is_gone(owner, folder):
    exif = Image.Exif()
    exif[0x0110] = "a camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    metadata = {"exif": exif.tobytes(), "icc_profile": b"profile " + NEEDLE}
    upload(owner, picture("JPEG", comment=NEEDLE, **metadata))
    upload(owner, picture("PNG", **metadata))
    upload(owner, picture("WEBP", xmp=NEEDLE, **metadata))

    for file in kept(folder):
        data = file.read_bytes()
        assert NEEDLE not in data
        assert b"a camera" not in data
        image = Image.open(BytesIO(data))
        assert not image.getexif()
        assert {"icc_profile", "comment", "xmp", "exif"} & set(image.info) == set()


def test_a_picture_is_turned_upright(owner, folder):
    exif = Image.Exif()
    exif[0x0112] = 6
    upload(owner, picture("JPEG", exif=exif.tobytes()))

    assert Image.open(BytesIO(kept(folder)[0].read_bytes())).size == (24, 32)


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_kept(owner, folder, format_):
    more = [Image.new("RGB", (32, 24), "green")] * 3
    upload(owner, picture(format_, save_all=True, append_images=more))

    image = Image.open(BytesIO(kept(folder)[0].read_bytes()))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((2, 12))[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_all_kinds(owner, folder, mode):
    written = BytesIO()
    Image.new(mode, (16, 16)).save(written, "JPEG" if mode == "CMYK" else "PNG")

    assert upload(owner, written.getvalue()).status_code == 201


# The form

PICTURE = picture()
FORMS = {
    "no_file": form(),
    "another_field": form(part(PICTURE, field="picture")),
    "not_as_a_file": form(part(b"a text", name=None)),
    "two_files": form(part(PICTURE), part(PICTURE)),
    "two_files_in_two_fields": form(part(PICTURE), part(PICTURE, field="other")),
    "no_end": part(PICTURE),
    "cut_off_in_the_file": part(PICTURE)[:-20],
    "cut_off_in_the_last_boundary": form(part(PICTURE))[:-10],
    "no_boundary_in_it": PICTURE,
    "nothing": b"",
    "a_thousand_fields": form(*[part(b"1", field=f"f{n}", name=None) for n in range(1100)]),
    "long_fields": form(part(b"1" * 50_000, field="f", name=None)),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_are_none(owner, folder, name):
    problem(owner.send("POST", URL, FORMS[name], FORM), 400, "invalid")

    assert kept(folder) == []


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=\xe9"])
def test_forms_without_a_boundary(owner, kind):
    problem(owner.send("POST", URL, form(part(PICTURE)), kind), 400, "invalid")


@pytest.mark.parametrize("kind", ["application/json", "image/png", "text/plain", "*/*", ""])
def test_what_is_no_form(owner, kind):
    body = problem(owner.send("POST", URL, PICTURE, kind), 415, "unsupported_media_type")

    assert "multipart/form-data" in body["detail"]


def test_other_addresses_take_no_forms(owner, show):
    answer = owner.send("POST", "/api/seats/hold-batch/", form(part(PICTURE)), FORM)

    problem(answer, 415, "unsupported_media_type")


def test_other_fields_and_odd_names_do_not_matter(owner, folder):
    fields = part(b"a note", field="note", name=None)
    answer = owner.send(
        "POST", URL, form(fields, part(PICTURE, name="../../../x.php\x00.png")), FORM
    )

    assert answer.status_code == 201
    assert [file.stem for file in kept(folder)] == [answer.json()["id"]]


# Sizes


def padded(length: int) -> bytes:
    """A picture of that many bytes, most of which say nothing."""
    data = picture()
    noise = random.Random(1).randbytes(length - len(data) - 12)
    end = data.rindex(b"IEND") - 4
    return data[:end] + chunk(b"noIs", noise) + data[end:]


def test_a_file_may_have_5_mb_and_not_a_byte_more(owner, folder):
    assert len(padded(payments.MAX_BYTES)) == 5 * 1024 * 1024

    assert upload(owner, padded(payments.MAX_BYTES)).status_code == 201
    problem(upload(owner, padded(payments.MAX_BYTES + 1)), 413, "too_large")

    assert len(kept(folder)) == 1


def test_a_body_is_not_read_to_its_end(owner):
    body = problem(upload(owner, bytes(payments.MAX_BYTES * 2)), 413, "too_large")

    assert body["detail"] == "A file may have up to 5 MB."


# Who


def test_a_stranger_has_to_log_in(stranger):
    problem(upload(stranger, PICTURE), 401, "not_authenticated")
    problem(shown(stranger, "0" * 32), 401, "not_authenticated")


def test_another_site_may_not(owner):
    owner.log_in()
    owner.headers.clear()

    answer = upload(owner, PICTURE, **{"Sec-Fetch-Site": "cross-site"})

    problem(answer, 403, "cross_origin")


def test_somebody_elses_picture_is_not_found(owner, rival):
    proof = proof_of(owner)

    problem(shown(rival, proof), 404, "payment_proof_not_found")
    for no_id in ("0" * 32, proof.upper(), proof[:-1], f"{proof}.png", "\u0660" * 32):
        assert shown(owner, no_id).status_code == 404


def test_the_box_office_sees_it(owner, rival):
    proof = proof_of(owner)
    User.objects.filter(pk=rival.user.pk).update(is_staff=True)

    problem(shown(rival, proof), 404, "payment_proof_not_found")
    rival.user.user_permissions.add(Permission.objects.get(codename="view_booking"))

    assert shown(rival, proof).status_code == 200


def test_a_picture_that_is_lost(owner, folder):
    proof = proof_of(owner)
    kept(folder)[0].unlink()

    problem(shown(owner, proof), 404, "payment_proof_not_found")


def test_where_no_proof_is_asked_for(owner, settings):
    proof = proof_of(owner)
    settings.PAYMENT_MODE = "none"

    problem(upload(owner, PICTURE), 404, "not_found")
    assert shown(owner, proof).status_code == 200


# How often


def test_it_is_limited(owner, settings):
    settings.THROTTLE_WRITE = "2/day"
    proof_of(owner)
    proof_of(owner)

    problem(upload(owner, PICTURE), 429, "throttled")


def test_the_newest_unused_ones_are_kept(owner, rival, folder):
    theirs = proof_of(rival)
    proofs = [proof_of(owner) for _ in range(7)]

    assert {file.stem for file in kept(folder)} == {theirs, *proofs[-5:]}
    assert set(PaymentProof.objects.values_list("pk", flat=True)) == {theirs, *proofs[-5:]}


def test_a_repeated_upload_gets_the_same_id(owner, folder):
    key = {"Idempotency-Key": "an-upload"}
    first = upload(owner, PICTURE, **key)
    other_form = form(part(PICTURE, name="renamed.png")).replace(BOUNDARY.encode(), b"another")

    again = owner.send("POST", URL, other_form, "multipart/form-data; boundary=another", **key)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert [file.stem for file in kept(folder)] == [first.json()["id"]]
    problem(upload(owner, picture("JPEG"), **key), 422, "idempotency_key_reused")
    assert len(kept(folder)) == 1


def test_a_disk_that_takes_nothing(owner, settings, tmp_path, caplog):
    (tmp_path / "full").write_text("")
    settings.PAYMENT_PROOF_DIR = tmp_path / "full"

    answer = upload(owner, PICTURE)

    problem(answer, 503, "busy")
    assert answer.headers["Retry-After"] == "60"
    assert "cannot be stored" in caplog.text
    assert not PaymentProof.objects.exists()


# Tidying


def test_what_nobody_used_is_tidied_after_a_day(owner, folder):
    old, new = proof_of(owner), proof_of(owner)
    proof = PaymentProof.objects.get(pk=old)
    proof.uploaded_at -= timedelta(days=1)
    proof.save()

    assert payments.tidy() == 1

    assert [file.stem for file in kept(folder)] == [new]
    assert payments.tidy() == 0


def test_each_upload_takes_some_forgotten_ones_along(owner, rival, folder):
    forgotten = [proof_of(rival) for _ in range(3)]
    PaymentProof.objects.update(uploaded_at=F("uploaded_at") - timedelta(days=1))

    new = proof_of(owner)

    assert forgotten
    assert [file.stem for file in kept(folder)] == [new]
    assert PaymentProof.objects.get().pk == new


def test_what_a_dying_process_left_behind_is_tidied(owner, folder):
    used, died_late = proof_of(owner), proof_of(owner)
    (folder / f"{died_late}.png").rename(folder / f"{died_late}.png.new")
    (folder / ("0" * 32 + ".png.new")).write_bytes(b"?")
    for file in kept(folder):
        os.utime(file, (0, 0))
    (folder / ("2" * 32 + ".png.new")).write_bytes(b"being uploaded")
    assert shown(owner, died_late).status_code == 200

    payments.tidy()

    assert {file.name for file in kept(folder)} == {
        f"{used}.png",
        f"{died_late}.png",
        "2" * 32 + ".png.new",
    }
    assert shown(owner, died_late).status_code == 200


def test_pictures_of_another_database_are_left_alone(owner, folder):
    """Housekeeping with the wrong DATABASE_URL, or after going back, must not cost a receipt."""
    proof = proof_of(owner)
    os.utime(kept(folder)[0], (0, 0))
    PaymentProof.objects.all().delete()

    payments.tidy()

    assert [file.stem for file in kept(folder)] == [proof]


def test_a_process_that_dies_before_the_row_is_written(owner, folder, monkeypatch):
    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("seats.payments.proofs._inserted", die)
    with pytest.raises(KeyboardInterrupt):
        upload(owner, PICTURE)
    assert [file.suffix for file in kept(folder)] == [".new"]
    os.utime(kept(folder)[0], (0, 0))

    payments.tidy()

    assert kept(folder) == []
