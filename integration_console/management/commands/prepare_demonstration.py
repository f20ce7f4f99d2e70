"""`prepare_demonstration`: the districts, nights and log-ins of script/server."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.problems import ConsoleError
from imports.queries import last_import
from integration_console.demonstration import districts, logins, story
from integration_console.demonstration.cast import HARBOR, MAPLE
from integration_console.demonstration.sizes import Sizes
from integration_console.demonstration.stage import admin_of, district_id
from schools.models import District, School


class Command(BaseCommand):
    help = "Makes the demonstration against the sandbox Clever, or what is missing of it."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMONSTRATION or not settings.SANDBOX_URL:
            raise CommandError(
                "The demonstration is for script/server only: it needs DEMONSTRATION=true and the"
                " address of a sandbox Clever in SANDBOX_URL."
            )
        others = District.objects.exclude(slug__in=districts.OURS)
        if others.exists() and not District.objects.filter(slug__in=districts.OURS).exists():
            self.stdout.write("This database has districts of its own: no demonstration is made.")
            return
        try:
            story.prepare(
                sandbox_url=settings.SANDBOX_URL,
                scenario_file=Path(settings.SANDBOX_SCENARIO),
                now=timezone.now(),
                sizes=Sizes(),
                say=self._say,
            )
        except ConsoleError as problem:
            raise CommandError(str(problem)) from problem
        self._log_ins()
        self._links()

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _log_ins(self) -> None:
        libraries = School.objects.filter(
            district__slug=districts.MAPLE_RIDGE, is_district_office=False
        ).order_by("site_code")[:2]
        logins.ensure(District.objects.filter(slug__in=districts.OURS), libraries)
        self._say("")
        for login in logins.LOGINS:
            self._say(f"{login.what + ':':22} {login.email}  password {login.password}")
        self._sign_in_with_clever()

    def _sign_in_with_clever(self) -> None:
        maple = District.objects.get(slug=districts.MAPLE_RIDGE)
        found = admin_of(settings.SANDBOX_URL, MAPLE)
        if found and logins.connect_with_clever(maple, found[0]):
            who = f"choose {found[1]}, and you are {logins.IMPORT_ADMIN.email}"
            self._say(f"{'Sign in with Clever:':22} {who}")

    def _links(self) -> None:
        console, sandbox = settings.CONSOLE_URL, settings.SANDBOX_URL
        maple = District.objects.get(slug=districts.MAPLE_RIDGE)
        night = last_import(maple)
        number = f"operations/{night.pk}/" if night else ""
        harbor = f"its District ID is {district_id(sandbox, HARBOR)}"
        self._say("")
        self._say(f"See last night:        {console}/d/{maple.slug}/{number}")
        self._say(f"Connect Harbor Point:  {console}/d/{districts.HARBOR_POINT}/ ({harbor})")
        self._say(f"Break Clever yourself: {sandbox}/_sandbox/")
