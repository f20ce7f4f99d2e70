"""The audit is only ever added to, and whoever gets around that is found out (C23)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from accounts import audit, audit_chain
from accounts.audit_chain import verify
from accounts.models import AuditChain, AuditEvent, AuditLink
from schools.models import District

pytestmark = pytest.mark.django_db(transaction=True)
ALICE = "alice@maple.example"
IN_CHAINS = import_module("accounts.migrations.0005_audit_in_chains")
TOGETHER = import_module("accounts.migrations.0006_audit_linked_together")


@pytest.fixture
def maple() -> District:
    """A district of which five things are told, one of them with letters of many kinds."""
    district = District.objects.create(slug="maple", name="Maple Ridge", time_zone="UTC")
    for n in range(4):
        audit.record(district, ALICE, "person.seen", f"person:{n}")
    audit.record(
        district, "jörg@maple.example", "brake.off", 'a "b" \\ ☃', reason="Zoë’s\nlist",
        numbers=[1, 2], yes=True,
    )  # fmt: skip
    audit.record(None, ALICE, "account.close", "12")
    return district


@contextmanager
def trigger_off() -> Iterator[None]:
    """What somebody does who may do everything in the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield


def sql(statement: str, *values: int | bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def rows(district: District) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(district=district).order_by("pk"))


def test_C23_rows_are_linked_and_fit(maple: District) -> None:
    assert verify(maple.pk).rows == 5 and verify(0).rows == 1
    assert [verify(chain).broken for chain in audit_chain.chains()] == ["", ""]
    numbers = AuditLink.objects.filter(chain=maple.pk).order_by("event")
    assert list(numbers.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    head = AuditChain.objects.get(chain=maple.pk)
    assert (head.number, bytes(head.hash).hex()) == (5, verify(maple.pk).head)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditevent SET actor = 'x'",
        "UPDATE accounts_auditevent SET actor = 'x' WHERE false",
        "DELETE FROM accounts_auditevent",
        "TRUNCATE accounts_auditevent",
        "TRUNCATE schools_district CASCADE",
        "UPDATE accounts_auditlink SET hash = NULL",
        "DELETE FROM accounts_auditlink",
        "TRUNCATE accounts_auditlink",
        "INSERT INTO accounts_auditlink (event, chain) VALUES (999, 0)",
        "UPDATE accounts_auditchain SET number = 0",
        "DELETE FROM accounts_auditchain",
        "INSERT INTO accounts_auditchain (chain, number, hash) VALUES (9, 0, '')",
    ],
)
def test_C23_nothing_but_adding_is_possible(maple: District, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="The audit is only ever added to"):
        sql(statement)
    assert verify(maple.pk).rows == 5


def test_C23_district_of_which_anything_is_told_is_not_deleted(maple: District) -> None:
    with pytest.raises(ProtectedError):
        maple.delete()


def test_C23_what_is_rolled_back_leaves_no_link(maple: District) -> None:
    with transaction.atomic():
        audit.record(maple, ALICE, "person.seen", "person:9")
        transaction.set_rollback(True)
    with transaction.atomic():
        with transaction.atomic():
            audit.record(maple, ALICE, "person.seen", "person:9")
            transaction.set_rollback(True)
        audit.record(maple, ALICE, "person.seen", "person:10")
    found = verify(maple.pk)
    assert (found.rows, found.broken) == (6, "")


def changed(district: District) -> None:
    sql("UPDATE accounts_auditevent SET subject = 'person:7' WHERE id = %s", rows(district)[2].pk)


def deleted(district: District) -> None:
    sql("DELETE FROM accounts_auditevent WHERE id = %s", rows(district)[2].pk)


def taken_out(district: District) -> None:
    deleted(district)
    sql("DELETE FROM accounts_auditlink WHERE chain = %s AND number = 3", district.pk)


def swapped(district: District) -> None:
    second, third = (event.pk for event in rows(district)[1:3])
    for old, new in ((second, -1), (third, second), (-1, third)):
        sql("UPDATE accounts_auditevent SET id = %s WHERE id = %s", new, old)


def to_another_district(district: District) -> None:
    sql("UPDATE accounts_auditevent SET district_id = NULL WHERE id = %s", rows(district)[2].pk)


def end_cut(district: District) -> None:
    last = rows(district)[-1].pk
    sql("DELETE FROM accounts_auditevent WHERE id = %s", last)
    sql("DELETE FROM accounts_auditlink WHERE event = %s", last)


def put_in(district: District) -> None:
    sql(
        "INSERT INTO accounts_auditevent (district_id, actor, verb, subject, details, at)"
        " VALUES (%s, 'mallory', 'person.seen', '', '{}', now())", district.pk,
    )  # fmt: skip


def written_anew(district: District) -> None:
    """Everything is changed so that it fits by itself: rows, links and the last link."""
    changed(district)
    sql("UPDATE accounts_auditlink SET number = NULL, hash = NULL WHERE chain = %s", district.pk)
    sql("UPDATE accounts_auditchain SET number = 0, hash = %s WHERE chain = %s", bytes(32),
        district.pk)  # fmt: skip
    sql("SELECT accounts_audit_link_chain(%s)", district.pk)


def told(*arguments: str) -> tuple[str, str, int]:
    """What the command printed, what it complained of, and its exit code."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue(), err.getvalue(), int(str(end.code))
    return out.getvalue(), err.getvalue(), 0


@pytest.mark.parametrize(
    ("tamper", "good", "why"),
    [
        (changed, 2, "was changed"), (deleted, 2, "The row was deleted"),
        (taken_out, 2, "Link 3 of the chain is missing"), (swapped, 1, "was changed"),
        (to_another_district, 2, "was changed"), (end_cut, 4, "The end of the chain is missing"),
        (put_in, 5, "put in without a link"),
    ],
)  # fmt: skip
def test_C23_whoever_tampers_is_found_out(
    maple: District, tamper: Callable[[District], None], good: int, why: str
) -> None:
    with trigger_off():
        tamper(maple)
    found = verify(maple.pk)
    assert found.rows == good
    assert why in found.broken
    _, err, code = told("maple")
    assert code == 1
    assert f"The {good} rows before it are good." in err


def test_C23_chain_that_is_written_anew_does_not_fit_an_earlier_look(
    maple: District, tmp_path: Path
) -> None:
    kept = tmp_path / "audit.json"
    kept.write_text(told("--json")[0])
    audit.record(maple, ALICE, "person.seen", "person:20")
    assert told("maple", "--against", str(kept))[2] == 0
    with trigger_off():
        written_anew(maple)
    assert verify(maple.pk).broken == ""
    out, err, code = told("maple", "--json", "--against", str(kept))
    assert code == 1 and "written anew" in err
    (one,) = json.loads(out)["chains"]
    assert one["broken"]["event"] == rows(maple)[4].pk
    with trigger_off():
        sql("DELETE FROM accounts_auditlink WHERE number > 2")
        sql("DELETE FROM accounts_auditevent WHERE id > %s", rows(maple)[1].pk)
        sql("UPDATE accounts_auditchain SET number = 2, hash = (SELECT hash FROM"
            " accounts_auditlink link WHERE link.chain = accounts_auditchain.chain"
            " AND number = 2) WHERE chain > 0")  # fmt: skip
    assert told("maple")[2] == 0
    assert "The end of the chain is missing" in told("maple", "--against", str(kept))[1]


def test_C23_command_says_what_it_found(maple: District, tmp_path: Path) -> None:
    out, err, code = told()
    assert (err, code) == ("", 0)
    assert "maple: 5 rows, all as they were written." in out
    assert "no district: 1 rows" in out
    document = json.loads(told("maple", "--json")[0])
    assert document["ok"] and document["chains"][0]["district"] == "maple"
    with pytest.raises(CommandError, match="no district"):
        told("nowhere")
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(CommandError, match="not what verify_audit --json prints"):
        told("--against", str(tmp_path / "x.json"))


def test_C23_walk_is_in_pieces(maple: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "AT_ONCE", 2)
    assert verify(maple.pk).rows == 5


def test_C23_a_transaction_that_takes_long_keeps_nobody_waiting(maple: District) -> None:
    """Two write at once; the first has not ended when the second has, and the chain is one."""
    written, ended = Barrier(2, timeout=10), Barrier(2, timeout=10)

    def slow() -> None:
        try:
            with transaction.atomic():
                audit.record(maple, ALICE, "imported", "run 1")
                written.wait()
                ended.wait()
        finally:
            connection.close()

    thread = Thread(target=slow)
    thread.start()
    written.wait()
    audit.record(maple, ALICE, "people.exported", "student")
    ended.wait()
    thread.join(10)
    found = verify(maple.pk)
    assert (found.rows, found.broken) == (7, "")
    verbs = dict(AuditEvent.objects.values_list("pk", "verb"))
    order = AuditLink.objects.filter(chain=maple.pk).order_by("number")
    last = [verbs[pk] for pk in order.values_list("event", flat=True)][-2:]
    assert last == ["people.exported", "imported"]


def test_C23_many_who_write_at_once_make_one_chain_and_no_deadlock(maple: District) -> None:
    start = Barrier(4, timeout=10)

    def write(number: int) -> None:
        try:
            start.wait()
            for n in range(10):
                with transaction.atomic():
                    audit.record(maple, ALICE, "person.seen", f"person:{number}{n}")
                    # As most actions do, before or after their row in the audit.
                    District.objects.select_for_update(no_key=True).get(pk=maple.pk)
                    audit.record(maple, ALICE, "person.edited", f"person:{number}{n}")
        finally:
            connection.close()

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    found = verify(maple.pk)
    assert (found.rows, found.broken) == (85, "")


def test_C23_same_look_within_an_hour_is_one_row(maple: District) -> None:
    for subject in ("person:0", "person:1", "person:0", "person:50", "person:50"):
        audit.record_look(maple, ALICE, "person.seen", subject)
    audit.record_look(maple, "bob@maple.example", "person.seen", "person:0")
    assert len(rows(maple)) == 7
    with trigger_off():
        sql("UPDATE accounts_auditevent SET at = at - interval '61 minutes'")
    audit.record_look(maple, ALICE, "person.seen", "person:0")
    assert len(rows(maple)) == 8


def test_C23_rows_from_before_the_chains_are_linked_by_the_migration(maple: District) -> None:
    sql(TOGETHER.ONE_BY_ONE)
    audit.record(maple, ALICE, "person.seen", "person:29")
    assert verify(maple.pk).broken == ""
    sql(IN_CHAINS.WITHOUT)
    audit.record(maple, ALICE, "person.seen", "person:30")
    assert not AuditLink.objects.exists()
    sql(IN_CHAINS.LINK + IN_CHAINS.OLDER_ROWS + IN_CHAINS.AT_THE_END + IN_CHAINS.ONLY_ADDED)
    sql(TOGETHER.TOGETHER)
    audit.record(maple, ALICE, "person.seen", "person:31")
    found = verify(maple.pk)
    assert (found.rows, found.broken) == (8, "")


def versions_of_last_links() -> int:
    """How many versions of a last link were ever written, as PostgreSQL counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'accounts_auditchain'"
        )
        return int(cursor.fetchone()[0])


def test_H18_rows_of_one_transaction_are_linked_together(maple: District) -> None:
    other = District.objects.create(slug="cedar", name="Cedar Falls", time_zone="America/Denver")
    before = versions_of_last_links()
    with transaction.atomic():
        for n in range(4):
            for district in (maple, other):
                audit.record(district, ALICE, "person.seen", f"person:{n}")
    found = verify(maple.pk), verify(other.pk)
    assert [(each.rows, each.broken) for each in found] == [(9, ""), (4, "")]
    # One of each chain: with one per row, the next row goes through all before it.
    assert versions_of_last_links() - before == 2
