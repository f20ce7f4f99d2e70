"""One-click troubles of the control page: what each is called, and what it sets off."""

from dataclasses import dataclass
from typing import Any

Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Preset:
    """A trouble: its name, one sentence, and the control actions it consists of."""

    key: str
    title: str
    sentence: str
    steps: tuple[Step, ...]


def _fault(**rule: Any) -> Step:
    return "add_faults", {"rules": [rule]}


def _bulk(role: str, path: str, value: Any) -> Step:
    return "bulk_edit", {"role": role, "path": path, "value": value}


def _no_value(path: str) -> Step:
    return _bulk("student", path, {"$null": True})


ANSWERS = (
    Preset(
        "down",
        "Clever is down",
        "Every request is answered with 503.",
        (_fault(do="status", status=503),),
    ),
    Preset(
        "first_page",
        "Only the first page arrives",
        "Lists of students end after 1,000, and Clever says that was all.",
        (_fault(do="early_end", path="/users", role="student", consistent=True, keep=1000),),
    ),
    Preset(
        "empty_list",
        "Empty list",
        "Lists of students are good answers with nobody in them.",
        (_fault(do="empty_list", path="/users", role="student"),),
    ),
    Preset(
        "loop",
        "Endless list",
        "Every next link of a list of people leads back to the same page.",
        (_fault(do="loop", path="/users", how="self"),),
    ),
    Preset(
        "slow",
        "Slow",
        "Every answer takes three seconds.",
        (("set_page_delay", {"seconds": 3}),),
    ),
    Preset(
        "rate_limit",
        "Too many requests",
        "The next three requests for people are answered with 429 and no body.",
        (_fault(do="status", status=429, path="/users", times=3),),
    ),
    Preset(
        "html",
        "A web page instead of data",
        "Requests for people are answered with HTML.",
        (_fault(do="html", path="/users"),),
    ),
    Preset(
        "cut_off",
        "Cut off",
        "Answers with people stop in the middle.",
        (_fault(do="truncate", path="/users", length="short"),),
    ),
    Preset(
        "other_district",
        "Another district",
        "The token suddenly belongs to another district.",
        (_fault(do="other_district", path="/districts"),),
    ),
)

CONTENTS = (
    Preset(
        "grades",
        "Every grade code changed",
        "Grade 9 of every student becomes G-9, and so on.",
        (_bulk("student", "grade", {"$format": "G-{value}"}),),
    ),
    Preset(
        "teacher_mail",
        "Wrong e-mail domain",
        "Every teacher's e-mail address is at wrong.example.",
        (_bulk("teacher", "email", {"$domain": "wrong.example"}),),
    ),
    Preset(
        "nulls",
        "Nothing but nulls",
        "E-mail, grade and birth date of every student are null.",
        (_no_value("email"), _no_value("grade"), _no_value("dob")),
    ),
    Preset(
        "rollover",
        "New school year",
        "Everybody moves one grade up, the last grade leaves, a new kindergarten comes.",
        (("rollover", {}),),
    ),
)

ACCESS = (
    Preset(
        "revoke",
        "Token revoked",
        "The district's token is refused, although it is still listed.",
        (("revoke_token", {}),),
    ),
    Preset(
        "rotate",
        "New token",
        "The former token is refused, and a new one is listed.",
        (("rotate_token", {}),),
    ),
    Preset(
        "disconnect",
        "District disconnected",
        "The district is listed no more, and its token is refused.",
        (("disconnect", {}),),
    ),
    Preset(
        "reconnect",
        "Connect again",
        "The district comes back, with a new token.",
        (("reconnect", {}),),
    ),
)

CALM = Preset(
    "calm",
    "End all troubles",
    "No scripted faults and no delay any more; changed people stay changed.",
    (("clear_faults", {}), ("set_page_delay", {"seconds": 0})),
)
RESET = Preset(
    "reset",
    "Start again",
    "All districts, the clock, faults and the log as they were at the start.",
    (("reset", {"district": ""}),),
)
PRESETS = {each.key: each for each in (*ANSWERS, *CONTENTS, *ACCESS, CALM, RESET)}
