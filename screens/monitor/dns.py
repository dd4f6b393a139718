"""DNS records that a person sets, drawn for the monitor: as each is to be, as it is now, and since when."""

from screens.monitor.line import EMPTY, Line, Span, Tone, line, pad, wrap
from screens.quantities import clock
from screens.worn_words import AS_THEY_COME, WornWords
from wizard.run.view import RunView
from wizard.run.watched import DnsWatch, RecordState, WatchedRecord

MARKS: dict[RecordState, tuple[str, Tone]] = {
    "right": ("✓", "good"),
    "missing": ("○", "attention"),
    "wrong": ("✗", "bad"),
    "unknown": ("?", "attention"),
}

LABEL = 11

COLLEAGUE = (
    "You need not do this: a colleague of the example has the login of its DNS and sets it in some seconds."
)
"""Said in the demo, where no DNS of the person's is asked."""


def open_watch(view: RunView) -> DnsWatch | None:
    """The records that a living worker watches at this step; None where it does something else."""
    if view.worker != "alive" or view.run.state != "running" or view.current is None:
        return None
    if view.current.step.kind not in ("certificate", "traffic", "capsule-traffic"):
        return None
    return view.dns.get(view.current.step.key)


def watch_picture(
    watch: DnsWatch, cells: int, *, demo: bool = False, keys: WornWords = AS_THEY_COME
) -> list[Line]:
    """Each record in three lines, what to do about it, and what else is to be known; in the `demo` who does
    it."""
    drawn: list[Line] = []
    for record in watch.records:
        drawn += [*_record(record, watch.since, cells), EMPTY]
    if demo and not watch.right:
        drawn += [*wrap(COLLEAGUE, cells, "accent"), EMPTY]
    if watch.refused:
        drawn += [*wrap(keys(watch.refused), cells, "attention"), EMPTY]
    if watch.note:
        drawn += [*wrap(keys(watch.note), cells, "muted"), EMPTY]
    looked = f"Looked at {clock(watch.looked_at)} (r: again)."
    drawn += wrap(keys(f"{looked} Enter: copy values, or go on as it is."), cells, "muted")
    if watch.others:
        drawn += [EMPTY, line(Span("The steps after this one wait for:", "muted"))]
    for record in watch.others:
        glyph, tone = MARKS[record.state]
        first, *rest = wrap(f"{record.kind} {record.name} -> {record.value}", cells - 2) or [EMPTY]
        drawn += [line(Span(f"{glyph} ", tone), *first), *(line("  ", *more) for more in rest)]
    return drawn


def _record(record: WatchedRecord, since: str, cells: int) -> list[Line]:
    glyph, tone = MARKS[record.state]
    drawn = [line(Span(f"{glyph} ", tone), Span(f"{record.kind}  {record.name}", "strong"))]
    if record.value:
        drawn += _labelled("is to be", record.value, "accent", cells)
    when = f", since {clock(since)}" if since else ""
    drawn += _labelled("now", f"{record.seen}{when}", "plain" if record.state == "right" else tone, cells)
    if record.todo and (record.kind == "CAA" or not record.value):
        # Of the others "is to be" says it all.
        drawn += _labelled("you", record.todo, "plain", cells)
    return drawn


def _labelled(label: str, words: str, tone: Tone, cells: int) -> list[Line]:
    first, *rest = wrap(words, cells - LABEL - 2, tone) or [EMPTY]
    return [
        line("  ", Span(pad(label, LABEL), "muted"), *first),
        *(line(" " * (LABEL + 2), *more) for more in rest),
    ]


def values(watch: DnsWatch) -> list[tuple[str, str]]:
    """What is typed into a DNS provider's page, each with what it is: names and values of the records."""
    found: list[tuple[str, str]] = []
    for record in (*watch.records, *watch.others):
        found.append((f"name of the {record.kind}", record.name))
        if record.value:
            found.append((f"value of the {record.kind}", record.value))
    return list(dict.fromkeys(found))


def what_going_on_means(watch: DnsWatch) -> list[str]:
    """Said before DNS is left as it is."""
    if watch.purpose == "certificate":
        return [
            f"{watch.hostname} has no certificate there yet. The run goes on without waiting for it.",
            "The endpoint stays: set the record later, and renew the certificate in the target's dashboard.",
            "Before that, nobody can be served at this name there.",
        ]
    return [
        f"{watch.hostname} does not lead to the target, as far as DNS tells. The run goes on all the same.",
        "Right where a proxy stands in between, or where you change the record later.",
        "Until it leads there, people meet Heroku's maintenance page.",
    ]
