"""Looks of Sign in with Clever: the own account, and whom Clever has named."""

import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

from django.conf import settings
from django.db import connection

from accounts.models import User
from tests.pages.conftest import Site
from tests.pages.looks import Look, at, press
from tests.pages.scenes import ALICE, BOB
from tests.pages.scenes_clever_sign_in import CASEY

CONFIRM = "/accounts/clever/connect/confirm/"


def named(site: Site) -> str:
    """As if Clever had just said who it is."""
    # Another look may have signed in anew, which gives the browser another session.
    (mine,) = (c["value"] for c in site.page(ALICE).context.cookies() if c["name"] == "sessionid")
    # In a thread, whose connection is none of the test's transaction: the site has to see it.
    with ThreadPoolExecutor(1) as other:
        other.submit(remember, site, mine).result()
    return CONFIRM


def remember(site: Site, key: str) -> None:
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session["clever_met"] = {
        "purpose": "connect", "whose": str(User.objects.get(email=ALICE).pk),
        "district": site.trouble.district.pk, "clever_district": f"{2:024x}",
        "clever_id": f"{9:024x}", "name": "Aleksandra Featherstonehaugh-Worthington",
        "at": time.time(),
    }  # fmt: skip
    session.save()
    connection.close()


LOOKS = (
    Look("clever-connect-full", named),
    Look("clever-connect-error", named, then=press("Connect", password="wrong")),
    Look("sign-in-security-not-connected", at("/accounts/2fa/"), BOB),
    Look("sign-in-security-without-password", at("/accounts/2fa/"), CASEY),
    Look("sign-in-refused", at("/accounts/clever/back/?state=again-x"), None),
)
