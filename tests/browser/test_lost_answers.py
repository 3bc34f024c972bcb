"""A request whose answer is lost on the way ends in the right state by itself."""

from playwright.sync_api import expect

HOLD = "**/api/seats/hold-batch/"
BOOK = "**/api/seats/book-batch/"


class Line:
    """A bad line: lets a request through and loses the first answers."""

    def __init__(self, loses):
        self.loses = loses
        self.keys = []
        self.answers = []

    def __call__(self, route):
        self.keys.append(route.request.headers["idempotency-key"])
        answer = route.fetch()
        self.answers.append(answer.headers.get("idempotency-replayed"))
        if len(self.keys) <= self.loses:
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)


def test_a_booking_whose_answer_was_lost_is_one_booking(arrive, backstage, show):
    page = arrive("owner").open(show).hold("B4", "B5")
    page.watch.excuse(r"net::ERR_CONNECTION_RESET")
    line = Line(loses=2)
    page.page.route(BOOK, line)

    page.confirm_button.click()
    reference = page.reference()

    assert len(line.keys) == 3
    assert len(set(line.keys)) == 1
    assert line.answers == [None, "true", "true"]
    books = backstage.books(show)
    assert (books["bookings"], books["booked"]) == (1, ["B4", "B5"])
    page.ticket.get_by_role("button", name="Close").click()
    bookings = page.open_bookings()
    expect(bookings.locator(".booking")).to_have_count(1)
    expect(bookings).to_contain_text(reference)


def test_while_the_answer_is_missing_nothing_is_shown_as_booked(arrive, backstage, show):
    page = arrive("owner").open(show).hold("B4")
    page.watch.excuse(r"net::ERR_CONNECTION_RESET")
    line = Line(loses=99)
    page.page.route(BOOK, line)
    page.confirm_button.click()
    page.expect_to_be_waiting()
    expect(page.ticket).to_be_hidden()
    assert page.seat("B4").get_attribute("data-look") != "mine"

    line.loses = 0
    page.reference()
    assert backstage.books(show)["bookings"] == 1


def test_a_hold_whose_answer_was_lost_is_one_hold(arrive, backstage, show):
    page = arrive("owner").open(show).pick("B4", "B5")
    page.watch.excuse(r"net::ERR_CONNECTION_RESET")
    page.page.route(HOLD, Line(loses=1))
    page.hold_button.click()
    page.expect_look("held", "B4", "B5")
    expect(page.confirm_button).to_be_visible()
    assert backstage.books(show)["holds"] == 1


def test_a_double_click_books_once(arrive, backstage, show):
    page = arrive("owner").open(show).hold("B4")
    page.confirm_button.dblclick()
    page.reference()
    assert backstage.books(show)["bookings"] == 1
