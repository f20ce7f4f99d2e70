"""python -m tests.pages.picture: docs/pictures/overview.png, the overview of the demonstration.

`script/server` must be running from this folder; an address behind the command is where, if not
at port 8000. The browser is CHROMIUM, else chromium.
"""

import os
import shutil
import sys

import django
from playwright.sync_api import sync_playwright

from integration_console.embedded.places import ROOT, Places

PICTURE = ROOT / "docs" / "pictures" / "overview.png"
WIDTH = 1280


def main(address: str) -> int:
    """Signs in as the demonstration's import admin and takes the picture."""
    email, password = log_in()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            chromium_sandbox=os.geteuid() != 0,
        )
        page = browser.new_page(
            base_url=address, viewport={"width": WIDTH, "height": 900}, color_scheme="light"
        )
        page.goto("/accounts/login/?next=/d/maple-ridge/")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.goto("/d/maple-ridge/")
        below = page.locator("main > .grid").bounding_box()
        assert below
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        until = below["y"] + below["height"] + 8
        page.screenshot(
            path=PICTURE, full_page=True, clip={"x": 0, "y": 0, "width": WIDTH, "height": until}
        )
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} kB")
    return 0


def log_in() -> tuple[str, str]:
    """The import admin of the demonstration in var/, with the password."""
    os.environ["SECRET_KEY"] = Places().secret_key()
    os.environ.setdefault("DATABASE_URL", "postgres:///unused")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_console.settings")
    django.setup()
    from integration_console.demonstration.logins import IMPORT_ADMIN

    return IMPORT_ADMIN.email, IMPORT_ADMIN.password


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["http://localhost:8000"])))
