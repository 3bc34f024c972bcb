"""Where bookings are paid by transfer: the picture of it, the review, and what comes of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pictures import png

PROOFS = "**/api/seats/payment-proofs/"
RECEIPT = {"name": "receipt.png", "mimeType": "image/png", "buffer": png()}


@pytest.fixture(scope="module")
def proof_server(cinema):
    return cinema.paid_by_proof()


@pytest.fixture
def page(arrive, show, proof_server):
    return arrive("owner", at=proof_server).open(show).hold("B4", "B5")


def step(page):
    return page.panel.locator(".proof")


def give(page, picture):
    step(page).locator("input[type=file]").first.set_input_files(picture)


def kept(page):
    expect(step(page)).to_contain_text("Your picture has arrived.")


def test_from_the_hold_over_the_picture_to_the_ticket_and_its_acceptance(page, backstage, show):
    expect(page.confirm_button).to_be_hidden()
    expect(step(page)).to_contain_text("Pay €24.00")
    with page.page.expect_file_chooser() as chooser:
        page.panel.get_by_role("button", name=re.compile("^Add your receipt")).click()
    chooser.value.set_files(RECEIPT)
    kept(page)
    expect(step(page).get_by_role("img", name="The picture of your payment")).to_be_visible()
    assert page.seconds_left() > 500

    page.confirm_button.click()
    reference = page.reference()
    expect(page.ticket).to_contain_text("We are looking at your payment")
    page.ticket.get_by_role("button", name="Close").click()
    page.expect_look("mine", "B4", "B5")
    expect(step(page)).to_be_hidden()
    assert backstage.books(show)["booked"] == ["B4", "B5"]

    bookings = page.open_bookings()
    expect(bookings).to_contain_text("Your payment is being looked at.")
    bookings.get_by_role("button", name="Close").click()
    backstage.accept(reference)
    bookings = page.open_bookings()
    expect(bookings).not_to_contain_text("being looked at")
    bookings.get_by_role("button", name="Close").click()
    expect(page.note).to_contain_text(f"booking {reference} is confirmed")


def test_a_rejected_booking_says_why_and_gives_its_seats_back(page, backstage, show):
    give(page, RECEIPT)
    page.confirm_button.click()
    reference = page.reference()
    page.ticket.get_by_role("button", name="Close").click()
    backstage.reject(reference, "The sum is not right.")
    page.expect_look("available", "B4", "B5")
    expect(page.note).to_contain_text("The sum is not right.")
    bookings = page.open_bookings()
    expect(bookings).to_contain_text("The sum is not right.")
    expect(bookings.get_by_role("button", name="Cancel booking")).to_be_hidden()
    assert backstage.books(show)["booked"] == []


def test_a_picture_is_there_after_a_reload(page):
    give(page, RECEIPT)
    kept(page)
    page.page.reload()
    kept(page)
    picture = step(page).get_by_role("img", name="The picture of your payment")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.decode().then(() => node.naturalWidth)") == 640
    page.confirm_button.click()
    assert page.reference()


def test_what_is_no_picture_is_not_sent(page):
    sent = []
    page.page.on("request", lambda one: sent.append(one.url) if "payment-proofs" in one.url else 0)
    give(page, {"name": "receipt.png", "mimeType": "image/png", "buffer": b"not a picture"})
    expect(step(page).get_by_role("alert")).to_contain_text("cannot be read as a picture")
    expect(page.confirm_button).to_be_hidden()
    assert sent == []
    give(page, RECEIPT)
    kept(page)
    expect(step(page).get_by_role("alert")).to_be_hidden()


def test_a_photograph_that_is_too_large_is_sent_smaller(page):
    large = png(1500, 1300, noise=True)
    assert len(large) > 5 * 1024 * 1024
    give(page, {"name": "photo.png", "mimeType": "image/png", "buffer": large})
    kept(page)
    expect(page.confirm_button).to_be_visible()


def test_a_cut_line_is_said_and_the_picture_sent_again_is_one(page):
    page.watch.excuse("net::ERR_FAILED")
    keys = []

    def lose(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.abort()
        else:
            route.continue_()

    page.page.route(PROOFS, lose)
    give(page, RECEIPT)
    expect(step(page).get_by_role("alert")).to_contain_text("The line dropped")
    page.panel.get_by_role("button", name=re.compile("^Send it again")).click()
    kept(page)
    assert keys[0] == keys[1]


def test_a_picture_can_be_replaced_and_dropped(page):
    give(page, RECEIPT)
    kept(page)
    dropped = page.page.evaluate_handle(
        """async (bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], 'other.png', { type: 'image/png' }));
          return data;
        }""",
        list(png(300, 500)),
    )
    with page.page.expect_response(PROOFS) as answer:
        page.page.dispatch_event(".proof-drop", "drop", {"dataTransfer": dropped})
    kept(page)
    with page.page.expect_request("**/book-batch/") as booking:
        page.confirm_button.click()
    assert booking.value.post_data_json["payment_proof"] == answer.value.json()["id"]
    assert page.reference()


def test_on_a_phone_the_one_button_leads_through(arrive, backstage, show, proof_server):
    page = arrive("owner", device="phone", at=proof_server).open(show)
    page.seat("B5").tap()
    page.hold_button.tap()
    page.expect_look("held", "B5")
    with page.page.expect_file_chooser() as chooser:
        page.panel.get_by_role("button", name=re.compile("^Add your receipt")).tap()
    chooser.value.set_files(RECEIPT)
    kept(page)
    expect(step(page).get_by_role("button", name="Take a photo")).to_be_visible()
    page.confirm_button.tap()
    assert page.reference()
    assert backstage.books(show)["booked"] == ["B5"]


def test_a_picture_that_pays_no_more_is_asked_for_again(page, backstage, show):
    page.watch.excuse(r"402 \(Payment Required\)")
    give(page, RECEIPT)
    kept(page)
    backstage.forget_proofs()
    page.confirm_button.click()
    expect(page.note).to_contain_text("add the picture of your payment once more")
    give(page, RECEIPT)
    kept(page)
    page.confirm_button.click()
    assert page.reference()
