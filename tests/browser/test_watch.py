"""The watch over consoles and addresses sees what it is there to see."""

import pytest

from tests.browser.visitors import Visitors


@pytest.fixture
def visitors(browser, server, backstage):
    visitors = Visitors(browser, server, backstage)
    yield visitors
    visitors.leave()


def expect_complaints(visitors, page):
    for _ in range(600):
        if visitors.complaints():
            break
        page.page.wait_for_timeout(100)
    # Where there is one, there may be another.
    page.page.wait_for_timeout(100)
    assert visitors.complaints()


@pytest.mark.parametrize(
    ("deed", "complaint"),
    [
        ("console.warn('a warning')", "warning: a warning"),
        ("setTimeout(() => { throw new Error('a slip'); })", "uncaught: .*a slip"),
        ("fetch('/api/nowhere/')", r"error: .*404 \(Not Found\)"),
        (
            "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
            "Content Security Policy",
        ),
    ],
    ids=["warning", "uncaught", "failed request", "policy"],
)
def test_complaints_are_heard(visitors, show, deed, complaint):
    page = visitors.arrive().open(show)
    page.page.evaluate(f"() => {{ {deed} }}")
    expect_complaints(visitors, page)
    page.watch.excuse(complaint)
    assert [one for one in visitors.complaints() if "olicy" not in one] == []


def test_strangers_are_seen(visitors, show):
    page = visitors.arrive().open(show)
    page.page.evaluate("() => void (new Image().src = 'http://127.0.0.1:9/pixel.png')")
    expect_complaints(visitors, page)
    assert visitors.strangers() in ([], ["http://127.0.0.1:9/pixel.png"])
