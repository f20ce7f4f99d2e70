"""The order of the three steps (A21): Clever Data Integration Setup first.

Views of Clever Data Integration Settings and of Manage Email Notifications ask `blocked_by_setup`
behind their gate, for GET and for POST:

    access = member(request, slug, Ability.IMPORT)
    if reason := blocked_by_setup(access.district):
        messages.warning(request, reason)
        return SeeOther(reverse("configure", args=[slug]))
"""

from clever_sync.admission import NOT_ENABLED
from clever_sync.queries import connection_of
from imports.queries import automation
from mappings.queries import matched_schools, unanswered_schools
from schools.models import District

FIRST = "Clever Data Integration Setup comes first."


def blocked_by_setup(district: District) -> str:
    """Why steps 2 and 3 cannot be opened yet, in a sentence that says what to do; "" if they can.

    Support has enabled the district, a District ID is saved, and every local school is matched or
    answered with "do not sync", one at least matched. A school that comes later, when the first
    import is done, blocks nothing: the district goes on, and the school waits to be matched.
    """
    if not district.clever_enabled:
        return NOT_ENABLED
    if connection_of(district) is None:
        return f"{FIRST} Save your District ID there."
    if not matched_schools(district):
        return f"{FIRST} Match your schools there; none is matched yet."
    left = unanswered_schools(district).count()
    if left and not automation(district).imported:
        schools = "1 school is" if left == 1 else f"{left:,} schools are"
        return f"{FIRST} {schools} neither matched nor set to “do not sync” yet."
    return ""
