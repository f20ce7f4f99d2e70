"""What was typed when the session had ended, or when the form's token was no longer good."""

from playwright.sync_api import Page, Response

from tests.pages.looks import Look, at, press
from tests.pages.scenes import ALICE, PASSWORD

TERMS = "/d/maple/setup/terminology/"
save = press("Save", community_id="Year group")


def signed_out(page: Page) -> Response | None:
    """The session has ended before the form is sent; then somebody signs in again."""
    page.context.clear_cookies(name="sessionid")
    save(page)
    page.get_by_label("Email").fill(ALICE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    with page.expect_navigation() as navigation:
        page.get_by_role("button", name="Sign in", exact=True).click()
    return navigation.value


def too_old(page: Page) -> Response | None:
    """The form's token is that of a session before."""
    page.evaluate(
        """document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach(
            token => { token.value = "x".repeat(token.value.length); })"""
    )
    return save(page)


LOOKS = (
    Look("typed-again", at(TERMS), then=signed_out),
    Look("typed-too-old", at(TERMS), status=403, then=too_old),
)
