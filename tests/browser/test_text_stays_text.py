"""Whatever people type is shown, and is never anything but text."""

import re

import pytest
from playwright.sync_api import expect

TEXTS = {
    "markup": "<img src=x onerror=\"document.title='owned'\"><script>alert(1)</script> & Co",
    "template": "{{ 7*7 }} ${7*7} {% load static %} {title} {count}",
    "emoji": "🎬 The 👩‍👩‍👧‍👦 and the 🏳️‍🌈 (2027) 🪐",
    "right to left": "سينما الليل \u202eevil\u202c ـ מחר",
    "long": "Donaudampfschifffahrtsgesellschaftskapitänswitwe " * 4,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_titles_halls_and_names(arrive, backstage, text):
    title, name = text.strip()[:200], text.strip()[:80]
    show = backstage.show(title=title, hall=name)
    opened = []
    page = arrive(name)
    page.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.open(show).hold("A1")

    expect(page.page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.page.locator(".card-title")).to_have_text(title)
    expect(page.page.locator("#account .account-name")).to_have_text(name)
    grid = page.page.get_by_role("grid")
    assert grid.get_attribute("aria-label") == f"Seats, {name}"
    assert (
        page.page.locator("#show-head img, #show-head script, .top img, .top script").count() == 0
    )

    page.confirm_button.click()
    page.reference()
    expect(page.ticket.locator(".ticket-title")).to_have_text(title)
    expect(page.ticket.locator('[data-fact="ticket.name"] dd')).to_have_text(name)
    expect(page.ticket.locator('[data-fact="ticket.hall"] dd')).to_have_text(name)
    expect(page.page).to_have_title(re.compile("Holdfast"))
    assert opened == []
    assert page.sideways() == 0
