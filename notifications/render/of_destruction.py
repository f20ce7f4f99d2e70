"""What is told to the owners of a district about destroying what it imported (C34). Pure."""

from notifications.render.facts import Destroyed, Fact, Part, number


def told(fact: Fact) -> Part:
    """Ordered, called off, or done."""
    one = fact.destroyed or Destroyed("done", "", "", records=False)
    return {"ordered": _ordered, "cancelled": _cancelled}.get(one.what, _done)(fact, one)


def _ordered(fact: Fact, one: Destroyed) -> Part:
    what = "What was imported from Clever is to be destroyed"
    more = ", with the records that only Clever ever wrote" if one.records else ""
    return Part(
        title=what,
        happened=f"On {fact.at} {one.by} ordered that what your district imported from Clever is"
        f" destroyed{more}: on {one.due}, or when Clever is switched off after that.",
        lost="Nothing is lost yet. Once it has begun it cannot be undone, by anybody.",
        todo="If this is right, you need not do anything. If it is not, any owner can call it off"
        " until then, with one button.",
        link=fact.links["privacy"],
        label="Look at it, or call it off",
        tone="bad",
    )


def _cancelled(fact: Fact, one: Destroyed) -> Part:
    return Part(
        title="The destruction was called off",
        happened=f"On {fact.at} {one.by} called off that what your district imported from Clever"
        " is destroyed.",
        lost="Nothing is lost: nothing had been destroyed.",
        todo="You need not do anything.",
        link=fact.links["privacy"],
        label="Data and privacy",
        tone="good",
    )


def _done(fact: Fact, one: Destroyed) -> Part:
    return Part(
        title="What was imported from Clever is destroyed",
        happened=f"On {fact.at} it was done: {number(one.rows, 'row', 'rows')} are gone, as"
        f" {one.by} had ordered.",
        lost="What the order named is gone and cannot be brought back from this console. Backups"
        " end after the time that your contract names.",
        todo=f"Download the certificate and keep it elsewhere. Its SHA-256 is {one.digest}.",
        link=fact.links["privacy"],
        label="Open the certificate",
        tone="info",
    )
