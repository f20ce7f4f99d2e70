"""What commands refuse, in one sentence on stderr and a non-zero exit."""

import io

import pytest
from django.core.management import CommandError, call_command

from schools.models import District

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import_roster", "nowhere"), 'There is no district "nowhere"'),
        (("import_roster", "maple", "--types", "parent"), '"parent" is not a data type'),
        (("import_roster", "maple", "--types", ","), "at least one data type"),
        (("list_alerts", "nowhere"), 'There is no district "nowhere"'),
        (("process_alerts", "maple"), "Nothing is waiting to be processed"),
        (("decide_alert", "77", "--create"), "There is no alert 77"),
        (("approve_hold", "77"), "There is no hold 77"),
        (("approve_hold", "77", "--schools", "X9"), 'There is no site "X9"'),
        (("discard_hold", "77"), "There is no hold 77"),
        (("decide_alert", "77"), "one of the arguments"),
        (("decide_alert", "77", "--create", "--skip"), "not allowed with"),
    ],
)
def test_bad_input_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    District.objects.create(slug="maple", name="Maple Ridge", time_zone="America/Denver")
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command(*words, stdout=io.StringIO())
    assert "\n" not in str(refused.value)


def test_import_roster_of_a_district_that_is_not_ready_says_what_is_missing() -> None:
    District.objects.create(slug="maple", name="Maple Ridge", time_zone="America/Denver")
    with pytest.raises(CommandError, match="not enabled for Maple Ridge"):
        call_command("import_roster", "maple")
