"""Time runs out while the page is looked at."""

from playwright.sync_api import expect

MY_HOLDS = "**/api/seats/my-holds/**"
LONGER_AND_LONGER = (3, 12, 48, 192)


def held_until_soon(backstage, show, seats, owner, *others):
    """The owner holds seats for so short that their end can be waited for, and so long that
    everybody sees them held: for longer and longer, until the machine is quick enough."""
    for seconds in LONGER_AND_LONGER:
        backstage.hold(show, seats, "owner", for_seconds=seconds)
        owner.page.reload()
        looks = [(owner, "held"), *((other, "taken") for other in others)]
        if all(sees(page, look, seats, within=seconds) for page, look in looks):
            return
    raise AssertionError("Nobody ever saw them held.")


def sees(page, look, seats, *, within):
    try:
        page.expect_look(look, *seats, timeout=within * 1000)
    except AssertionError:
        return False
    return True


def test_the_end_of_a_hold_is_seen_by_all_and_can_be_undone(arrive, backstage, show):
    owner = arrive("owner").open(show)
    stranger = arrive().open(show)
    held_until_soon(backstage, show, ["B4", "B5"], owner, stranger)

    expect(owner.note).to_contain_text("Your time ran out, so your seats went back on sale.")
    owner.expect_look("available", "B4", "B5")
    expect(owner.confirm_button).to_be_hidden()
    stranger.expect_look("available", "B4", "B5")
    stranger.expect_numbers(available=40, held=0, booked=0)

    owner.note.get_by_role("button", name="Pick them again").click()
    owner.expect_look("picked", "B4", "B5")
    owner.hold_button.click()
    owner.expect_look("held", "B4", "B5")
    owner.confirm_button.click()
    owner.reference()
    assert backstage.books(show)["booked"] == ["B4", "B5"]


def test_the_last_minute_is_said_and_seats_can_be_kept_up_to_a_limit(arrive, cinema, show):
    # A hold lasts less than a minute, and can be kept for hardly longer.
    hurried = cinema.server("hurried", workers=1, HOLD_TTL_SECONDS="57", HOLD_MAX_SECONDS="59")
    page = arrive("owner", at=hurried).open(show)
    page.watch.excuse(r"409 \(Conflict\)")
    page.hold("B4")
    expect(page.panel).to_have_attribute("data-soon", "very")
    for _ in range(60):
        keep = page.panel.get_by_role("button", name="Keep your seats")
        keep.click()
        if page.note.is_visible():
            break
        page.page.wait_for_timeout(250)
    expect(page.note).to_contain_text("Your seats cannot be kept longer than this.")
    page.expect_look("held", "B4")


def test_a_page_that_slept_through_the_deadline_hears_the_truth(arrive, backstage, show):
    page = arrive("owner").open(show)
    page.watch.excuse(r"net::ERR_INTERNET_DISCONNECTED")
    checking = page.time_left.filter(has_text="Checking your seats")
    for seconds in LONGER_AND_LONGER:
        backstage.hold(show, ["B4"], "owner", for_seconds=seconds)
        page.page.reload()
        if not sees(page, "held", ["B4"], within=seconds):
            continue
        # Asleep: nothing is answered; unless the end was quicker.
        page.context.set_offline(True)
        expect(checking.or_(page.page.locator("#note:visible")).first).to_be_visible()
        if checking.is_visible():
            break
        page.context.set_offline(False)
    page.expect_look("held", "B4")
    expect(page.time_left).to_contain_text("Checking your seats")
    page.context.set_offline(False)
    expect(page.note).to_contain_text("Your time ran out")
    page.expect_look("available", "B4")


def test_a_server_that_still_sees_the_hold_is_asked_until_it_agrees(arrive, backstage, show):
    page = arrive("owner").open(show)
    told, asked = [], []

    def a_little_behind(route):
        """Tells of the hold once more, when it is over."""
        answer = route.fetch()
        if answer.json()["holds"]:
            told.append(answer)
            asked.clear()
        elif told:
            asked.append(answer)
            if len(asked) == 1:
                answer = told[-1]
        route.fulfill(response=answer)

    page.page.route(MY_HOLDS, a_little_behind)
    held_until_soon(backstage, show, ["B4"], page)
    expect(page.note).to_contain_text("Your time ran out")
    page.expect_look("available", "B4")
    assert len(asked) >= 2
