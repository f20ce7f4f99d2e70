"""What the pages of unlinking and merging show: doubles, and what was done and goes back."""

from imports import identity
from schools.models import FieldLock, Person
from tests.pages.scenes import ALICE, Scene


def double(scene: Scene) -> tuple[Person, Person]:
    """Two records of one person, without a link."""
    made = [
        Person.objects.create(
            district=scene.district, kind="student", roles=["student"], school=scene.schools[n],
            first_name="Wilhelmina", last_name=last, birth_date="2014-02-11", grade=grade,
            email=f"wil{n}@maple.example", unsettled=False,
        )
        for n, (last, grade) in enumerate((("Haddad-Ueda", "5"), ("Haddad-Ueda", "6")))
    ]  # fmt: skip
    FieldLock.objects.create(district=scene.district, person=made[1], field="grade", reason="Skips")
    return made[0], made[1]


def dress(empty: Scene, full: Scene, trouble: Scene) -> None:
    """For the looks of this area: one pair to be merged, one merged, one unlinked."""
    double(full)
    one, other = double(trouble)
    identity.merge(
        district=trouble.district, survivor_id=one.pk, other_id=other.pk, chosen=["grade"],
        revisions={one.pk: one.revision, other.pk: other.revision}, by=ALICE,
    )  # fmt: skip
    linked = Person.objects.filter(district=trouble.district, clever_id__isnull=False)
    person = linked.order_by("-pk")[0]
    identity.unlink(
        district=trouble.district, person_id=person.pk, revision=person.revision, by=ALICE
    )
