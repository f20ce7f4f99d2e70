"""Runs and their plans, holds, alerts, events and schedules (engine.md 1, 4 to 7)."""

from imports.models.alerts import Alert, AlertCandidate, MatchDecision
from imports.models.destructions import Destruction
from imports.models.files import FileLine, PeopleFile
from imports.models.heartbeats import Heartbeat
from imports.models.holds import Brake, Hold, PlanFigures
from imports.models.identity import IdentityChange
from imports.models.plans import Look, PlannedChange, Settled
from imports.models.requests import RunRequest
from imports.models.runs import Run, RunEvent, RunProblem, WhatIf
from imports.models.schedules import CalendarRange, Schedule
from imports.models.school_figures import SchoolFigures
from imports.models.standing import StandingProblem

__all__ = [
    "Alert",
    "AlertCandidate",
    "Brake",
    "CalendarRange",
    "Destruction",
    "FileLine",
    "Heartbeat",
    "Hold",
    "IdentityChange",
    "Look",
    "MatchDecision",
    "PeopleFile",
    "PlanFigures",
    "PlannedChange",
    "Run",
    "RunEvent",
    "RunProblem",
    "RunRequest",
    "Schedule",
    "SchoolFigures",
    "Settled",
    "StandingProblem",
    "WhatIf",
]
