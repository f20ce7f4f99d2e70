"""The bricks of the control page: every text that comes from outside is escaped here."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

STYLE = "/_sandbox/style.css"
_PAGES = (
    ("/_sandbox/", "Troubles"),
    ("/_sandbox/people", "People"),
    ("/_sandbox/schools", "Schools"),
    ("/_sandbox/requests", "Requests"),
)


def text(value: object) -> str:
    """A value as text inside HTML, also inside quoted attributes."""
    return escape("" if value is None else str(value), quote=True)


def address(path: str, **params: object) -> str:
    """An address with its query, without empty parameters, ready for an attribute."""
    query = urlencode({name: value for name, value in params.items() if value not in ("", None)})
    return text(f"{path}?{query}" if query else path)


def page(
    title: str, content: Iterable[str], district: str, here: str, said: str = "", wrong: str = ""
) -> str:
    """A whole page with its navigation; `said` and `wrong` tell how the last action went."""
    links = "".join(_link(path, name, district, path == here) for path, name in _PAGES)
    notes = f'<p class="note" role="status">{text(said)}</p>' if said else ""
    notes += f'<p class="note wrong" role="alert">{text(wrong)}</p>' if wrong else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{text(title)} · Clever sandbox</title><link rel="stylesheet" href="{STYLE}">'
        '</head><body><a class="skip" href="#main">Skip to content</a>'
        f'<header><p class="brand">Clever sandbox</p><nav aria-label="Pages">{links}</nav></header>'
        f'<main id="main"><h1>{text(title)}</h1>{notes}{"".join(content)}</main></body></html>'
    )


def _link(path: str, name: str, district: str, is_here: bool) -> str:
    current = ' aria-current="page"' if is_here else ""
    return f'<a href="{address(path, district=district)}"{current}>{name}</a>'


def card(title: str, *content: str) -> str:
    """A titled box."""
    return f'<section class="card"><h2>{text(title)}</h2>{"".join(content)}</section>'


def form(action: str, district: str, back: str, *content: str) -> str:
    """A form that does a control action and comes back."""
    hidden = {"action": action, "district": district, "back": back}
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{text(value)}">'
        for name, value in hidden.items()
    )
    return f'<form method="post" action="/_sandbox/do">{fields}{"".join(content)}</form>'


def button(label: str, *, quiet: bool = True, about: str = "") -> str:
    """A button that sends its form; `about` completes its name for those who do not see the row."""
    more = f' <span class="unseen">{text(about)}</span>' if about else ""
    return f"<button{' class=quiet' if quiet else ''}>{text(label)}{more}</button>"


def field(label: str, name: str, value: object = "", kind: str = "text") -> str:
    """A labelled input."""
    return (
        f'<label><span>{text(label)}</span><input type="{kind}" name="{text(name)}"'
        f' value="{text(value)}"></label>'
    )


def hidden(name: str, value: object) -> str:
    """A value that goes along with a form."""
    return f'<input type="hidden" name="{text(name)}" value="{text(value)}">'


def choice(label: str, name: str, options: Mapping[str, str], chosen: str) -> str:
    """A labelled list to choose from."""
    rows = "".join(
        f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(shown)}'
        "</option>"
        for value, shown in options.items()
    )
    return f'<label><span>{text(label)}</span><select name="{text(name)}">{rows}</select></label>'


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]], empty: str) -> str:
    """A table of cells that are HTML already; `empty` is said when there are no rows."""
    heads = list(heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-head="{text(head)}">{cell}</td>'
            for head, cell in zip(heads, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    if not body:
        return f'<p class="empty">{text(empty)}</p>'
    head_row = "".join(f'<th scope="col">{text(head)}</th>' for head in heads)
    return (
        f"<table><caption>{text(caption)}</caption><thead><tr>{head_row}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
