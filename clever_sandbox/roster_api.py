"""The Data and Events API: GET /v3.0/... and /v3.1/... with a district's token."""

from collections.abc import Callable

from clever_sandbox.district import District
from clever_sandbox.fault_rules import FaultPlan
from clever_sandbox.fault_shapes import bend_links, bend_page, bend_window, lost_by_fault
from clever_sandbox.listings import (
    RECORD_KINDS,
    SUB_LISTS,
    TOP_LISTS,
    needs_classes,
    sub_listing,
    top_listing,
)
from clever_sandbox.messages import Request, Response, answer, problem, unknown_page
from clever_sandbox.object_ids import is_object_id
from clever_sandbox.paging import (
    BadRequest,
    Listing,
    Page,
    count_all,
    list_body,
    page_links,
    read_page,
    read_window,
)
from clever_sandbox.records import NEWEST, Record, record_in, to_bytes
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.sign_in import may_see
from clever_sandbox.versions import VERSIONS, for_version

KINDS = ("districts", *TOP_LISTS)
_SINGLE_FROM = {"school": "schools", "course": "courses", "term": "terms"}
_COUNTED = ("districts", "schools", "users", "sections", "courses", "terms")
_USER_LINKS = ("district", "schools", "sections", "mycontacts", "myteachers", "mystudents")


def serve(sandbox: Sandbox, request: Request, plan: FaultPlan) -> Response:
    """The answer to a request of the roster API, before faults of the wire."""
    version, *steps = request.path.strip("/").split("/")
    if not is_known(version, steps):
        return unknown_page()
    if request.method != "GET":
        return problem(501, "not implemented")
    token = bearer(request)
    login = sandbox.logins.login_of(token)
    if login is not None and not may_see(login, steps):
        return unknown_page()
    district = login.district if login else sandbox.by_token(token)
    if district is None:
        return problem(401, "Unauthorized")
    allowance = sandbox.rate_limiter.take(token)
    if allowance.exceeded:
        return Response(429, content_type=None, headers=allowance.headers())
    response = _serve_district(district, request, version, steps, plan)
    response.headers += allowance.headers()
    return response


def is_known(version: str, steps: list[str]) -> bool:
    """Whether the API has such a path at all."""
    if version not in VERSIONS or not steps or steps[0] not in KINDS or len(steps) > 3:
        return False
    if len(steps) < 3:
        return True
    return (steps[0], steps[2]) in SUB_LISTS or _is_single(steps[0], steps[2])


def bearer(request: Request) -> str:
    """The token of the Authorization header, or the empty text."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_single(kind: str, sub: str) -> bool:
    if sub == "district":
        return kind in ("schools", "users", "sections", "courses", "terms")
    return kind == "sections" and sub in _SINGLE_FROM


def _serve_district(
    district: District, request: Request, version: str, steps: list[str], plan: FaultPlan
) -> Response:
    if not district.connected and district.refusal != 401:
        return problem(district.refusal, "Resource not found")
    try:
        if district.spec.sections and needs_classes(steps):
            district.classes.make_sure(district.year_end)
        if len(steps) == 1:
            return _serve_list(district, request, version, steps[0], plan)
        kind, record_id = steps[0], steps[1]
        parent = None if lost_by_fault(plan, record_id) else _find(district, kind, record_id)
        if parent is None:
            return problem(404, "Resource not found")
        if len(steps) == 2:
            return _single(kind, parent, version)
        return _serve_below(district, request, version, steps, parent, plan)
    except BadRequest as refused:
        return problem(refused.status, str(refused))


def _serve_list(
    district: District, request: Request, version: str, kind: str, plan: FaultPlan
) -> Response:
    wants_count = request.param("count") == "true" and kind in _COUNTED
    if kind == "districts":
        return answer({"count": 1}) if wants_count else _district_list(district, request, version)
    listing = top_listing(district, kind, request)
    if wants_count:
        return answer({"count": count_all(district.store, listing)})
    return _page_of(district, request, version, listing, plan)


def _serve_below(
    district: District,
    request: Request,
    version: str,
    steps: list[str],
    parent: Record,
    plan: FaultPlan,
) -> Response:
    kind, record_id, sub = steps
    if sub == "district":
        return _single("districts", district.shown(), version)
    if _is_single(kind, sub):
        found = _find(district, _SINGLE_FROM[sub], parent["term_id" if sub == "term" else sub])
        if found is None:
            return problem(404, "Resource not found")
        return _single(_SINGLE_FROM[sub], found, version)
    listing = sub_listing(district, kind, record_id, sub, request)
    return _page_of(district, request, version, listing, plan)


def _page_of(
    district: District, request: Request, version: str, listing: Listing, plan: FaultPlan
) -> Response:
    asked = read_window(request)
    listing, window = bend_window(plan, request, listing, asked)
    page = read_page(district.store, listing, window)
    page = bend_page(plan, request, page, lambda near: read_page(district.store, listing, near))
    if version != NEWEST:
        page = _older(page, listing.kind, version)
    links = bend_links(plan, request, asked, page, page_links(request, asked, page))
    return Response(200, list_body(page, links))


def _older(page: Page, kind: str, version: str) -> Page:
    older = _older_event if kind == "events" else _older_record(kind)
    entries = []
    for record in page.records():
        uri = f"/{version}/{kind}/{record['id']}"
        entries.append(to_bytes({"data": older(record, version), "uri": uri}))
    return page.with_entries(entries)


def _older_record(kind: str) -> Callable[[Record, str], Record]:
    return lambda record, version: for_version(record, kind, version)


def _older_event(event: Record, version: str) -> Record:
    kind = event["type"].partition(".")[0]
    data = {name: for_version(value, kind, version) for name, value in event["data"].items()}
    return {**event, "data": data}


def _district_list(district: District, request: Request, version: str) -> Response:
    record = for_version(district.shown(), "districts", version)
    entry = {"data": record, "uri": f"/{version}/districts/{district.id}"}
    links = page_links(request, read_window(request), Page())
    return Response(200, list_body(Page(to_bytes(entry), 1), links))


def _find(district: District, kind: str, record_id: str) -> Record | None:
    if not is_object_id(record_id):
        return None
    if kind == "districts":
        return district.shown() if record_id == district.id else None
    if kind == "users":
        return district.people.shown(record_id)
    if kind == "events":
        sql = "SELECT entry FROM events WHERE id = ? AND at >= ?"
        row = district.store.row(sql, (record_id, district.events.oldest_kept()))
        return None if row is None else record_in(row[0])
    return district.record(kind, record_id) if kind in RECORD_KINDS else None


def _single(kind: str, record: Record, version: str) -> Response:
    own = f"/{version}/{kind}/{record['id']}"
    links = [{"rel": "self", "uri": own}]
    if kind == "users":
        links += [{"rel": rel, "uri": f"{own}/{rel}"} for rel in _USER_LINKS]
    elif kind not in ("districts", "events", "resources"):
        links.append({"rel": "district", "uri": f"{own}/district"})
    if kind == "events":
        record = _older_event(record, version)
    else:
        record = for_version(record, kind, version)
    return answer({"data": record, "links": links})
