"""What is told of a run. Pure."""

from notifications.render.facts import Fact, Part, Problem, Ran, named, number, rows, run_of

UNTIL_IT_IS_OVER = (
    "While it lasts you get no further mail about it; you are told once when syncs work again."
)


def _written(run: Ran) -> list[str]:
    said = (
        ("update", "Updated"), ("create", "Created"), ("link", "Matched to a record here"),
        ("move", "Moved to another school"), ("transfer", "Marked as leavers"),
        ("restore", "Came back"), ("held", "Held"), ("conflict", "Wait for a decision"),
        ("reject", "Left out"),
    )  # fmt: skip
    return [f"{label}: {run.counts[action]:,}" for action, label in said if run.counts.get(action)]


def started(fact: Fact) -> Part:
    run = run_of(fact)
    return Part(
        title=f"{run.name} has started",
        happened=f"{named(fact)} began on {fact.at}.",
        lost="Nothing has been changed so far.",
        todo="You need not do anything. The page of the run shows how far it is.",
        link=fact.links["run"],
        label="Follow the run",
        tone="info",
    )


def tested(fact: Fact) -> Part:
    run = run_of(fact)
    of_clever = run.name == "Test Import"
    on = "press Start Import" if of_clever else "go on from the page of the test"
    return Part(
        title="A Test Import has finished" if of_clever else f"{run.name} has finished",
        happened=f"{named(fact)} ended on {fact.at}. {run.message}",
        lost="Nothing is lost: a test changes no record.",
        todo=f"Look at what it would change. If it is right, {on}.",
        link=fact.links["run"],
        label="See what it would change",
        rows=_written(run),
        tone="info",
    )


def finished(fact: Fact) -> Part:
    run = run_of(fact)
    return Part(
        title=f"{run.name} has finished",
        happened=f"{named(fact)} ended on {fact.at}. {run.message}",
        lost="Nothing is lost. Each change can be seen with its old and its new value.",
        todo="You need not do anything.",
        link=fact.links["run"],
        label="View the log",
        rows=_written(run),
        tone="good",
    )


def finished_with_errors(fact: Fact) -> Part:
    run = run_of(fact)
    return Part(
        title=f"{run.name} has finished, but some people were left out",
        happened=f"{named(fact)} ended on {fact.at}. {run.message}",
        lost="Nothing is lost: whoever was left out is still here as before, and is not treated"
        " as gone.",
        todo="Open the log. It says for each problem what it is and who can put it right.",
        link=fact.links["run"],
        label="View the log",
        rows=_written(run),
    )


def needs_decision(fact: Fact) -> Part:
    return Part(
        title="Your decision is needed",
        happened=(
            f"Nothing was imported yet. Your decision is needed. {named(fact)} stopped on"
            f" {fact.at}, because its plan is not the one that the test showed:"
            f" {number(fact.count, 'row differs', 'rows differ')}."
        ),
        lost="Nothing is lost: no record here was changed or removed.",
        todo="Look at what is different. Then import it or discard it.",
        link=fact.links["run"],
        label="Look and decide",
    )


def held(fact: Fact) -> Part:
    schools: dict[str, int] = {}
    for one in fact.held:
        for school, count in one.schools:
            schools[school] = schools.get(school, 0) + count
    most = sorted(schools.items(), key=lambda row: (-row[1], row[0]))
    total = sum(one.count for one in fact.held)
    causes = "; ".join(dict.fromkeys(one.title for one in fact.held))
    changes = number(total, "change is", "changes are")
    return Part(
        title=f"{changes} held, because {'it looks' if total == 1 else 'they look'} like an"
        " accident",
        happened=f"{named(fact)} of {fact.at} did not write"
        f" {'it' if total == 1 else 'them'}. Why: {causes}.",
        lost="Nothing is lost: what is held was not written. Everything else was imported.",
        todo="Look at what is held. Approve it if it is right, else discard it. If Clever was"
        " wrong, put it right there and check again. After 7 days without a decision it expires,"
        " and the next sync looks anew.",
        link=fact.links["holds"],
        label="Look at what is held",
        rows=rows(most, of="schools"),
    )


def alerts(fact: Fact) -> Part:
    people = number(fact.count, "person", "people")
    return Part(
        title=f"{people} may already exist here",
        happened=f"{named(fact)} of {fact.at} met {people} in Clever whom it could not place"
        " for certain.",
        lost="Nothing is lost: no record was made or changed for them, and nobody was doubled.",
        todo="Open Resolve Alerts. It shows both sides; choose Match or Create Record.",
        link=fact.links["alerts"],
        label="Resolve Alerts",
        rows=rows(fact.rows, of="reasons"),
    )


def failed(fact: Fact) -> Part:
    run, problem = run_of(fact), fact.problem or Problem("It stopped", "", "")
    return Part(
        title=f"{run.name} has failed: {problem.title}",
        happened=f"{named(fact)} ended on {fact.at}. {problem.text}",
        lost="Nothing is lost: this run imported nothing, and all records are as they were.",
        todo=problem.fix if run.test else f"{problem.fix} {UNTIL_IT_IS_OVER}",
        link=fact.links["run"],
        label="View the log",
        tone="bad",
    )
