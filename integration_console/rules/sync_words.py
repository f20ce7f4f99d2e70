"""What may be chosen under Sync Settings, and what each choice does, in plain words."""

from core.vocabulary import ImportRule, LeaverRule

ALL, CHOSEN = "all", "chosen"
SCOPES = (
    (ALL, "Select All Mapped Schools", "Also those that are matched later."),
    (CHOSEN, "Specify Schools", "Only people of the schools chosen below are added or changed."),
)
IMPORT_RULES = (
    (
        ImportRule.ADD_AND_UPDATE,
        "Add and update",
        "New people get a record here, and records that are here are kept correct.",
    ),
    (
        ImportRule.UPDATE_ONLY,
        "Update only",
        "Records that are here are kept correct. Nobody new is added.",
    ),
    (
        ImportRule.ADD_ONLY,
        "Add only",
        "New people get a record here. Records that are here are linked and never changed.",
    ),
)
LEAVER_RULES = (
    (
        LeaverRule.MARK_TRANSFERRED,
        "Mark as Transferred",
        "Whoever has left Clever for certain gets the status Transferred. Nobody is deleted.",
    ),
    (
        LeaverRule.MARK_INACTIVE,
        "Mark as Inactive",
        "Whoever has left Clever for certain gets the status Inactive. Nobody is deleted.",
    ),
    (LeaverRule.LEAVE_ALONE, "Leave alone", "Records of people who have left stay as they are."),
)
FREQUENCIES = (
    ("every_6_hours", "Every 6 hours"),
    ("every_12_hours", "Every 12 hours"),
    ("daily", "Daily"),
    ("weekdays", "Weekdays, Monday to Friday"),
    ("weekly", "Weekly"),
)
HOURLY = ("hourly", "Every hour")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
