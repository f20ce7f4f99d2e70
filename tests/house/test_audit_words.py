"""Every verb that the code writes into the audit has its sentence on the page (C23)."""

import ast
from collections.abc import Iterator

from integration_console.activity.words import SENTENCES
from tests.house.floor_plan import PACKAGES, sources

DOORS = ("audit.record", "record", "_record", "audited", "record_look", "record_many")
# What is said of an account, and of no district, stands on no page of a district.
OF_NO_DISTRICT = ("account.", "support.create", "values.purged")
# Verbs that are put together: what stands in the place of {}.
FILLED = {
    "{} started": ("test started", "live started"),
    "alert {}": ("alert match", "alert create", "alert skip", "alert never"),
    "hold {}": ("hold approved", "hold discarded", "hold replaced", "hold expired"),
    "values.destroyed.{}": (
        *("values.destroyed.night", "values.destroyed.district", "values.destroyed.person"),
    ),
    "{} taken back": ("unlink taken back", "merge taken back"),
}


def texts(node: ast.expr) -> Iterator[str]:
    """The verbs that an argument can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [p.value if isinstance(p, ast.Constant) else "{}" for p in node.values]
        yield from FILLED.get("".join(map(str, parts)), ())
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in texts(value))


def verbs() -> Iterator[tuple[str, str]]:
    """Every verb that is written somewhere as such, and where."""
    for source in sources(*PACKAGES):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name not in DOORS and not name.startswith("audit."):
                continue
            given = [*node.args, *(k.value for k in node.keywords if k.arg == "verb")]
            for argument in given:
                found = [t for t in texts(argument) if looks_like_a_verb(t)]
                yield from ((text, f"{source}:{node.lineno}") for text in found[:2] or found)


def looks_like_a_verb(text: str) -> bool:
    return text in SENTENCES or ("." in text and text.replace(".", "").replace("_", "").isalpha())


def test_C23_every_verb_of_the_audit_has_a_sentence() -> None:
    found = dict(verbs())
    assert len(found) > 60
    missing = [
        f"{where}: {verb} has no sentence in integration_console/activity/words.py"
        for verb, where in found.items()
        if verb not in SENTENCES and not verb.startswith(OF_NO_DISTRICT)
    ]
    assert not missing, "\n".join(missing)
