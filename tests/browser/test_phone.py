"""On a phone, with fingers."""

import re

import pytest
from playwright.sync_api import expect


def test_from_a_tap_to_the_ticket(arrive, backstage, show):
    page = arrive("owner", device="phone").open(show)
    handle = page.panel.locator(".handle")
    expect(handle).to_contain_text("No seats yet")
    for label in ("B5", "B6"):
        page.seat(label).tap()
        page.expect_look("picked", label)
    expect(handle).to_contain_text("2 seats · €24.00")

    page.hold_button.tap()
    page.expect_look("held", "B5", "B6")
    expect(handle).to_contain_text(re.compile(r"2 seats · €24\.00\s*(9:\d\d|10:00)"))

    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "true")
    expect(page.button("Let B5 go")).to_be_visible()
    handle.tap()
    expect(handle).to_have_attribute("aria-expanded", "false")
    page.confirm_button.tap()
    page.reference()
    assert backstage.books(show)["booked"] == ["B5", "B6"]


def test_the_page_never_moves_sideways(arrive, backstage):
    page = arrive(device="phone").open(backstage.show(hall="Saal 1"))
    assert page.sideways() == 0


def test_two_fingers_bring_the_hall_closer(arrive, backstage):
    page = arrive(device="phone").open(backstage.show(hall="Saal 1"))
    drawing = page.page.locator("#hall-view svg.hall-drawing")
    before = drawing.bounding_box()["width"]
    frame = page.page.locator("#hall-view").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + 150
    fingers = page.context.new_cdp_session(page.page)

    def touch(kind, apart=None):
        points = [] if apart is None else [{"x": x - apart, "y": y}, {"x": x + apart, "y": y}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 30)
    for apart in (40, 55, 70, 90):
        touch("touchMove", apart)
    touch("touchEnd")
    page.expect_width_over(drawing, before * 1.5)
    # Letting go picks nothing.
    page.expect_picked(0)


def test_a_tap_in_a_hall_too_small_to_touch_brings_it_closer_first(arrive, backstage):
    page = arrive(device="phone").open(backstage.show(hall="Theatre"))
    page.button("Whole hall").tap()
    drawing = page.page.locator("#hall-view svg.hall-drawing")
    before = drawing.bounding_box()["width"]
    drawing.tap(position={"x": before / 2, "y": 120})
    page.expect_width_over(drawing, before * 1.3)
    page.expect_picked(0)


@pytest.mark.parametrize("device", ["phone", "wide"])
def test_a_line_that_is_cut_is_in_sight_wherever_one_looks(arrive, backstage, device):
    page = arrive(device=device).open(backstage.show(hall="Theatre"))
    page.watch.excuse(r"net::ERR_")
    page.expect_light("live")
    page.page.mouse.move(4, 400)
    page.page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    expect(page.light).not_to_be_in_viewport()
    page.context.set_offline(True)
    expect(page.light).to_contain_text("offline since")
    expect(page.light).to_be_in_viewport(ratio=0.95)
    expect(page.button("Try now")).to_be_in_viewport(ratio=0.95)
    page.context.set_offline(False)
    page.expect_light("live")
    expect(page.light).not_to_be_in_viewport()
