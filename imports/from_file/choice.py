"""How a file is to be read: whose records, which column says who it is, which column goes where."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.problems import ConsoleError
from core.vocabulary import DataType
from imports.from_file.delivered import delivered
from imports.models import PeopleFile, Run
from imports.words import DATA_TYPES, listed
from schools.models import District
from schools.queries import labels
from schools.targets import Target, targets_of

# What people are linked by, where they are and whether they are here is no matter of a file (C27).
NEVER_WRITTEN = frozenset({"clever_id", "sis_id", "site", "additional_sites", "status"})
NO_KEYS = frozenset({"username"})
# Asked for by name only, and never proposed (B04).
NEVER_PROPOSED = frozenset({"weighted_gpa", "unweighted_gpa"})
_NO_WORD = re.compile(r"[\W_]+")
_OTHER_NAMES: Mapping[str, str] = {
    "studentid": "sis_id", "sisid": "sis_id", "teacherid": "sis_id", "localid": "sis_id",
    "guid": "clever_id", "emailaddress": "email", "statestudentid": "state_id", "ssid": "state_id",
    "statestudentnumber": "state_id", "dob": "birth_date", "dateofbirth": "birth_date",
    "birthday": "birth_date", "birthdate": "birth_date", "gender": "sex", "street": "address",
    "zip": "postal_code", "zipcode": "postal_code", "gradelevel": "grade",
    "graduationyear": "class_year", "gradyear": "class_year", "language": "home_language",
    "preferredname": "preferred_first_name", "nickname": "preferred_first_name",
    "cardnumber": "barcode", "librarycard": "barcode", "jobtitle": "title",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """`key` is the field that the column `key_column` holds; `fields` {column: field}.

    Columns are counted from 0. `clears`: an empty cell empties the field, else it leaves it alone.
    """

    data_type: DataType
    key: str
    key_column: int
    fields: Mapping[int, str]
    clears: bool = False

    @property
    def kept(self) -> dict[str, Any]:
        """The choice as a run keeps it."""
        columns = {str(place): name for place, name in sorted(self.fields.items())}
        return {
            "type": str(self.data_type),
            "key": self.key,
            "key_column": self.key_column,
            "columns": columns,
            "clears": self.clears,
        }

    @staticmethod
    def of(run: Run) -> "Choice":
        """The choice that a run was started with."""
        kept = run.scope
        return Choice(
            DataType(kept["type"]),
            kept["key"],
            kept["key_column"],
            {int(place): name for place, name in kept["columns"].items()},
            kept["clears"],
        )


def keys_of(data_type: DataType) -> list[Target]:
    """The fields by which a file may find people of this type."""
    identifiers = (t for t in targets_of(data_type) if t.match_key or t.key == "state_id")
    return [target for target in identifiers if target.key not in NO_KEYS]


def writable(data_type: DataType) -> list[Target]:
    """The fields that a file may write, as far as Clever does not deliver them."""
    return [target for target in targets_of(data_type) if target.key not in NEVER_WRITTEN]


def proposed(headings: Sequence[str], data_type: DataType, district: District) -> dict[int, str]:
    """Which field each heading names: by key, label, the district's own name, or a usual one."""
    own = labels(district)
    names = {_word(other): name for other, name in _OTHER_NAMES.items()}
    fields = list(targets_of(data_type))
    for target in fields:
        for said in (target.key, target.label, own.get(target.key, "")):
            names[_word(said)] = target.key
    known, found = {target.key for target in fields} - NEVER_PROPOSED, dict[int, str]()
    for place, heading in enumerate(headings):
        name = names.get(_word(heading), "")
        if name in known and name not in found.values():
            found[place] = name
    return found


def _word(text: str) -> str:
    return _NO_WORD.sub("", text).lower()


def check(choice: Choice, file: PeopleFile) -> None:
    """Raises ConsoleError if the file cannot, or may not, be read so."""
    own, district = labels(file.district), file.district
    last = len(file.columns) - 1
    if not choice.fields:
        raise ConsoleError("Choose a field for at least one column.", code="no_column")
    if not all(0 <= place <= last for place in (choice.key_column, *choice.fields)):
        raise ConsoleError("The file has no such column; choose again.", code="no_column")
    if {file.columns[place] for place in choice.fields} & set(file.left_out):
        raise ConsoleError(
            "A column that is not read cannot be imported; leave it out.", code="not_read"
        )
    if choice.key not in {target.key for target in keys_of(choice.data_type)}:
        raise ConsoleError("Choose an identifier that these records have.", code="no_key")
    if choice.key in choice.fields.values():
        raise ConsoleError(
            f"{own[choice.key]} says who each line is about, so it is not written.",
            code="key_written",
        )
    _check_fields(choice, own)
    fed = delivered(district)[str(choice.data_type)] & set(choice.fields.values())
    if fed:
        raise ConsoleError(said_of_delivered(fed, own, choice.data_type), code="clever_delivers")


def _check_fields(choice: Choice, own: Mapping[str, str]) -> None:
    allowed = {target.key for target in writable(choice.data_type)}
    for name in choice.fields.values():
        if name not in allowed:
            label = own.get(name, name)
            raise ConsoleError(
                f"{label} is not written from a file for {DATA_TYPES[choice.data_type].lower()}.",
                code="not_writable",
            )
        if list(choice.fields.values()).count(name) > 1:
            raise ConsoleError(
                f"Two columns go to {own[name]}; choose one of them.", code="field_twice"
            )


def said_of_delivered(fields: Iterable[str], own: Mapping[str, str], data_type: DataType) -> str:
    """Why these fields are not written from a file, in a sentence."""
    names = listed(sorted(own[name] for name in fields))
    return (
        f"Clever delivers {names} for {DATA_TYPES[data_type].lower()}, and would set it back at the"
        " next sync. Leave the column out, or set the field to Do Not Import under Match Fields."
    )
