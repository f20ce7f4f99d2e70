"""The looks of notifications, versions, what-if and the settings document."""

from tests.pages.looks import Look, at
from tests.pages.scenes import BOB

MAPLE, HARBOR, JUNIPER = "/d/maple/clever/", "/d/harbor/clever/", "/d/juniper/clever/"

LOOKS = (
    Look("recipients-empty", at(f"{HARBOR}notifications/")),
    Look("recipients-full", at(f"{MAPLE}notifications/")),
    Look("recipients-viewer", at(f"{MAPLE}notifications/"), BOB),
    Look("recipients-edit-empty", at(f"{HARBOR}notifications/student/")),
    Look("recipients-edit-full", at(f"{MAPLE}notifications/student/")),
    Look("what-if-empty", at(f"{JUNIPER}settings/student/what-if/")),
    Look("what-if-full", at(f"{MAPLE}settings/teacher/what-if/")),
    Look("what-if-viewer", at(f"{MAPLE}settings/teacher/what-if/"), BOB),
    Look("what-if-error", at(f"{HARBOR}settings/teacher/what-if/")),
    Look("versions-empty", at(f"{JUNIPER}settings/student/versions/")),
    Look("versions-full", at(f"{MAPLE}settings/teacher/versions/?old=1&new=3")),
    Look("versions-error", at(f"{MAPLE}settings/teacher/versions/?old=x&new=99")),
    Look("settings-document", at(f"{MAPLE}settings/document/")),
    Look("settings-document-empty", at(f"{JUNIPER}settings/document/")),
)
