"""From a stranger to a booked seat, and back."""

import re

from playwright.sync_api import expect

from tests.browser.dashboard import PASSWORD


def test_register_pick_hold_keep_confirm_and_cancel(arrive, backstage, show):
    page = arrive().open(show)
    page.expect_numbers(available=40, held=0, booked=0)

    page.button("Log in").click()
    page.dialog("Log in").get_by_role("button", name="Register").click()
    form = page.dialog("Register")
    form.get_by_label("Name").fill("owner")
    form.get_by_label("E-mail").fill("owner@cinema.example")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Register").click()
    expect(form).to_be_hidden()
    expect(page.page.locator("#account")).to_have_text(re.compile(r"owner\s*Log out"))

    page.pick("C5", "C6")
    expect(page.panel).to_contain_text("€24.00")
    expect(page.hold_button).to_have_text("Hold 2 seats · €24.00")
    assert backstage.books(show)["held"] == []

    page.hold_button.click()
    page.expect_look("held", "C5", "C6")
    page.expect_numbers(available=38, held=2, booked=0)
    page.expect_the_clock_to_be_right()
    expect(page.confirm_button).to_contain_text(re.compile(r"9:\d\d left"))

    # The clock runs, and is wound up again.
    at_first = page.seconds_left()
    earlier = "|".join(f"{left // 60}:{left % 60:02}" for left in range(at_first - 2))
    expect(page.time_left).to_contain_text(re.compile(rf"\b({earlier})"))
    ran_down_to = page.seconds_left()
    assert ran_down_to < at_first
    with page.page.expect_response("**/extend-hold/") as answer:
        page.button("Keep my seats").click()
    assert answer.value.json()["hold"]["expires_in"] == 600
    page.expect_the_clock_to_be_right()
    assert backstage.books(show)["held"] == ["C5", "C6"]

    page.confirm_button.click()
    reference = page.reference()
    assert re.fullmatch(r"[A-Z0-9-]{6,20}", reference)
    for words in ("The Orchard Machine", "C5", "C6", "€24.00", "Studio", "owner"):
        expect(page.ticket).to_contain_text(words)
    assert backstage.books(show) == {
        "bookings": 1,
        "holds": 0,
        "booked": ["C5", "C6"],
        "held": [],
    }

    page.ticket.get_by_role("button", name="Close").click()
    page.expect_look("mine", "C5", "C6")
    page.expect_numbers(available=38, held=0, booked=2)
    expect(page.confirm_button).to_be_hidden()

    bookings = page.open_bookings()
    expect(bookings).to_contain_text(reference)
    bookings.get_by_role("button", name="Cancel booking").click()
    bookings.get_by_role("button", name="Keep my booking").click()
    assert backstage.books(show)["bookings"] == 1
    bookings.get_by_role("button", name="Cancel booking").click()
    bookings.get_by_role("button", name="Yes, give them back").click()
    expect(bookings).to_contain_text("Cancelled")
    bookings.get_by_role("button", name="Close").click()
    page.expect_look("available", "C5", "C6")
    page.expect_numbers(available=40, held=0, booked=0)
    assert backstage.books(show)["bookings"] == 0


def test_seats_are_let_go_one_by_one_and_all_at_once(arrive, backstage, show):
    page = arrive("owner").open(show).hold("A1", "A2", "A3")
    page.button("Let A2 go").click()
    page.expect_look("available", "A2")
    page.expect_look("held", "A1", "A3")
    assert backstage.books(show)["held"] == ["A1", "A3"]

    page.button("Let them go").click()
    page.expect_look("available", "A1", "A3")
    expect(page.time_left).to_be_hidden()
    assert backstage.books(show)["held"] == []


def test_the_best_seats_together_are_found_and_held(arrive, backstage, show):
    backstage.book(show, ["C5", "C6"])
    page = arrive("owner").open(show)
    page.button("One seat more").click()
    page.button("Best 3 together").click()
    expect(page.hold_button).to_have_text("Hold 3 seats · €36.00")
    page.hold_button.click()
    expect(page.confirm_button).to_be_visible()
    held = backstage.books(show)["held"]
    numbers = [int(label[1:]) for label in held]
    assert len({label[0] for label in held}) == 1
    assert numbers == list(range(numbers[0], numbers[0] + 3))


def test_a_row_is_swept_with_the_mouse(arrive, show):
    page = arrive().open(show)
    start, end = page.seat("B3").bounding_box(), page.seat("B6").bounding_box()
    mouse = page.page.mouse
    mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    mouse.up()
    page.expect_look("picked", "B3", "B4", "B5", "B6")
    expect(page.hold_button).to_have_text("Hold 4 seats · €48.00")


def test_more_than_the_limit_is_declined_kindly(arrive, show):
    page = arrive().open(show)
    page.pick(*(f"A{number}" for number in range(1, 11)))
    page.seat("B1").click()
    expect(page.note).to_contain_text("One customer can hold up to 10 seats of a show.")
    page.expect_look("available", "B1")


def test_a_ticket_is_printed_alone(arrive, backstage, show):
    page = arrive("owner").open(show).hold("A1")
    page.confirm_button.click()
    expect(page.ticket).to_be_visible()
    page.page.emulate_media(media="print")
    expect(page.ticket.locator(".ticket-reference")).to_be_visible()
    for everything_else in ("#hall", "#panel", ".top", "#shows"):
        expect(page.page.locator(everything_else)).to_be_hidden()
