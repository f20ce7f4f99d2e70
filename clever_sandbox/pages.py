"""What the pages of the control page show."""

from collections.abc import Callable

from clever_sandbox.control_api import describe
from clever_sandbox.district import District
from clever_sandbox.district_actions import STATES
from clever_sandbox.html_parts import button, card, choice, field, form, hidden, table, text
from clever_sandbox.messages import Request
from clever_sandbox.people_pages import show_people, show_person
from clever_sandbox.presets import ACCESS, ANSWERS, CALM, CONTENTS, RESET, Preset
from clever_sandbox.records import ROLES, Record, to_json
from clever_sandbox.request_log import Asked
from clever_sandbox.sandbox import Sandbox
from clever_sandbox.school_actions import all_schools

HOME = "/_sandbox/"
Show = Callable[[Sandbox, District, Request], tuple[str, list[str]]]


def show_home(sandbox: Sandbox, district: District, _request: Request) -> tuple[str, list[str]]:
    """The district's state, the troubles to make, and those that are on."""
    facts = describe(sandbox, district)
    return "Break Clever yourself", [
        _pick(sandbox, district),
        _faults_card(sandbox, district),
        '<div class="cards">',
        _state_card(district, facts),
        _settings_card(sandbox, district, facts),
        _preset_card("What Clever answers", district, ANSWERS),
        _preset_card("What is in the records", district, CONTENTS),
        _preset_card("Access", district, ACCESS),
        "</div>",
    ]


def show_schools(_sandbox: Sandbox, district: District, _request: Request) -> tuple[str, list[str]]:
    """All schools with the switch that shares them."""
    rows = []
    for school, is_hidden in all_schools(district):
        action, label = ("share_school", "Share") if is_hidden else ("unshare_school", "Unshare")
        switch = form(
            action,
            district.id,
            f"/_sandbox/schools?district={district.id}",
            hidden("school_id", school["id"]),
            button(label, about=school["name"]),
        )
        state = "not shared" if is_hidden else "shared"
        name = f"{text(school['name'])}<br><code>{text(school['id'])}</code>"
        grades = f"{text(school.get('low_grade'))} to {text(school.get('high_grade'))}"
        rows.append([name, text(school.get("school_number")), grades, state, switch])
    heads = ("School", "Number", "Grades", "State", "Change")
    listing = table("Schools of the district", heads, rows, "This district has no schools.")
    return "Schools", [card("Schools", listing)]


def show_requests(sandbox: Sandbox, district: District, _request: Request) -> tuple[str, list[str]]:
    """The newest requests first."""
    newest = list(sandbox.requests)[:-201:-1]
    rows = [[text(each.status), text(each.method), _address(each)] for each in newest]
    listing = table(
        f"The last {len(newest)} of {sandbox.requests.total} requests",
        ("Status", "Method", "Address"),
        rows,
        "Nothing has been asked yet. Requests to the API appear here.",
    )
    back = f"/_sandbox/requests?district={district.id}"
    clear = form("clear_requests", district.id, back, button("Empty the log"))
    return "Requests", [card("Requests", listing, clear)]


def _address(asked: Asked) -> str:
    return f"<code>{text(asked.path + ('?' + asked.query if asked.query else ''))}</code>"


def _pick(sandbox: Sandbox, district: District) -> str:
    options = {each.id: each.profile["name"] for each in sandbox.districts}
    return (
        f'<form method="get" action="{HOME}" class="line">'
        f"{choice('District', 'district', options, district.id)}{button('Show')}</form>"
    )


def _state_card(district: District, facts: Record) -> str:
    shown = {
        "District ID": facts["id"],
        "People": f"{facts['people']:,}",
        "State": facts["state"],
        "Last sync": facts["last_sync"],
        "Clock": facts["clock"],
        "Connected": "yes" if facts["connected"] else "no",
        "Token refused": "yes" if facts["token_revoked"] else "no",
        "Events": "on" if facts["events"] else "off",
        "Roles not shared": ", ".join(facts["hidden_roles"]) or "none",
    }
    rows = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in shown.items())
    sync = form("sync", district.id, _home(district), button("The district syncs now"))
    return card(str(facts["name"]), f"<dl>{rows}</dl>", sync)


def _settings_card(sandbox: Sandbox, district: District, facts: Record) -> str:
    back = _home(district)
    states = {state: state for state in STATES if state}
    state = form(
        "set_state",
        district.id,
        back,
        choice("State", "state", states, facts["state"]),
        field("Pause from", "pause_start", facts["pause_start"], "date"),
        field("Pause until", "pause_end", facts["pause_end"], "date"),
        button("Set the state"),
    )
    event_switch = form(
        "events",
        district.id,
        back,
        hidden("on", "no" if facts["events"] else "yes"),
        button("Switch events off" if facts["events"] else "Switch events on"),
    )
    gpa_switch = form(
        "special_fields",
        district.id,
        back,
        hidden("on", "no" if facts["special_fields"] else "yes"),
        button("Take GPA away" if facts["special_fields"] else "Give GPA"),
    )
    limit = form(
        "set_rate_limit",
        district.id,
        back,
        field("Requests a minute", "limit", sandbox.rate_limiter.limit, "number"),
        button("Set the limit"),
    )
    delay = form(
        "set_page_delay",
        district.id,
        back,
        field("Seconds that every answer takes", "seconds", sandbox.page_delay),
        button("Set the delay"),
    )
    return card(
        "Settings", state, event_switch, gpa_switch, _role_form(district, facts), limit, delay
    )


def _role_form(district: District, facts: Record) -> str:
    roles = {role: role.replace("_", " ") for role in ROLES}
    first_hidden = next(iter(facts["hidden_roles"]), ROLES[0])
    return form(
        "share_role",
        district.id,
        _home(district),
        choice("Role", "role", roles, first_hidden),
        choice("Data Access", "on", {"no": "not shared", "yes": "shared"}, "no"),
        button("Set what is shared"),
    )


def _preset_card(title: str, district: District, presets: tuple[Preset, ...]) -> str:
    return card(title, *(_preset(district, preset) for preset in presets))


def _preset(district: District, preset: Preset) -> str:
    return form(
        "preset",
        district.id,
        _home(district),
        hidden("preset", preset.key),
        button(preset.title),
        f"<p>{text(preset.sentence)}</p>",
    )


def _faults_card(sandbox: Sandbox, district: District) -> str:
    rows = []
    for rule in sandbox.faults.describe():
        shown = {name: value for name, value in rule.items() if value not in (None, "", {}, False)}
        counts = f"{shown.pop('fired', 0)} of {shown.pop('matched', 0)}"
        kind = text(str(shown.pop("do")).replace("_", " "))
        rows.append([kind, f"<code>{text(to_json(shown))}</code>", counts])
    listing = table(
        "Scripted faults in force",
        ("Fault", "When", "Struck"),
        rows,
        "No faults: Clever answers as it should.",
    )
    return card("Troubles now", listing, _preset(district, CALM), _preset(district, RESET))


def _home(district: District) -> str:
    return f"{HOME}?district={district.id}"


PAGES: dict[str, Show] = {
    HOME: show_home,
    "/_sandbox/people": show_people,
    "/_sandbox/person": show_person,
    "/_sandbox/schools": show_schools,
    "/_sandbox/requests": show_requests,
}
