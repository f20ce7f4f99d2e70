"""Faults in what a list says: loops, early ends, missing, doubled and unsorted records.

- `loop`, `how`: "self" (next is this page), "back" (next is the first page), "same" (the cursor
  moves on, the same page comes for ever).
- `early_end`: no next link although more follows; with `consistent` true the server also denies,
  from then on and however it is asked, that anything follows. `keep`: end after so many records.
- `omit`: leaves out `ids`, or `every` nth entry, or `count` entries; `by_id` true: by id as well.
- `duplicate`: the page begins with the record that ended the page before.
- `unsorted`: the page's records in descending order.
- `next_to`, `to`: the next link, where {last} and {uri} are filled in.
- `empty_list`: a good answer without any record.
"""

from collections.abc import Callable
from dataclasses import replace

from clever_sandbox.fault_rules import FaultPlan, FaultRule
from clever_sandbox.messages import Request
from clever_sandbox.paging import Listing, Page, Window, cursor_uri, own_uri
from clever_sandbox.records import from_json

Link = dict[str, str]


def lost_by_fault(plan: FaultPlan, record_id: str) -> bool:
    """Whether a fault makes this record unknown even when asked for by its id."""
    return any(
        rule.do == "omit"
        and rule.args.get("by_id", False)
        and (record_id in rule.args.get("ids", ()) or record_id in rule.memory)
        for rule in plan.standing
    )


def bend_window(
    plan: FaultPlan, request: Request, listing: Listing, window: Window
) -> tuple[Listing, Window]:
    """What is read from the store instead of what was asked for."""
    if plan.of("empty_list"):
        listing = replace(listing, where=f"({listing.where}) AND 0")
    for rule in plan.standing:
        end = rule.memory.get(_list_key(request)) if rule.do == "early_end" else None
        if end is not None:
            where = f"({listing.where}) AND id <= ?"
            listing = replace(listing, where=where, values=(*listing.values, end))
    for rule in plan.of("early_end"):
        if "keep" in rule.args and not (window.after or window.before):
            window = replace(window, limit=min(window.limit, int(rule.args["keep"])))
    if any(rule.args.get("how") == "same" for rule in plan.of("loop")):
        window = Window(window.limit)
    return listing, window


def bend_page(
    plan: FaultPlan, request: Request, page: Page, read: Callable[[Window], Page]
) -> Page:
    """The page with records left out, doubled or turned round."""
    for rule in plan.of("early_end"):
        if rule.args.get("consistent") and page.last:
            rule.memory.setdefault(_list_key(request), page.last)
    for rule in plan.of("omit"):
        page = _omit(rule, page)
    if plan.of("duplicate"):
        page = _duplicate(request, page, read)
    if plan.of("unsorted"):
        page = page.with_entries(page.split()[::-1])
    return page


def bend_links(
    plan: FaultPlan, request: Request, window: Window, page: Page, links: list[Link]
) -> list[Link]:
    """The links with the next one removed or pointing elsewhere."""
    for rule in plan.of("loop", "early_end", "next_to"):
        links = [link for link in links if link["rel"] != "next"]
        uri = _next_uri(rule, request, window, page)
        if uri is not None:
            links.append({"rel": "next", "uri": uri})
    return links


def _next_uri(rule: FaultRule, request: Request, window: Window, page: Page) -> str | None:
    last = page.last or ""
    onward = cursor_uri(request, window, "starting_after", last)
    if rule.do == "next_to":
        to = str(rule.args.get("to", "https://elsewhere.example{uri}"))
        return to.replace("{last}", last).replace("{uri}", onward)
    if rule.do == "early_end" or not page.count:
        return None
    how = rule.args.get("how", "self")
    if how == "back":
        kept = replace(request, query=onward.partition("?")[2].rpartition("&")[0])
        return own_uri(kept)
    return own_uri(request) if how == "self" else onward


def _list_key(request: Request) -> tuple[str, str | None]:
    return request.path, request.param("role")


def _id_of(entry: bytes) -> str:
    return str(from_json(entry)["data"]["id"])


def _omit(rule: FaultRule, page: Page) -> Page:
    entries = page.split()
    ids = set(rule.args.get("ids", ()))
    every, count = int(rule.args.get("every", 0)), int(rule.args.get("count", 0))
    kept = []
    for place, entry in enumerate(entries, 1):
        entry_id = _id_of(entry)
        if entry_id in ids or (every and place % every == 0) or place <= count:
            rule.memory[entry_id] = True
        else:
            kept.append(entry)
    return page.with_entries(kept)


def _duplicate(request: Request, page: Page, read: Callable[[Window], Page]) -> Page:
    cursor = request.param("starting_after")
    entries = page.split()
    if cursor:
        before = read(Window(limit=1, before=f"{int(cursor, 16) + 1:024x}"))
        return page.with_entries(before.split() + entries)
    return page.with_entries(entries + entries[-1:])
