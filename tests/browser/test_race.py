"""Two customers want the same seats."""

from playwright.sync_api import expect

AT_ONE_MOMENT = """(moment) => setTimeout(
  () => document.querySelector('.panel .button.main').click(), moment - Date.now())"""


def test_one_of_two_gets_the_seat_and_the_other_a_choice(arrive, backstage, show):
    people = [arrive("owner").open(show), arrive("rival").open(show)]
    for person in people:
        person.watch.excuse(r"409 \(Conflict\)")
        person.pick("C5", "C6")

    # Nobody hears of the other but by the answer to their own click.
    with people[0].hearing_nothing(), people[1].hearing_nothing():
        moment = people[0].page.evaluate("Date.now() + 400")
        for person in people:
            person.page.evaluate(AT_ONE_MOMENT, moment)
        winner, loser = _sorted_by_luck(people)

    winner.expect_look("held", "C5", "C6")
    assert backstage.books(show)["held"] == ["C5", "C6"]
    loser.expect_look("taken", "C5", "C6")
    expect(loser.note).to_contain_text("C5 and C6 were taken a moment ago.")
    expect(loser.note).to_contain_text("These two are together and free:")
    expect(loser.confirm_button).to_be_hidden()

    offer = loser.note.get_by_role("button", name="Hold ").first
    seats = offer.inner_text().removeprefix("Hold ")
    offer.click()
    expect(loser.confirm_button).to_be_visible()
    expect(loser.note).to_be_hidden()
    held = backstage.books(show)["held"]
    assert len(held) == 4
    theirs = sorted(set(held) - {"C5", "C6"})
    assert theirs[0] in seats
    loser.expect_look("held", *theirs)
    winner.expect_look("taken", *theirs)


def _sorted_by_luck(people):
    for person in people:
        either = person.page.locator("#note:visible, .panel .clock:visible")
        expect(either.first).to_be_visible()
    return people if people[0].time_left.is_visible() else people[::-1]


def test_a_pick_that_somebody_else_takes_is_said_and_replaced(arrive, backstage, show):
    page = arrive("owner").open(show).pick("B5", "B6")
    backstage.hold(show, ["B6"])
    expect(page.note).to_contain_text("B6 from your pick was taken a moment ago.")
    page.expect_look("taken", "B6")
    page.expect_look("picked", "B5")
    page.note.get_by_role("button", name="Pick ").first.click()
    expect(page.hold_button).to_have_text("Hold 2 seats · €24.00")


def test_when_nothing_is_left_the_page_says_so(arrive, backstage):
    show = backstage.show(hall="Cabin", rows=1, seats=3)
    page = arrive("owner").open(show)
    page.watch.excuse(r"409 \(Conflict\)")
    page.pick("A1", "A2")
    # This page hears nothing until it asks to hold.
    with page.hearing_nothing():
        backstage.book(show, ["A1", "A3"])
        page.hold_button.click()
        expect(page.note).to_contain_text("A1 was taken a moment ago.")
    expect(page.note).to_contain_text("No two seats together are free right now.")
    expect(page.note.get_by_role("button", name="Hold ")).to_have_count(0)
    page.expect_look("picked", "A2")


def test_a_sold_out_show_points_to_others(arrive, backstage):
    full = backstage.show(hall="Cabin", rows=1, seats=3)
    other = backstage.show(hall="Studio", starts_in=50 * 3600)
    backstage.book(full, ["A1", "A2", "A3"])
    page = arrive().open(full)
    expect(page.panel).to_contain_text("Sold out")
    page.panel.get_by_role("link", name="The Orchard Machine").click()
    expect(page.page).to_have_url(f"{page.origin}/?show={other}")
    page.expect_numbers(available=40, held=0, booked=0)


def test_a_show_that_has_begun_is_closed(arrive, backstage, show):
    page = arrive("owner").open(show).pick("A1")
    page.watch.excuse(r"409 \(Conflict\)")
    backstage.begin(show)
    page.hold_button.click()
    expect(page.note).to_contain_text("Seats are no longer sold for this show.")
    assert backstage.books(show)["held"] == []


def test_a_show_taken_off_the_programme_leads_to_the_next(arrive, backstage, show):
    other = backstage.show(title="Paper Moons over Lisbon", starts_in=50 * 3600)
    page = arrive().open(show)
    page.watch.excuse(r"404 \(Not Found\)")
    backstage.close(show)
    expect(page.note).to_contain_text("That show is no longer on sale. Here is the next one.")
    expect(page.page.get_by_role("heading", level=1)).to_have_text("Paper Moons over Lisbon")
    assert other
