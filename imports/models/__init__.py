"""Runs and their plans, holds, alerts, events and schedules (engine.md 1, 4 to 7)."""

from imports.models.alerts import Alert, AlertCandidate, MatchDecision
from imports.models.holds import Brake, Hold
from imports.models.plans import Look, PlannedChange, Settled
from imports.models.runs import Run, RunEvent, RunProblem, WhatIf
from imports.models.schedules import Schedule
from imports.models.standing import StandingProblem

__all__ = [
    "Alert",
    "AlertCandidate",
    "Brake",
    "Hold",
    "Look",
    "MatchDecision",
    "PlannedChange",
    "Run",
    "RunEvent",
    "RunProblem",
    "Schedule",
    "Settled",
    "StandingProblem",
    "WhatIf",
]
