"""What is told of a district: its connection, missing syncs, who sees people, webhooks. Pure."""

from core.vocabulary import EventKind
from notifications.render.facts import Fact, Leave, Part, Problem, named, number


def needs_attention(fact: Fact) -> Part:
    problem = fact.problem or Problem("", "Clever does not let us read any more.", "")
    title = "Clever is disconnected" if fact.disconnected else "The connection needs attention"
    return Part(
        title=title,
        happened=f"On {fact.at} Clever refused to let us read. {problem.text}",
        lost="Nothing is lost: all records stay as they are, and nobody is marked as a leaver."
        " They do not follow Clever until this is put right.",
        todo=problem.fix or "Ask your Clever administrator to connect the application again.",
        link=fact.links["connection"],
        label="Look at the connection",
        tone="bad",
    )


def overdue(fact: Fact) -> Part:
    return Part(
        title="There was no good sync for a day",
        happened=f"The last good sync of {fact.types} ended on {fact.since}. One or more were"
        " due since then, and none has ended well.",
        lost="Nothing is lost: records stay as they were at the last good sync. What changed in"
        " Clever since is not here yet.",
        todo="Open the overview and look at the last runs. Sync Now starts one; if it does not"
        " end well, tell Support. You are told once when syncs come again.",
        link=fact.links["overview"],
        label="Open the overview",
        tone="bad",
    )


def works_again(fact: Fact) -> Part:
    connection = list(fact.topics) == [EventKind.NEEDS_ATTENTION] and fact.run is None
    what = "Clever lets us read again" if connection else "Syncs work again"
    times = number(fact.count, "time", "times")
    missed = f" It went wrong {times} in between." if fact.count > 1 else ""
    return Part(
        title=what,
        happened=f"It has been well again since {fact.at}. Something had been wrong since"
        f" {fact.since}."
        if fact.run is None
        else f"{named(fact)} ended well on {fact.at}. Something had been wrong since"
        f" {fact.since}.{missed}",
        lost="Nothing is lost: what changed in Clever meanwhile comes with the next sync."
        if connection
        else "Nothing is lost: what changed in Clever meanwhile was looked at by this sync.",
        todo="You need not do anything.",
        link=fact.links["run" if fact.run else "overview"],
        label="View the log" if fact.run else "Open the overview",
        tone="good",
    )


def approved(fact: Fact) -> Part:
    return Part(
        title="Clever has approved the connection",
        happened=f"Since {fact.at} Clever lets this console read what your district shares.",
        lost="Nothing has been imported yet, and no record was changed.",
        todo="When you are ready, match your schools and switch Clever on, or call Support to"
        " be walked through it. Run a Test Import first: it shows every change before any record"
        " is touched.",
        link=fact.links["schools"],
        label="Go on with the set-up",
        tone="good",
    )


def support_sees(fact: Fact) -> Part:
    leave = fact.leave or Leave("Somebody", "", "")
    return Part(
        title="Support can see people of your district",
        happened=f"Since {fact.at} {leave.who} of Support sees people of your district, until"
        f" {leave.until}. The reason they gave: “{leave.reason}”",
        lost="Nothing is lost: who looks in changes nothing. Each record that they open is"
        " recorded.",
        todo="You need not do anything. Activity shows what they open. If you do not want it, end"
        f" it at once under Support access: {fact.links['support']}",
        link=fact.links["activity"],
        label="See Activity",
        tone="info",
    )


def webhook_off(fact: Fact) -> Part:
    return Part(
        title="A webhook was switched off",
        happened=f"On {fact.at} the webhook to {fact.host} was switched off: nothing that was sent"
        " to it has arrived for five days, or it said itself that it is gone.",
        lost="Nothing is lost here: syncs and records do not depend on it. The system behind it"
        " has not heard of what happened meanwhile.",
        todo="Tell whoever looks after that system. When it answers again, an owner of the"
        " district sends it a test and switches it on under Webhooks.",
        link=fact.links["webhooks"],
        label="Look at the webhooks",
        tone="bad",
    )
