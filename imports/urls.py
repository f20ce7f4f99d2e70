"""Addresses of operations, holds, logs and alerts, below /d/<slug>/."""

from django.urls import path

from imports import views
from imports.braking import raise_views
from imports.braking import views as braking
from imports.calendar import views as calendar
from imports.daily import views as daily
from imports.explaining import views as explaining
from imports.from_file import views as from_file
from imports.holding import together
from imports.holding import views as holding
from imports.new_year import views as new_year
from imports.resolving import at_once, past, process_views
from imports.resolving import views as resolving
from imports.standing import views as standing
from imports.undoing import views as undoing
from imports.updates import views as updates

urlpatterns = [
    path("operations/", views.operations, name="operations"),
    path("operations.csv", views.operations_csv, name="operations_csv"),
    path("operations/<int:number>/", views.run, name="run"),
    path("operations/<int:number>/live/", views.run_live, name="run_live"),
    path("operations/<int:number>/cancel/", views.cancel, name="run_cancel"),
    path("operations/<int:number>/import/", views.decide, {"word": "import"}, name="run_confirm"),
    path("operations/<int:number>/discard/", views.decide, {"word": "discard"}, name="run_discard"),
    path("operations/<int:number>/undo/", undoing.undo, name="run_undo"),
    path("operations/<int:number>/import-file/", from_file.start, name="file_import"),
    path("schedule/resume/", undoing.resume, name="schedule_resume"),
    path("operations/<int:number>/changes.csv", views.changes_csv, name="changes_csv"),
    path("operations/<int:number>/log.txt", views.run_log, name="run_log"),
    path("test-import/", views.test_import, name="test_import"),
    path("start-import/", views.start_import, name="start_import"),
    path("sync-now/", views.sync_now, name="sync_now"),
    path("sync-now/blackout/", calendar.sync_blackout, name="sync_blackout"),
    path("sync-now/unsaved/", views.sync_unsaved, name="sync_unsaved"),
    path("files/", from_file.files, name="files"),
    path("files/<int:number>/", from_file.file, name="file"),
    path("files/<int:number>/remove/", from_file.remove, name="file_remove"),
    path("holds/", holding.holds, name="holds"),
    path("holds/approve/", together.together, name="holds_together"),
    path("holds/<int:number>/", holding.hold, name="hold"),
    path("holds/<int:number>/rows.csv", holding.hold_csv, name="hold_csv"),
    path("holds/<int:number>/approve/", holding.approve, name="hold_approve"),
    path("holds/<int:number>/check/", holding.check, name="hold_check"),
    path("holds/<int:number>/discard/", holding.discard, name="hold_discard"),
    path("problems/", standing.problems, name="problems"),
    path("problems.csv", standing.problems_csv, name="problems_csv"),
    path("setup/new-school-year/", new_year.new_school_year, name="new_school_year"),
    path("setup/calendar/", calendar.calendar, name="calendar"),
    path("setup/calendar/<int:number>/", calendar.change, name="calendar_change"),
    path("setup/calendar/<int:number>/remove/", calendar.remove, name="calendar_remove"),
    path("setup/brakes/", braking.brakes, name="brakes"),
    path("setup/brakes/for-one-run/", raise_views.raise_brakes, name="raise_brakes"),
    path("setup/brakes/<slug:data_type>/<slug:name>/", braking.brake, name="brake"),
    path("explain/", explaining.explain_person, name="explain"),
    path("explain/ask/", explaining.ask_clever, name="explain_ask"),
    path("setup/daily/", daily.daily, name="daily"),
    path("setup/daily/pause/", daily.daily_pause, name="daily_pause"),
    path("setup/daily/resume/", daily.daily_resume, name="daily_resume"),
    path("setup/daily/time-zone/", daily.daily_zone, name="daily_zone"),
    path("updates/", updates.updates_log, name="updates_log"),
    path("updates.csv", updates.updates_csv, name="updates_csv"),
    path("alerts/", resolving.resolve, name="alerts"),
    path("alerts.csv", resolving.alerts_csv, name="alerts_csv"),
    path("alerts/process/", process_views.process, name="alerts_process"),
    path("alerts/at-once/", at_once.at_once, name="alerts_at_once"),
    path("alerts/decisions/", past.past, name="alert_decisions"),
    path("alerts/decisions/<int:number>/take-back/", past.take_back, name="decision_take_back"),
    path("alerts/<int:number>/", resolving.alert, name="alert"),
    path("alerts/<int:number>/decide/", resolving.decide, name="alert_decide"),
]
