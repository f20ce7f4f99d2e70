"""Which rows of the store each list of the API shows."""

from clever_sandbox.classes import CLASS_KINDS
from clever_sandbox.district import District
from clever_sandbox.messages import Request
from clever_sandbox.paging import BadRequest, Listing
from clever_sandbox.records import NOT_STUDENT_BITS, ROLE_BITS

RECORD_KINDS = ("schools", "sections", "courses", "terms", "resources")
TOP_LISTS = (*RECORD_KINDS, "users", "events")

# What each sub-list shows: the kind of the entries, and a condition with the parent's id.
_SECTIONS_OF = "id IN (SELECT section FROM enrolments WHERE user = ?)"
_CLASSMATES = (
    "id IN (SELECT user FROM enrolments WHERE role = '{}' AND section IN"
    " (SELECT section FROM enrolments WHERE user = ?))"
)
_FROM_SECTIONS = "id IN (SELECT {} FROM records WHERE type = 'sections' AND hidden = 0 AND {} = ?)"
_SUB_LISTS = {
    ("schools", "sections"): ("sections", "school = ?"),
    ("schools", "courses"): ("courses", _FROM_SECTIONS.format("course", "school")),
    ("schools", "terms"): ("terms", _FROM_SECTIONS.format("term", "school")),
    ("users", "sections"): ("sections", _SECTIONS_OF),
    ("users", "myteachers"): ("users", _CLASSMATES.format("teacher")),
    ("users", "mycontacts"): ("users", "id IN (SELECT contact FROM contacts WHERE student = ?)"),
    ("users", "resources"): ("resources", "? = ''"),
    ("sections", "users"): ("users", "id IN (SELECT user FROM enrolments WHERE section = ?)"),
    ("sections", "resources"): ("resources", "? = ''"),
    ("courses", "schools"): ("schools", _FROM_SECTIONS.format("school", "course")),
    ("courses", "sections"): ("sections", "course = ?"),
    ("courses", "resources"): ("resources", "? = ''"),
    ("terms", "schools"): ("schools", _FROM_SECTIONS.format("school", "term")),
    ("terms", "sections"): ("sections", "term = ?"),
    ("resources", "courses"): ("courses", "? = ''"),
    ("resources", "sections"): ("sections", "? = ''"),
    ("resources", "users"): ("users", "? = ''"),
}
SUB_LISTS = {
    *_SUB_LISTS,
    ("schools", "users"),
    ("users", "schools"),
    ("users", "mystudents"),
}


def needs_classes(steps: list[str]) -> bool:
    """Whether a path asks about sections, courses, terms or who meets whom in them."""
    return bool({*CLASS_KINDS, "myteachers", "mystudents"}.intersection(steps))


def top_listing(district: District, kind: str, request: Request) -> Listing:
    """The list `/{kind}` with the request's filters."""
    if kind == "users":
        return Listing("users", "users", "hidden = 0" + role_condition(request))
    if kind == "events":
        return _events(district, request)
    return Listing(kind, "records", "type = ? AND hidden = 0", (kind,))


def sub_listing(district: District, kind: str, parent: str, sub: str, request: Request) -> Listing:
    """The list `/{kind}/{parent}/{sub}`; the pair is one of SUB_LISTS."""
    if (kind, sub) == ("schools", "users"):
        primary = " AND is_primary" if request.param("primary") == "true" else ""
        where = "school = ? AND hidden = 0" + primary + role_condition(request)
        return Listing("users", "user_schools CROSS JOIN users USING (id)", where, (parent,))
    if (kind, sub) == ("users", "schools"):
        return _schools_of_user(district, parent, request)
    if (kind, sub) == ("users", "mystudents"):
        where = (
            f"hidden = 0 AND ({_CLASSMATES.format('student')}"
            " OR id IN (SELECT student FROM contacts WHERE contact = ?))"
        )
        return Listing("users", "users", where, (parent, parent))
    entries, condition = _SUB_LISTS[kind, sub]
    if entries == "users":
        where = f"hidden = 0 AND {condition}" + role_condition(request)
        return Listing("users", "users", where, (parent,))
    return Listing(
        entries, "records", f"type = ? AND hidden = 0 AND {condition}", (entries, parent)
    )


def role_condition(request: Request) -> str:
    """The SQL that the `role` parameter adds; BadRequest for a role that Clever does not know."""
    role = request.param("role")
    if not role:
        return ""
    if role not in ROLE_BITS:
        raise BadRequest(400, f"invalid role: {role[:40]}")
    # Naming the index's own condition lets SQLite skip the students, who are most of the rows.
    skip = "" if role == "student" else f" AND roles & {NOT_STUDENT_BITS}"
    return f"{skip} AND roles & {ROLE_BITS[role]}"


def _events(district: District, request: Request) -> Listing:
    where, values = "at >= ?", [district.events.oldest_kept()]
    kinds = [value for name, value in request.params if name == "record_type"]
    if kinds:
        where += f" AND record_type IN ({','.join('?' * len(kinds))})"
    school = request.param("school")
    found: list[object] = [*values, *kinds]
    if school:
        where += " AND schools LIKE ?"
        found.append(f"%{school}%")
    if request.path.startswith("/v3.0/"):
        where += " AND later_version = 0"
    return Listing("events", "events", where, tuple(found))


def _schools_of_user(district: District, user_id: str, request: Request) -> Listing:
    user = district.people.shown(user_id)
    schools: list[str] = []
    for held in user["roles"].values() if user else ():
        primary = [held["school"]] if held.get("school") else []
        schools += primary if request.param("primary") == "true" else held.get("schools", [])
    marks = ",".join("?" * len(schools))
    where = f"type = 'schools' AND hidden = 0 AND id IN ({marks})"
    return Listing("schools", "records", where, tuple(schools))
