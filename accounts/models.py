"""Who may come in: users, their memberships, grants for Support, and the audit."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now

from core.vocabulary import MemberRole, TokenScope
from schools.models import District, School


class UserManager(BaseUserManager["User"]):
    """Users are known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new user; without a password nobody can log in as them yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A Support user: sees no personal data without a grant."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who may log in; `is_staff` is Support."""

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """A user's role in a district; a Librarian's reaches only as far as `schools`."""

    district = models.ForeignKey(District, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in MemberRole])
    schools = models.ManyToManyField(School, blank=True, related_name="+")
    invited_by = models.CharField(max_length=254, blank=True)
    invited_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "user"], name="membership_one")]

    def __str__(self) -> str:
        return f"{self.user_id} is {self.role}"


class CleverLink(models.Model):
    """A log-in of Clever by which a member signs in, tied on purpose (C29).

    It goes with the membership. No token, no name and no address of Clever's is kept.
    """

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="clever_link")
    clever_district_id = models.CharField(max_length=24)
    clever_user_id = models.CharField(max_length=24)
    linked_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clever_district_id", "clever_user_id"], name="clever_link_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clever_user_id} is {self.membership_id}"


class SupportGrant(models.Model):
    """Leave for Support to look into a district, for a reason and for a time (C33)."""

    district = models.ForeignKey(District, models.CASCADE, related_name="support_grants")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300)
    granted_by = models.EmailField()
    granted_at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} until {self.until}"


class ApiToken(models.Model):
    """Leave for a program to use the API of a district in its own name (C28).

    Of the token itself only the `digest` is kept, and the `prefix` by which people know it again.
    `last_used` is a minute, and `calls` counts those of that minute: what the limit is read from.
    `ended_why` is "" where somebody revoked it, else why it ended by itself.
    """

    district = models.ForeignKey(District, models.CASCADE, related_name="api_tokens")
    made_by = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    scope = models.CharField(max_length=20, choices=[(s.value, s.value) for s in TokenScope])
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0, db_default=0)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=254, blank=True)
    ended_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "district",
                Lower("name"),
                condition=models.Q(ended_at__isnull=True),
                name="api_token_name",
            )
        ]

    def __str__(self) -> str:
        return self.prefix


class AuditEvent(models.Model):
    """Who did what; rows are only ever added (C23). `details` holds ids and counts, no names.

    PostgreSQL refuses every other change, and links the rows by their hashes (AuditLink), so a
    district of which anything is told is never deleted.
    """

    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=254)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=100, blank=True)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["district", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["district", "actor", "-at", "-id"], name="audit_of_actor"),
            models.Index(fields=["district", "verb", "-at", "-id"], name="audit_of_verb"),
            models.Index(fields=["district", "subject", "-at"], name="audit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb}"


class AuditLink(models.Model):
    """A row's place in its chain, written by PostgreSQL when its transaction is committed.

    `chain` is the number of the district, and 0 for what belongs to none. `hash` is of the row
    and of the hash before it, so whoever changes a row has to write every later link anew.
    """

    event = models.BigIntegerField(primary_key=True)
    chain = models.BigIntegerField()
    number = models.BigIntegerField(null=True)
    hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_link_one")]
        indexes = [
            # Empty but for the rows of transactions that are being committed.
            models.Index(
                fields=["chain", "event"],
                condition=models.Q(number__isnull=True),
                name="audit_link_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.number}"


class AuditChain(models.Model):
    """The last link of a chain: its lock, and what a missing end is found by."""

    chain = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=bytes(32))

    def __str__(self) -> str:
        return f"{self.chain}: {self.number}"
