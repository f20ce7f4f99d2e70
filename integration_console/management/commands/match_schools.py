"""match_schools SLUG (--auto | --file pairs.csv): which Clever school is which of ours."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.command import operator
from core.problems import ConsoleError
from imports.commands import DistrictCommand
from integration_console.pairs import read_pairs
from mappings.actions import accept_certain, match_many
from mappings.queries import clever_side, local_side
from mappings.suggest import Suggestion
from schools.models import District


class Command(DistrictCommand):
    help = (
        "Matches Clever's schools to local ones: --auto accepts certain suggestions and lists the "
        "rest; --file reads clever_school_id,site_code (a blank site_code: do not sync)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--auto", action="store_true")
        way.add_argument("--file", type=Path, metavar="PAIRS.csv")

    def work(self, district: District, options: dict[str, Any]) -> None:
        if not clever_side(district):
            raise ConsoleError("Clever shares no schools yet; connect_clever loads them.")
        if options["auto"]:
            self._auto(district, as_json=options["json"])
            return
        answers = read_pairs(district, options["file"])
        changed = match_many(district=district, answers=answers, by=operator())
        if options["json"]:
            self.say({"district": district.slug, "changed": changed, **_open(district)})
        else:
            self.stdout.write(f"{changed} of {len(answers)} answers are new.")

    def _auto(self, district: District, *, as_json: bool) -> None:
        local = {school.id: school for school in local_side(district)}
        clever = {school.id: school for school in clever_side(district)}
        accepted, left = accept_certain(district=district, by=operator())

        def pair(suggestion: Suggestion) -> dict[str, Any]:
            return {
                "clever_school_id": suggestion.clever_id,
                "clever_name": clever[suggestion.clever_id].name,
                "site_code": local[suggestion.school].site_code,
                "name": local[suggestion.school].name,
                "reasons": list(suggestion.reasons),
                "score": suggestion.score,
            }

        matched, suggestions = [pair(s) for s in accepted], [pair(s) for s in left]
        if as_json:
            self.say(
                {
                    "district": district.slug,
                    "matched": matched,
                    "suggestions": suggestions,
                    **_open(district),
                }
            )
            return
        self.stdout.write(f"{len(matched)} schools matched.")
        for found in suggestions:
            reasons = ", ".join(found["reasons"])
            self.stdout.write(
                f"Perhaps {found['clever_name']} ({found['clever_school_id']}) is "
                f"{found['name']} ({found['site_code']}): {reasons}, {found['score']} %"
            )
        for school in _open(district)["clever_open"]:
            self.stdout.write(f"No answer yet: {school['name']} ({school['clever_school_id']})")


def _open(district: District) -> dict[str, list[dict[str, str]]]:
    """The schools on both sides that have no answer yet."""
    return {
        "clever_open": [
            {"clever_school_id": school.id, "name": school.name}
            for school in clever_side(district, unanswered=True)
        ],
        "local_open": [
            {"site_code": school.site_code, "name": school.name}
            for school in local_side(district, unanswered=True)
        ],
    }
