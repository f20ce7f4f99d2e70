"""What a district shares with the application: which part of a record the API shows."""

from dataclasses import dataclass, field

from clever_sandbox.records import Record

SPECIAL_FIELDS = ("weighted_gpa", "unweighted_gpa")


@dataclass
class Sharing:
    """The district's sharing settings; everything but special fields is shared at first."""

    hidden_roles: set[str] = field(default_factory=set)
    unshared_schools: set[str] = field(default_factory=set)
    special_fields: bool = False

    def is_whole(self) -> bool:
        """Whether nothing but the special fields can be held back."""
        return not self.hidden_roles and not self.unshared_schools

    def visible(self, user: Record) -> Record | None:
        """The user as the application may see it, or None when it may not see it at all."""
        student = user["roles"].get("student")
        has_special = student is not None and any(name in student for name in SPECIAL_FIELDS)
        if self.is_whole() and (self.special_fields or not has_special):
            return user
        roles = {}
        for role, held in user["roles"].items():
            seen = None if role in self.hidden_roles else self._visible_role(held)
            if seen is not None:
                roles[role] = seen
        return {**user, "roles": roles} if roles else None

    def _visible_role(self, held: Record) -> Record | None:
        seen = dict(held)
        if not self.special_fields:
            for name in SPECIAL_FIELDS:
                seen.pop(name, None)
        if held.get("schools"):
            kept = [school for school in held["schools"] if school not in self.unshared_schools]
            if not kept:
                return None
            seen["schools"] = kept
            if "school" in held and held["school"] not in kept:
                seen["school"] = kept[0]
        return seen
