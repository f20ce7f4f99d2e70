"""Pages as bytes: split, hashed, and told from what is no page."""

import json

import pytest

from clever_sync.wire import (
    Undecodable,
    WrongShape,
    digest,
    moves_on,
    single_record,
    sources_salt,
    split_page,
)

A, B, C = (f"66c09f00b3d4e5f60718000{n}" for n in "abc")
SALT = sources_salt(["email"])


def body(*records: object, links: object = ()) -> bytes:
    return json.dumps({"data": [{"data": record} for record in records], "links": links}).encode()


def test_a_page_is_split_into_its_records() -> None:
    page = split_page(body({"id": A, "x": 1}, {"x": 2, "id": B}))
    assert page.ids == [A, B]
    assert [json.loads(bytes(raw))["x"] for raw in page.raws] == [1, 2]
    assert page.without_id == 0
    assert page.next_uri == ""


def test_the_next_link_is_found_and_need_not_be_there() -> None:
    following = {"rel": "next", "uri": f"/v3.1/users?starting_after={A}"}
    page = split_page(body({"id": A}, links=[{"rel": "self", "uri": "/v3.1/users"}, following]))
    assert page.next_uri == following["uri"]
    assert moves_on(page)
    assert split_page(b'{"data":[]}').ids == []
    assert split_page(b'{"data":[],"links":null,"paging":{}}').next_uri == ""


@pytest.mark.parametrize("uri", ["/v3.1/users", f"/v3.1/users?starting_after={B}"])
def test_F37_a_next_link_that_does_not_move_on_is_noticed(uri: str) -> None:
    assert not moves_on(split_page(body({"id": A}, links=[{"rel": "next", "uri": uri}])))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"   ",
        body({"id": A})[:-5],
        body({"id": A})[:20],
        b"\x00\xff",
        b'{"data":[{"data":' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    ],
)
def test_F35_damaged_json_may_be_asked_for_again(damaged: bytes) -> None:
    with pytest.raises(Undecodable):
        split_page(damaged)


@pytest.mark.parametrize(
    "other",
    [
        b"{}",
        b"[]",
        b"null",
        b'"data"',
        b"7",
        b'{"data":null}',
        b'{"data":{}}',
        b'{"data":[1,2]}',
        b'{"data":[{"id":"x"}]}',
        b'{"message":"Resource not found"}',
    ],
)
def test_F36_json_of_another_shape_is_no_page(other: bytes) -> None:
    with pytest.raises(WrongShape):
        split_page(other)


@pytest.mark.parametrize(
    "broken",
    [{}, {"id": None}, {"id": 7}, {"id": ["x"]}, {"id": ""}, {"id": "xyz"}, {"id": A + "0"}],
)
def test_F57_a_record_without_an_id_is_counted_and_the_others_kept(broken: object) -> None:
    page = split_page(body({"id": A}, broken, {"id": B}))
    assert page.ids == [A, B]
    assert page.without_id == 1


@pytest.mark.parametrize("broken", [None, [], "x", 7, True])
def test_F58_a_record_that_is_no_object_is_counted_and_the_others_kept(broken: object) -> None:
    page = split_page(body({"id": A}, broken, {"id": B}))
    assert (page.ids, page.without_id) == ([A, B], 1)


def test_F55_half_a_surrogate_pair_costs_nobody_anything() -> None:
    page = split_page(b'{"data":[{"data":{"id":"%s","x":"\\ud800"}}]}' % A.encode())
    assert page.ids == [A]
    assert json.loads(bytes(page.raws[0]))["x"] == "\ud800"


def test_F45_a_number_of_5000_digits_costs_nobody_anything() -> None:
    page = split_page(b'{"data":[{"data":{"x":%s,"id":"%s"}}]}' % (b"9" * 5000, A.encode()))
    assert page.ids == [A]


def test_F45_nan_beside_good_records() -> None:
    page = split_page(b'{"data":[{"data":{"id":"%s","x":NaN}}]}' % A.encode())
    assert page.ids == [A]


@pytest.mark.parametrize(
    ("ids", "after", "ascending"),
    [
        ([A, B, C], "", True),
        ([B, C], A, True),
        ([A, B], A, False),
        ([A, A], "", False),
        ([B, A], "", False),
        ([], A, True),
    ],
)
def test_F42_ids_must_ascend_strictly(ids: list[str], after: str, ascending: bool) -> None:
    assert split_page(body(*({"id": each} for each in ids))).is_ascending(after) is ascending


def test_hashes_depend_on_the_sources() -> None:
    raw = b'{"id":"x"}'
    assert digest(raw, SALT) == digest(raw, sources_salt(["email"]))
    assert digest(raw, SALT) != digest(raw, sources_salt(["email", "student.weighted_gpa"]))
    assert digest(raw, SALT) != digest(b'{"id":"y"}', SALT)


def test_a_single_record() -> None:
    clever_id, raw = single_record(b'{"data":{"id":"%s","x":1},"links":[]}' % A.encode())
    assert clever_id == A
    assert json.loads(raw)["x"] == 1


@pytest.mark.parametrize("other", [b"{}", b'{"data":null}', b'{"data":{"id":7}}', b"[]"])
def test_F36_a_single_answer_of_another_shape(other: bytes) -> None:
    with pytest.raises(WrongShape):
        single_record(other)
