"""What the pages of brakes show: figures of the last imports, values of the district's own."""

from imports.brake_terms import Figures
from imports.models import Brake, PlanFigures, Run
from tests.pages.scenes import ALICE, Scene

STUDENTS, TEACHERS = 400, 26


def figures(scene: Scene, data_type: str = "student", **counts: int) -> Figures:
    """A plan in which so many people of each action are spread over all schools."""
    each = STUDENTS if data_type == "student" else TEACHERS
    schools = [school.pk for school in scene.schools]
    population: dict[int | None, int] = dict.fromkeys(schools, each)
    actions: dict[tuple[int | None, str], int] = {}
    for action, count in counts.items():
        whole, rest = divmod(count, len(schools))
        for place, school in enumerate(schools):
            actions[school, action] = whole + (place < rest)
    people = each * len(schools)
    return Figures(data_type, population, actions, clever_users=people, clever_before=people)


def keep(run: Run, *plans: Figures) -> None:
    PlanFigures.objects.bulk_create(
        PlanFigures(run=run, data_type=plan.data_type, figures=plan.plain()) for plan in plans
    )


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """Fourteen imports; in two of them many left one school."""
    imports = Run.objects.filter(district=full.district, mode="live").order_by("-pk")
    for night, run in enumerate(imports[:14]):
        plan = figures(full, transfer=3 + night, create=8, update=214, move_away=night * 2)
        if night in (1, 3):
            plan.actions[full.schools[0].pk, "transfer"] = 90 + 80 * night
        keep(run, plan, figures(full, "teacher", update=2 * night))
    raised = imports[5]
    raised.raised_brakes = {"student": {"many_transfers": 900, "school_moves": 160}}
    raised.raised_because = "New school year"
    raised.trigger, raised.requested_by = "click", ALICE
    raised.save()
    summer = figures(full, transfer=900, create=380, move_away=40)
    summer.actions[full.schools[2].pk, "move_away"] = 160
    keep(full.runs["test"], summer)
    own = {"district": full.district, "data_type": "student"}
    Brake.objects.create(**own, name="many_transfers", percent="7.50")
    Brake.objects.create(
        **own, name="many_identity_changes", off=True,
        reason="Names are being corrected in the SIS until June.",
    )  # fmt: skip
