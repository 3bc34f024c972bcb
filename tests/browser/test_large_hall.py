"""A hall of 50,000 seats, which is painted: as much can be done there as in a small one."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.test_keyboard import Hands

# In how many pixels two pictures differ.
DIFFERENT = """async ([one, other]) => {
  const pixels = await Promise.all([one, other].map(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height).data;
  }));
  let different = 0;
  const apart = (i) => Math.abs(pixels[0][i] - pixels[1][i]);
  for (let i = 0; i < pixels[0].length; i += 4) if (apart(i) + apart(i + 1) > 24) different += 1;
  return different;
}"""


@pytest.fixture(scope="module")
def arena(cinema):
    """One for all tests here: fifty thousand seats are not set out and cleared away in no time."""
    cinema.backstage.clear()
    return cinema.backstage.show(hall="Arena")


@pytest.fixture
def backstage(cinema, arena):
    """Not cleared, so tests keep to rows of their own."""
    return cinema.backstage


@pytest.fixture
def visitor(arrive, arena):
    return arrive(reduced_motion="reduce").open(arena)


def here(page):
    """The seat that keys would start from, as its cell and its label."""
    cell = page.page.locator('#hall-view [role="gridcell"][tabindex="0"]')
    name = cell.get_attribute("aria-label")
    return cell, "".join(re.match(r"Row (\w+), seat (\d+),", name).groups())


def at_rest(page, picture):
    """A picture in which nothing is left to paint: the next one is the same."""
    last = [picture()]

    def is_the_same(now):
        return now == last[-1] or last.append(now)

    return page.expect_picture(picture, is_the_same)


def come_closer(page):
    """Until seats can be meant with a mouse: the middle of the hall stays in the middle."""
    for _ in range(4):
        page.button("Closer").click()
    cell, label = here(page)
    cell.scroll_into_view_if_needed()
    return label


def test_it_is_painted_and_has_few_elements(visitor):
    page = visitor.page
    expect(page.locator("#hall-view canvas.overview")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") < 1500
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "200")
    expect(grid).to_have_attribute("aria-colcount", "250")


def test_a_click_picks_and_a_drag_over_a_row_picks_more(visitor):
    label = come_closer(visitor)
    mouse = visitor.page.mouse

    def middle(one):
        box = visitor.seat(one).bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    mouse.click(*middle(label))
    visitor.expect_look("picked", label)
    expect(visitor.panel).to_contain_text(label)
    mouse.click(*middle(label))
    visitor.expect_look("available", label)

    row, number = re.fullmatch(r"([A-Z]+)(\d+)", label).groups()
    last = f"{row}{int(number) + 3}"
    mouse.move(*middle(label))
    mouse.down()
    mouse.move(*middle(last), steps=6)
    mouse.up()
    for more in range(4):
        visitor.expect_look("picked", f"{row}{int(number) + more}")
    expect(visitor.hold_button).to_contain_text("Hold 4 seats")


def test_from_far_away_a_drag_pans_and_a_click_comes_closer(visitor):
    page = visitor.page
    plan = page.locator("#hall-view .large-hall")
    view = page.locator("#hall-view")
    before = plan.bounding_box()["width"]
    box = view.bounding_box()
    page.mouse.click(box["x"] + 300, box["y"] + 200)
    visitor.expect_width_over(plan, before * 3)
    visitor.expect_picked(0)
    visitor.button("Whole hall").click()
    visitor.button("Closer").click()
    across = view.evaluate("(node) => node.scrollLeft")
    page.mouse.move(box["x"] + 400, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 250, box["y"] + 200, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "([node, wanted]) => Math.abs(node.scrollLeft - wanted) <= 2",
        arg=[view.element_handle(), across + 150],
    )
    visitor.expect_picked(0)


def test_keys_walk_pick_and_hold(arrive, backstage, arena):
    page = arrive("owner").open(arena)
    keys = Hands(page.page)
    keys.tab_to(r"^Row \w+, seat \d+, .*free")
    keys.press("Control+Home")
    keys.expect_focused("Row A, seat 1,")
    keys.press("ArrowDown", "ArrowRight")
    keys.expect_focused("Row B, seat 2,")
    expect(page.page.locator(".focus-box")).to_be_visible()
    keys.press("Space", "ArrowRight", "Enter")
    page.expect_look("picked", "B2", "B3")
    keys.press("End")
    keys.expect_focused("Row B, seat 250,")
    keys.press("Control+End")
    keys.expect_focused("Row GR, seat 250,")
    keys.press("PageUp", "Home")
    expect(page.page.locator(":focus")).to_have_attribute("aria-label", re.compile(", seat 1,"))
    keys.press("Control+Home", "ArrowDown", "ArrowRight")
    keys.tab_to("^Hold 2 seats")
    keys.press("Enter")
    page.expect_look("held", "B2", "B3")
    assert backstage.books(arena)["held"] == ["B2", "B3"]


def test_the_plan_is_one_tab_stop(visitor):
    keys = Hands(visitor.page)
    passed = keys.tab_to(r"^What is happening")
    assert len([name for name in passed if name.startswith("Row ")]) == 1


def test_what_others_do_is_painted_and_does_not_take_the_focus(visitor, backstage, arena):
    label = come_closer(visitor)
    row, number = re.fullmatch(r"([A-Z]+)(\d+)", label).groups()
    others = [f"{row}{int(number) + step}" for step in range(-5, 6)]
    cell = visitor.seat(label)
    cell.focus()
    page = visitor.page
    page.mouse.move(2, 2)

    def picture():
        # What lies over the paint would differ by itself.
        return base64.b64encode(
            page.locator("#hall-view").screenshot(animations="disabled")
        ).decode()

    def differs(now):
        return page.evaluate(DIFFERENT, [before, now])

    before = at_rest(visitor, picture)
    backstage.hold_many(arena, others)
    visitor.expect_look("taken", *others)
    expect(cell).to_be_focused()
    visitor.expect_picture(picture, lambda now: differs(now) > 500)
    backstage.release(arena, others)
    visitor.expect_look("available", *others)
    expect(cell).to_be_focused()
    # Nothing is left over and nothing was rubbed out, a letter of a row for example; where a
    # neighbour was cut, an edge may be a shade softer.
    visitor.expect_picture(picture, lambda now: differs(now) < 20)


def test_best_seats_are_found_and_shown(visitor):
    picked = visitor.pick_free(3)
    assert len(picked) == 3
    for label in picked:
        box = visitor.seat(label).bounding_box()
        assert box["width"] >= 18
        assert visitor.seat(label).is_visible()


def test_the_list_has_all_seats_row_by_row(visitor, backstage, arena):
    backstage.book_many(arena, ["CV7", "CV8"])
    visitor.button("List").click()
    seats = visitor.page.locator("#hall-list")
    expect(seats.get_by_role("heading", name=re.compile("^Row "))).to_have_count(200)
    expect(seats.get_by_role("heading", name="Lower ring")).to_be_visible()
    sought = seats.get_by_label("Find a row or seat")
    sought.fill("nowhere")
    sought.press("Enter")
    expect(seats).to_contain_text("No row or seat is called nowhere.")
    sought.fill("cv9")
    sought.press("Enter")
    seat = seats.get_by_role("button", name=re.compile("^Row CV, seat 9,"))
    expect(seat).to_be_focused()
    expect(seats.get_by_role("heading", name=re.compile("^Row CV"))).to_contain_text("248 free")
    seat.click()
    expect(seat).to_have_attribute("aria-pressed", "true")
    expect(visitor.panel).to_contain_text("CV9")
    backstage.book_many(arena, ["CV10"])
    expect(seats.get_by_role("heading", name=re.compile("^Row CV"))).to_contain_text("247 free")
    expect(seat).to_be_focused()


@pytest.mark.parametrize("device", ["wide", "phone"])
def test_axe_finds_nothing(arrive, backstage, arena, device):
    page = arrive(device=device, reduced_motion="reduce").open(arena)
    found = {"whole": axe.violations(page.page)}
    page.pick_free(2)
    found["nearer"] = axe.violations(page.page)
    page.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found["dark"] = axe.violations(page.page, rules=("color-contrast",))
    page.button("List").click()
    expect(page.page.locator("#hall-list")).to_be_visible()
    found["list"] = axe.violations(page.page)
    assert {state: problems for state, problems in found.items() if problems} == {}
    assert page.sideways() == 0


def test_two_fingers_and_a_tap(arrive, arena):
    page = arrive(device="phone").open(arena)
    plan = page.page.locator("#hall-view .large-hall")
    before = plan.bounding_box()["width"]
    view = page.page.locator("#hall-view").bounding_box()
    page.page.touchscreen.tap(view["x"] + 180, view["y"] + 200)
    page.expect_width_over(plan, before * 3)
    page.expect_picked(0)
    page.page.touchscreen.tap(view["x"] + 180, view["y"] + 200)
    expect(page.panel.locator(".handle")).to_contain_text("1 seat")


def test_colours_follow_the_device(visitor):
    def picture():
        shot = visitor.page.locator("#hall-view canvas.overview").screenshot()
        return base64.b64encode(shot).decode()

    def differs(one, other):
        return visitor.page.evaluate(DIFFERENT, [one, other])

    light = at_rest(visitor, picture)
    visitor.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visitor.expect_picture(picture, lambda dark: differs(light, dark) > 10_000)
    visitor.page.emulate_media(
        color_scheme="light", reduced_motion="reduce", forced_colors="active"
    )
    visitor.expect_picture(picture, lambda forced: differs(light, forced) > 10_000)
    visitor.page.emulate_media(color_scheme="light", reduced_motion="reduce", forced_colors="none")
    visitor.expect_picture(picture, lambda again: differs(light, again) == 0)


def test_small_and_large_halls_take_turns(arrive, backstage, arena):
    small = backstage.show(starts_in=48 * 3600)
    page = arrive().open(small)
    expect(page.seat("A1")).to_be_visible()
    page.page.locator(f'a[href="?show={arena}"]').click()
    expect(page.page.locator("#hall-view canvas.overview")).to_be_visible()
    page.page.locator(f'a[href="?show={small}"]').click()
    page.pick("A1")
    page.page.go_back()
    expect(page.page.locator("#hall-view canvas.overview")).to_be_visible()
