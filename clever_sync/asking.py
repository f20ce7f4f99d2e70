"""Questions to Clever that store nothing: who the district is, and which schools it shares."""

from collections.abc import Iterable

from clever_sync.answers import District as CleverDistrict
from clever_sync.client import CleverClient, new_client
from clever_sync.faults import CleverFault, WrongDistrict
from clever_sync.reader import Reader
from clever_sync.sources import Payload
from clever_sync.walks import SCHOOLS
from clever_sync.wire import Page
from core.problems import ConsoleError
from core.vocabulary import CleverRole

MOST_PAGES = 1000
# Somebody waits for a page: two more tries, not five.
SHORT_PAUSES = (0.5, 1.0)
SOME = 100


def quick_client() -> CleverClient:
    """A client for somebody who waits: it gives up sooner than a sync does."""
    client = new_client()
    client.pauses = SHORT_PAUSES
    return client


def ask_clever(client: CleverClient, clever_id: str) -> CleverDistrict | None:
    """Clever's record of the district; None when it has given us no token (yet)."""
    try:
        if client.authorise(clever_id) is None:
            return None
        found = client.district()
    except CleverFault as fault:
        raise ConsoleError(fault.sentence, code=fault.code) from fault
    if found.id != clever_id:
        raise ConsoleError(
            "Clever answers for another district than the one you pasted. Check the District ID.",
            code=WrongDistrict.code,
        )
    return found


def ask_for_user(client: CleverClient, district_id: str, clever_id: str) -> bytes | None:
    """Clever's present record of one person, raw; None where it answers that there is none.

    Raises ConsoleError with a sentence when Clever does not answer, or not for this district.
    """
    _must_answer_for(client, district_id)
    try:
        return client.user(clever_id)
    except CleverFault as fault:
        raise ConsoleError(fault.sentence, code=fault.code) from fault


def ask_for_some(
    client: CleverClient, district_id: str, roles: Iterable[CleverRole], sources: Iterable[str]
) -> list[Payload]:
    """What Clever now says in these sources of its first few people of each of the roles.

    So that nothing has to be stored to be shown (C34). Raises ConsoleError as `ask_for_user` does.
    """
    _must_answer_for(client, district_id)
    client.page_size = SOME
    reader = Reader(sources)
    found: list[Payload] = []
    try:
        for role in roles:
            page = client.page(role, "").page
            if page is not None:
                pairs = zip(page.raws, page.ids, strict=True)
                found += [reader.read(raw, clever_id).payload for raw, clever_id in pairs]
    except CleverFault as fault:
        raise ConsoleError(fault.sentence, code=fault.code) from fault
    return found


def _must_answer_for(client: CleverClient, district_id: str) -> None:
    if ask_clever(client, district_id) is None:
        raise ConsoleError(
            "Clever gives no access to this district at present; look under Clever Data"
            " Integration Setup.",
            code="clever_no_token",
        )


def school_pages(client: CleverClient) -> list[Page]:
    """The list of schools, page by page."""
    pages: list[Page] = []
    after = ""
    try:
        while len(pages) < MOST_PAGES:
            page = client.page(SCHOOLS, after).page
            if page is None or not page.ids or not page.is_ascending(after):
                break
            pages.append(page)
            after = page.ids[-1]
    except CleverFault as fault:
        raise ConsoleError(fault.sentence, code=fault.code) from fault
    return pages
