"""Light and dark, forced colours, less motion, and marks that do not need colour."""

import base64
from itertools import combinations

import pytest
from playwright.sync_api import expect

GROUND = "getComputedStyle(document.documentElement).backgroundColor"
BODY = "getComputedStyle(document.body).backgroundColor"

# A picture as its grey values, decoded by the browser that took it.
GREYS = """async (picture) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const greys = [];
  for (let i = 0; i < data.length; i += 4)
    greys.push(Math.round(0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2]));
  return greys;
}"""

LONGEST_MOTION = """() => Math.max(...[...document.querySelectorAll('*')].flatMap((node) => {
  const { transitionDuration, animationDuration } = getComputedStyle(node);
  return `${transitionDuration}, ${animationDuration}`.split(', ').map((text) =>
    parseFloat(text) * (text.endsWith('ms') ? 1 : 1000));
}))"""


def test_the_theme_follows_the_device_or_the_customer(arrive, show):
    page = arrive(color_scheme="dark").open(show)
    dark = page.page.evaluate(BODY), page.page.evaluate(GROUND)
    page.page.emulate_media(color_scheme="light")
    light = page.page.evaluate(BODY), page.page.evaluate(GROUND)
    assert dark != light

    page.button("Colours as on this device").click()
    expect(page.button("Dark colours")).to_be_visible()
    assert (page.page.evaluate(BODY), page.page.evaluate(GROUND)) == dark
    page.page.reload()
    expect(page.button("Dark colours")).to_be_visible()
    assert (page.page.evaluate(BODY), page.page.evaluate(GROUND)) == dark

    page.button("Dark colours").click()
    page.page.emulate_media(color_scheme="dark")
    assert (page.page.evaluate(BODY), page.page.evaluate(GROUND)) == light
    page.button("Light colours").click()
    assert (page.page.evaluate(BODY), page.page.evaluate(GROUND)) == dark


def looks_of_one_seat(page, backstage, show):
    """Seat A1 in every state it can be in, as grey values."""

    box = page.seat("A1").bounding_box()

    def picture():
        # A seat that is pointed at has a look of its own.
        page.page.mouse.move(2, 2)
        expect(page.page.locator(".seat-tip")).to_be_hidden()
        png = page.page.screenshot(clip=box, animations="disabled")
        return page.page.evaluate(GREYS, base64.b64encode(png).decode())

    looks = {"available": picture()}
    page.pick("A1")
    looks["picked"] = picture()
    page.hold_button.click()
    page.expect_look("held", "A1")
    looks["held"] = picture()
    page.confirm_button.click()
    page.reference()
    page.ticket.get_by_role("button", name="Close").click()
    page.expect_look("mine", "A1")
    looks["mine"] = picture()
    page.open_bookings().get_by_role("button", name="Cancel booking").click()
    page.bookings.get_by_role("button", name="Yes, give them back").click()
    expect(page.bookings).to_contain_text("Cancelled")
    page.bookings.get_by_role("button", name="Close").click()
    backstage.hold(show, ["A1"])
    page.expect_look("taken", "A1")
    looks["taken"] = picture()
    backstage.release(show, ["A1"])
    backstage.book(show, ["A1"], "stranger")
    page.expect_look("booked", "A1")
    looks["booked"] = picture()
    return looks


@pytest.mark.parametrize(
    "eyes",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced colours"],
)
def test_no_two_states_look_alike_without_colour(arrive, backstage, show, eyes):
    page = arrive("owner", reduced_motion="reduce", **eyes).open(show)
    looks = looks_of_one_seat(page, backstage, show)
    for one, other in combinations(looks, 2):
        pairs = list(zip(looks[one], looks[other], strict=True))
        # How much of the seat is clearly lighter or darker in one of them.
        share = sum(abs(a - b) > 24 for a, b in pairs) / len(pairs)
        assert share > 0.01, f"{one} and {other} differ in {share:.1%} of the seat"


def test_less_motion_is_no_motion(arrive, show):
    page = arrive().open(show)
    assert page.page.evaluate(LONGEST_MOTION) > 100
    page.page.emulate_media(reduced_motion="reduce")
    assert page.page.evaluate(LONGEST_MOTION) <= 10
