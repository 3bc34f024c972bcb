"""The dashboard in a language that runs from right to left."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import axe

FOLDER = Path(__file__).resolve().parents[2] / "frontend" / "languages"
ARABIC = json.loads((FOLDER / "ar.json").read_text())["words"]
ENGLISH = json.loads((FOLDER / "en.json").read_text())["words"]


def ar(key, form="other", **values):
    """A sentence as the page shows it: values stand apart from the words around them."""
    entry = ARABIC[key]
    text = entry if isinstance(entry, str) else entry[form]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


# All that is shown or read out, without what the box office and the customer wrote.
FOREIGN = (
    ".card-title, .show-title, .panel-film, .ticket-title, .booking h3, .account-name, .brand,"
    " #language, script, style"
)
SAID = """(foreign) => {
  const shown = NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT;
  const walk = document.createTreeWalker(document.body, shown);
  const said = [document.title];
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const isText = node.nodeType === Node.TEXT_NODE;
    if ((isText ? node.parentElement : node).closest(foreign)) continue;
    if (isText) said.push(node.textContent);
    else for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
      if (node.hasAttribute(name)) said.push(node.getAttribute(name));
    }
  }
  return said.map((text) => text.trim()).filter(Boolean);
}"""

# Words of the films, halls and price groups of these tests, labels, and what has no letters.
OWN = re.compile(r"Studio|Holdfast|JavaScript|Home|End|Page Up|Page Down|Standard|owner")


def expect_no_english(page):
    words = {
        word
        for entry in ENGLISH.values()
        for text in (entry.values() if isinstance(entry, dict) else [entry])
        for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"\{\w+\}", "", text).lower())
    }
    for text in page.page.evaluate(SAID, FOREIGN):
        found = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", OWN.sub("", text))}
        assert not found & words, text


def press(place, name):
    place.get_by_role("button", name=name, exact=False).first.click()


@pytest.mark.parametrize("device", ["wide", "phone"])
def test_from_a_stranger_to_a_ticket(arrive, backstage, show, device):
    page = arrive(device=device, locale="ar-EG")
    page.watch.excuse(r"400 \(Bad Request\)")
    page.page.goto(f"{page.origin}/?show={show}")
    expect(page.page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.page.locator('[data-seat][data-look="available"]')).to_have_count(40)
    expect(page.light.locator(".link-text")).to_have_text(ar("link.live"))
    looked_at = []

    def look(at):
        assert page.sideways() == 0, at
        expect_no_english(page)
        assert axe.violations(page.page) == [], at
        looked_at.append(at)

    look("the hall")
    # The plan is a drawing of a place: seat 1 stays on the left, and arrows move as they point.
    seats = [seat(page, "A", number) for number in (1, 2, 10)]
    left = [one.bounding_box()["x"] for one in seats]
    assert left == sorted(left)
    seats[0].focus()
    page.page.keyboard.press("ArrowRight")
    expect(seats[1]).to_be_focused()

    seats[1].click()
    seats[2].click()
    expect(page.page.locator('#hall-view [data-look="picked"]')).to_have_count(2)
    unfold(page)
    look("picked")

    # A stranger is asked who they are; what the server says of a field is Arabic too.
    page.panel.locator(".button.main").click()
    form = page.page.locator("dialog.account")
    press(form, ar("account.register"))
    form.get_by_label(ar("account.username")).fill("owner")
    form.get_by_label(ar("account.password")).fill("12345678")
    form.locator(".button.main").click()
    expect(form.locator("#account-password-problem")).to_be_visible()
    expect(form.locator("#account-password-problem")).to_contain_text("كلمة المرور")
    look("refused")
    form.get_by_label(ar("account.password")).fill("hills-and-lanterns-9")
    form.locator(".button.main").click()

    expect(page.page.locator('#hall-view [data-look="held"]')).to_have_count(2)
    expect(page.time_left).to_have_text(re.compile(r"^(10:00|9:\d\d)$"))
    unfold(page)
    look("held")
    assert backstage.books(show)["held"] == ["A2", "A10"]

    page.panel.locator(".button.main").click()
    assert re.fullmatch(r"[A-Z0-9-]{6,20}", page.reference())
    expect(page.ticket).to_contain_text(ar("ticket.done"))
    seats_told = page.ticket.locator('[data-fact="ticket.seats"]')
    expect(seats_told).to_contain_text(ar("ticket.seats", "two"))
    expect(seats_told).to_contain_text("\u2068A2\u2069 و\u2068A10\u2069")
    look("ticket")
    assert backstage.books(show)["booked"] == ["A2", "A10"]
    assert len(looked_at) == 5


def unfold(page):
    handle = page.panel.locator(".handle")
    if handle.is_visible() and handle.get_attribute("aria-expanded") == "false":
        handle.click()


def seat(page, row, number):
    """Row A, seat 1, by what it is called."""
    name = f"الصف \u2068{row}\u2069، المقعد \u2068{number}\u2069،"
    return page.page.locator(f'#hall-view [role="gridcell"][aria-label^="{name}"]')


def test_another_language_is_chosen_and_remembered(arrive, backstage, show):
    page = arrive().open(show).pick("A1", "A2")
    page.page.get_by_label("Language").select_option("ar")
    expect(page.page.locator("html")).to_have_attribute("dir", "rtl")
    # What was picked is still picked.
    expect(page.page.locator('#hall-view [data-look="picked"]')).to_have_count(2)
    expect(page.page).to_have_title(ar("site.title"))

    page.page.goto(page.origin)
    expect(page.page.locator("html")).to_have_attribute("lang", "ar")
    page.page.get_by_label(ar("site.language")).select_option("en")
    expect(page.page.locator("html")).to_have_attribute("dir", "ltr")
    expect(page.page).to_have_title(ENGLISH["site.title"])


def test_an_arabic_visitor_loads_no_english(arrive, backstage, show):
    page = arrive(locale="ar")
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.page.goto(f"{page.origin}/?show={show}")
    expect(page.page.locator("[data-seat]").first).to_be_attached()
    dictionaries = [address for address in asked if "/languages/" in address]
    assert len(dictionaries) == 1
    assert re.search(r"/languages/ar\.[0-9a-f]{12}\.json$", dictionaries[0])
