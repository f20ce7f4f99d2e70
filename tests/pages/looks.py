"""Every page in every state, for the walk that looks at each and for the contact sheet.

Modules beside this one whose names begin with "looks_" bring the LOOKS of their own pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from playwright.sync_api import Page, Response

from tests.pages.conftest import Site
from tests.pages.scenes import ALICE, BOB, LEE


@dataclass(frozen=True)
class Look:
    """A page in a state, as a user sees it; `status` is the answer it must have.

    `then` is what the user does there before the look is taken; it returns the last answer.
    """

    name: str
    address: Callable[[Site], str]
    user: str | None = ALICE
    status: int = 200
    then: Callable[[Page], Response | None] | None = None

    def open(self, page: Page, site: Site) -> None:
        """Goes there, and proves the answer."""
        answer = page.goto(self.address(site))
        if self.then:
            answer = self.then(page)
        assert answer is not None
        assert answer.status == self.status


def press(button: str, **fields: str) -> Callable[[Page], Response | None]:
    """Fills fields by their names, and presses a button that leads to a page.

    What the browser itself would refuse is sent all the same, as from a browser that does not.
    """

    def then(page: Page) -> Response | None:
        for name, value in fields.items():
            page.locator(f"main [name={name}]").first.fill(value)
        with page.expect_navigation() as navigation:
            page.evaluate("document.querySelectorAll('form').forEach(f => f.noValidate = true)")
            page.locator("main").get_by_role("button", name=button).first.click()
        return navigation.value

    return then


def at(path: str) -> Callable[[Site], str]:
    return lambda _: path


FIRST = (
    Look("sign-in", at("/accounts/login/"), None),
    Look("sign-out", at("/accounts/logout/")),
    Look("password-reset", at("/accounts/password/reset/"), None),
    Look("sign-in-security", at("/accounts/2fa/")),
    Look("districts-empty", at("/?q=nowhere")),
    Look("districts-full", at("/")),
    Look("overview-empty", at("/d/juniper/")),
    Look("overview-full", at("/d/maple/")),
    Look("overview-trouble", at("/d/harbor/")),
    Look("overview-viewer", at("/d/maple/"), BOB),
    Look("operations-empty", at("/d/juniper/operations/")),
    Look("operations-full", at("/d/maple/operations/")),
    Look("operations-error", at("/d/maple/operations/?since=nonsense&kind=x")),
    Look("run-done", lambda site: f"/d/maple/operations/{site.full.runs['done'].pk}/"),
    Look("run-running", lambda site: f"/d/maple/operations/{site.full.runs['running'].pk}/"),
    Look("run-test", lambda site: f"/d/maple/operations/{site.full.runs['test'].pk}/"),
    Look("run-failed", lambda site: f"/d/harbor/operations/{site.trouble.runs['failed'].pk}/"),
    Look("run-ready", lambda site: f"/d/harbor/operations/{site.trouble.runs['ready'].pk}/"),
    Look("run-viewer", lambda site: f"/d/maple/operations/{site.full.runs['done'].pk}/", BOB),
    Look("people-empty", at("/d/juniper/people/")),
    Look("people-full", at("/d/maple/people/")),
    Look("people-none", at("/d/maple/people/?q=nobody")),
    Look("people-viewer", at("/d/maple/people/?type=teacher"), BOB),
    Look("people-librarian", at("/d/maple/people/"), LEE),
    Look("people-error", at("/d/maple/people/?school=999999&status=12")),
    Look("person-full", lambda site: f"/d/maple/people/{site.full.person.pk}/"),
    Look("person-empty", lambda site: f"/d/harbor/people/{site.trouble.person.pk}/"),
    Look("not-found", at("/d/nowhere/"), status=404),
    Look("not-allowed", at("/d/maple/people.csv"), BOB, status=403),
)


def others() -> list[Look]:
    """What the neighbouring modules bring, in the order of their names."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("looks_*.py"))
    return [look for name in names for look in import_module(f"tests.pages.{name}").LOOKS]


def every_look() -> list[Look]:
    """All pages in all states."""
    return [*FIRST, *others()]
