"""Our own written contract of the API's answers, as a JSON Schema document.

Absent data comes in three ways: the key is missing, "" or null. `optional` stands for all three.
"""

from typing import Any

Schema = dict[str, Any]

OBJECT_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
TIMESTAMP: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
TEXT: Schema = {"type": "string"}
DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
GRADES = [
    "InfantToddler",
    "Preschool",
    "PreKindergarten",
    "TransitionalKindergarten",
    "Kindergarten",
    *map(str, range(1, 14)),
    "PostGraduate",
    "Ungraded",
    "Other",
]
RACES = [
    "Caucasian",
    "Asian",
    "Black or African American",
    "American Indian",
    "Hawaiian or Other Pacific Islander",
    "Two or More Races",
    "Unknown",
]


def optional(schema: Schema) -> Schema:
    """The schema, "" or null."""
    return {"anyOf": [schema, {"enum": ["", None]}]}


def one_of(*values: str) -> Schema:
    """One of these words, "" or null."""
    return {"enum": [*values, "", None]}


def a_list(items: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": items}


def an_object(required: dict[str, Schema], more: dict[str, Schema] | None = None) -> Schema:
    """An object with these keys, perhaps those, and no others."""
    return {
        "type": "object",
        "properties": {**required, **(more or {})},
        "required": list(required),
        "additionalProperties": False,
    }


_OPTIONAL_TEXT = optional(TEXT)
_YES_NO = one_of("Y", "N")
_PERSON_NAME = an_object({}, dict.fromkeys(("first", "middle", "last"), _OPTIONAL_TEXT))
_PLACE_NAMES = ("address", "city", "state", "zip", "lat", "lon")
_LOCATION = an_object({}, dict.fromkeys(_PLACE_NAMES, _OPTIONAL_TEXT))
_CREDENTIALS = an_object({}, {"district_username": _OPTIONAL_TEXT})
_LMS_STATUS = an_object({"synced_in_lms": {"type": "boolean"}})
_EXT: Schema = {"type": "object"}
_SCHOOLS = {**a_list(OBJECT_ID), "minItems": 1, "uniqueItems": True}

DISTRICT_3_0 = {
    "error": TEXT,
    "pause_start": optional(DATE),
    "pause_end": optional(DATE),
    "mdr_number": _OPTIONAL_TEXT,
    "nces_id": _OPTIONAL_TEXT,
    "district_contact": an_object(
        {"id": OBJECT_ID, "district": OBJECT_ID, "name": _PERSON_NAME},
        {"email": _OPTIONAL_TEXT, "title": _OPTIONAL_TEXT},
    ),
}
DISTRICT_3_1 = {
    "lms_type": one_of("canvas", "schoology", "google_classroom"),
    "lms_state": one_of("success", "error", "disconnected", "pending_authorization"),
    "last_attendance_sync": optional(TIMESTAMP),
}
DISTRICT_ALWAYS = {
    "id": OBJECT_ID,
    "name": TEXT,
    "sis_type": TEXT,
    "launch_date": DATE,
    "portal_url": TEXT,
    "login_methods": a_list(TEXT),
    "state": one_of("running", "pending", "error", "paused", "success"),
    "last_sync": optional(TIMESTAMP),
}
SCHOOL = an_object(
    {
        "id": OBJECT_ID,
        "district": OBJECT_ID,
        "name": TEXT,
        "created": TIMESTAMP,
        "last_modified": TIMESTAMP,
        "sis_id": TEXT,
        "school_number": TEXT,
    },
    {
        "state_id": _OPTIONAL_TEXT,
        "nces_id": _OPTIONAL_TEXT,
        "mdr_number": _OPTIONAL_TEXT,
        "phone": _OPTIONAL_TEXT,
        "low_grade": one_of(*GRADES),
        "high_grade": one_of(*GRADES),
        "principal": an_object({}, {"name": _OPTIONAL_TEXT, "email": _OPTIONAL_TEXT}),
        "location": _LOCATION,
        "ext": _EXT,
    },
)
STUDENT_3_0 = {
    "enrollments": a_list({"type": "object"}),
    "student_number": _OPTIONAL_TEXT,
    "state_id": _OPTIONAL_TEXT,
    "legacy_id": OBJECT_ID,
    "grade": one_of(*GRADES),
    "graduation_year": optional({"type": "string", "pattern": r"^\d{4}$"}),
    "gender": one_of("M", "F", "X"),
    "dob": optional({"type": "string", "pattern": r"^[1-9]\d?/[1-9]\d?/\d{4}$"}),
    "race": one_of(*RACES),
    "hispanic_ethnicity": _YES_NO,
    "ell_status": _YES_NO,
    "location": _LOCATION,
    "credentials": _CREDENTIALS,
    "ext": _EXT,
}
STUDENT_3_1 = {
    "iep_status": _OPTIONAL_TEXT,
    "home_language": _OPTIONAL_TEXT,
    "home_language_code": _OPTIONAL_TEXT,
    "frl_status": one_of("Free", "Reduced", "Paid", "Other"),
    "section_504_status": _YES_NO,
    "gifted_status": _YES_NO,
    "preferred_name": _PERSON_NAME,
    "disability": an_object(
        {},
        {
            "disability_status": _YES_NO,
            "disability_type": _OPTIONAL_TEXT,
            "disability_code": _OPTIONAL_TEXT,
        },
    ),
}
_GPA: Schema = {"type": "string", "pattern": r"^\d\.\d{3}$"}
STUDENT_SPECIAL = {"weighted_gpa": _GPA, "unweighted_gpa": _GPA}
TEACHER = an_object(
    {"school": OBJECT_ID, "schools": _SCHOOLS, "sis_id": TEXT},
    {
        "teacher_number": _OPTIONAL_TEXT,
        "state_id": _OPTIONAL_TEXT,
        "title": _OPTIONAL_TEXT,
        "credentials": _CREDENTIALS,
        "legacy_id": OBJECT_ID,
        "ext": _EXT,
    },
)
STAFF = an_object(
    {"staff_id": TEXT, "schools": _SCHOOLS},
    {
        "department": _OPTIONAL_TEXT,
        "title": _OPTIONAL_TEXT,
        "roles": a_list({"enum": ["PortalOnly", "SchoolTechLead"]}),
        "credentials": _CREDENTIALS,
        "legacy_id": OBJECT_ID,
        "ext": _EXT,
    },
)
DISTRICT_ADMIN = an_object({}, {"title": _OPTIONAL_TEXT, "legacy_id": OBJECT_ID})
CONTACT = an_object(
    {
        "student_relationships": {
            **a_list(an_object({"student": OBJECT_ID, "relationship": TEXT, "type": TEXT})),
            "minItems": 1,
        }
    },
    {
        "phone": _OPTIONAL_TEXT,
        "phone_type": one_of("Cell", "Home", "Work", "Other"),
        "sis_id": _OPTIONAL_TEXT,
        "legacy_id": OBJECT_ID,
    },
)
SECTION_3_0 = {
    "id": OBJECT_ID,
    "district": OBJECT_ID,
    "school": OBJECT_ID,
    "name": TEXT,
    "sis_id": TEXT,
    "created": TIMESTAMP,
    "last_modified": TIMESTAMP,
    "teacher": OBJECT_ID,
    "teachers": a_list(OBJECT_ID),
    "students": {**a_list(OBJECT_ID), "minItems": 1},
    "subject": _OPTIONAL_TEXT,
    "grade": one_of(*GRADES),
    "period": _OPTIONAL_TEXT,
    "section_number": _OPTIONAL_TEXT,
    "course": OBJECT_ID,
    "term_id": OBJECT_ID,
    "ext": _EXT,
}
COURSE = an_object(
    {"id": OBJECT_ID, "district": OBJECT_ID}, {"name": _OPTIONAL_TEXT, "number": _OPTIONAL_TEXT}
)
TERM = an_object(
    {"id": OBJECT_ID, "district": OBJECT_ID},
    {"name": _OPTIONAL_TEXT, "start_date": optional(DATE), "end_date": optional(DATE)},
)
RESOURCE = an_object(
    {
        "id": OBJECT_ID,
        "district": OBJECT_ID,
        "resource_id": TEXT,
        "title": TEXT,
        "roles": a_list({"enum": ["teacher", "student"]}),
    },
    {"created": TIMESTAMP, "updated": TIMESTAMP},
)


def record_schema(kind: str, version: str = "v3.1", special_fields: bool = False) -> Schema:
    """The schema of a district, school, user, section, course, term, resource or event."""
    newest = version == "v3.1"
    if kind == "districts":
        return an_object({**DISTRICT_ALWAYS, **(DISTRICT_3_1 if newest else {})}, DISTRICT_3_0)
    if kind == "users":
        return _user(newest, special_fields)
    if kind == "sections":
        return an_object({**SECTION_3_0, **({"lms_status": _LMS_STATUS} if newest else {})})
    if kind == "events":
        return _event()
    plain = {"schools": SCHOOL, "courses": COURSE, "terms": TERM, "resources": RESOURCE}
    return plain[kind]


def _user(newest: bool, special_fields: bool) -> Schema:
    student = an_object(
        {"school": OBJECT_ID, "schools": _SCHOOLS, "sis_id": TEXT},
        {
            **STUDENT_3_0,
            **(STUDENT_3_1 if newest else {}),
            **(STUDENT_SPECIAL if special_fields else {}),
        },
    )
    roles = an_object(
        {},
        {
            "student": student,
            "teacher": TEACHER,
            "staff": STAFF,
            "district_admin": DISTRICT_ADMIN,
            "contact": CONTACT,
        },
    )
    alone = {"maxProperties": 1}
    return an_object(
        {
            "id": OBJECT_ID,
            "district": OBJECT_ID,
            "name": _PERSON_NAME,
            "created": TIMESTAMP,
            "last_modified": TIMESTAMP,
            "roles": {
                **roles,
                "minProperties": 1,
                "dependentSchemas": {"student": alone, "contact": alone},
            },
        },
        {"email": _OPTIONAL_TEXT, **({"lms_status": _LMS_STATUS} if newest else {})},
    )


def _event() -> Schema:
    kinds = "districts|schools|users|sections|courses|terms|resources"
    return an_object(
        {
            "id": OBJECT_ID,
            "type": {"type": "string", "pattern": f"^({kinds})\\.(created|updated|deleted)$"},
            "created": TIMESTAMP,
            "data": an_object(
                {"object": {"type": "object", "required": ["id"]}},
                {"previous_attributes": {"type": "object"}},
            ),
        }
    )


def list_schema(kind: str, version: str = "v3.1", special_fields: bool = False) -> Schema:
    """The schema of a list of such records: the envelope with relative links."""
    own = {"type": "string", "pattern": f"^/{version.replace('.', '[.]')}/{kind}/[0-9a-f]{{24}}$"}
    record = record_schema(kind, version, special_fields)
    return an_object(
        {"data": a_list(an_object({"data": record, "uri": own})), "links": links_schema(version)}
    )


def single_schema(kind: str, version: str = "v3.1", special_fields: bool = False) -> Schema:
    """The schema of one record asked for by its id."""
    return an_object(
        {"data": record_schema(kind, version, special_fields), "links": links_schema(version)}
    )


def links_schema(version: str) -> Schema:
    """Links: a relation and an address relative to the host, with the version."""
    relative = {"type": "string", "pattern": f"^/{version.replace('.', '[.]')}/"}
    return a_list(an_object({"rel": {"type": "string", "pattern": "^[a-z]+$"}, "uri": relative}))


ERROR = an_object({"message": {"type": "string", "minLength": 1}})
TOKENS = an_object(
    {
        "data": a_list(
            an_object(
                {
                    "id": OBJECT_ID,
                    "created": TIMESTAMP,
                    "owner": an_object({"type": {"const": "district"}, "id": OBJECT_ID}),
                    "access_token": {"type": "string", "pattern": "^[0-9a-f]{40}$"},
                    "scopes": a_list({"type": "string", "pattern": "^read:[a-z_]+$"}),
                }
            )
        ),
        "links": a_list(an_object({"rel": {"const": "self"}, "uri": TEXT})),
    }
)
