"""The file of match_schools: clever_school_id,site_code; a blank site_code is "do not sync"."""

from pathlib import Path

from mappings.queries import clever_side
from schools.csv_lines import opened
from schools.load import Complaints
from schools.models import District, School

COLUMNS = ("clever_school_id", "site_code")


def read_pairs(district: District, path: Path) -> dict[str, School | None]:
    """The answers of the file. Raises ConsoleError with a sentence for each line that is wrong."""
    known = {school.id for school in clever_side(district)}
    local = {
        school.site_code.lower(): school
        for school in School.objects.filter(district=district, is_district_office=False)
    }
    answers: dict[str, School | None] = {}
    used: dict[str, int] = {}
    with opened(path, known=COLUMNS, needed=COLUMNS) as sheet:
        complaints = Complaints(sheet.name)
        for line, cells in sheet.records:
            row = dict(zip(sheet.columns, (cell.strip() for cell in cells), strict=True))
            clever_id, code = row["clever_school_id"].lower(), row["site_code"].lower()
            if clever_id not in known:
                complaints.add(line, f"Clever shares no school {row['clever_school_id']!r}")
            elif clever_id in answers:
                complaints.add(line, f"the Clever school {clever_id} stands there twice")
            elif code and code not in local:
                complaints.add(line, f"there is no school with the site_code {row['site_code']!r}")
            elif code and code in used:
                complaints.add(line, f"site_code {row['site_code']!r} is used in line {used[code]}")
            else:
                answers[clever_id] = local[code] if code else None
                used[code] = line
        complaints.settle()
    return answers
