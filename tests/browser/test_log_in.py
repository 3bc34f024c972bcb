"""Who is asking is only asked when it matters, and picks survive the question."""

from playwright.sync_api import expect

from tests.browser.dashboard import PASSWORD


def test_a_pick_survives_the_log_in_and_is_held(arrive, backstage, show):
    backstage.user("owner", PASSWORD)
    page = arrive().open(show).pick("B4", "B5")
    page.hold_button.click()
    form = page.dialog("Log in")
    expect(form).to_contain_text("To hold B4 and B5, tell us who you are.")
    form.get_by_label("Name").fill("owner")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Log in").click()
    expect(form).to_be_hidden()
    page.expect_look("held", "B4", "B5")
    expect(page.confirm_button).to_be_visible()


def test_a_wrong_password_is_said_plainly(arrive, backstage, show):
    backstage.user("owner", PASSWORD)
    page = arrive().open(show).pick("B4")
    page.watch.excuse(r"401 \(Unauthorized\)")
    page.button("Log in").click()
    form = page.dialog("Log in")
    form.get_by_label("Name").fill("owner")
    form.get_by_label("Password").fill("not-this-one")
    form.get_by_role("button", name="Log in").click()
    expect(form.get_by_role("alert")).to_have_text(
        "This name and password do not belong together. Please check both."
    )
    expect(form.get_by_label("Password")).to_be_focused()
    expect(form.get_by_label("Name")).to_have_value("owner")

    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_label("Password").press("Enter")
    expect(form).to_be_hidden()
    page.expect_look("picked", "B4")


def test_a_weak_password_and_a_taken_name_are_said_at_their_fields(arrive, backstage, show):
    backstage.user("rival", PASSWORD)
    page = arrive().open(show)
    page.watch.excuse(r"400 \(Bad Request\)", r"409 \(Conflict\)")
    page.button("Log in").click()
    page.dialog("Log in").get_by_role("button", name="Register").click()
    form = page.dialog("Register")
    form.get_by_label("Name").fill("owner")
    form.get_by_label("Password").fill("12345678")
    form.get_by_role("button", name="Register").click()
    expect(form.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("#account-password-problem")).to_contain_text("too common")

    form.get_by_label("Name").fill("rival")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Register").click()
    expect(form).to_contain_text("Somebody already uses this name. Please choose another.")


def test_a_session_that_ended_asks_again_and_carries_on(arrive, backstage, show):
    page = arrive("owner").open(show).pick("B4")
    page.watch.excuse(r"401 \(Unauthorized\)")
    page.context.clear_cookies()
    page.hold_button.click()
    form = page.dialog("Log in")
    form.get_by_label("Name").fill("owner")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Log in").click()
    page.expect_look("held", "B4")


def test_the_dialog_gives_the_focus_back(arrive, show):
    page = arrive().open(show)
    page.button("Log in").click()
    expect(page.dialog("Log in").get_by_label("Name")).to_be_focused()
    page.page.keyboard.press("Escape")
    expect(page.dialog("Log in")).to_be_hidden()
    expect(page.button("Log in")).to_be_focused()
