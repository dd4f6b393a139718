"""The report as Markdown: one file that reads well, also as plain text."""

from collections.abc import Sequence

from wizard.database.progress import Proof
from wizard.report.report import Report
from wizard.stores.progress import StoreProof


def render(report: Report) -> str:
    """The whole report."""
    parts = [
        f"# {_plain(report.name)}: {_plain(report.source)} to {_plain(report.target)}",
        f"**{_plain(report.verdict)}**",
        f"Started {_time(report.started_at)}"
        + (f", ended {_time(report.ended_at)}." if report.ended_at else ", not ended.")
        + (f" Accounts: {_plain(', '.join(report.accounts))}." if report.accounts else ""),
        _section(
            "What moved" if report.state == "done" else "What is to move",
            (f"On {report.source}", f"On {report.target}", "Proof"),
            [(m.what, m.became, m.proof) for m in report.moved],
        ),
        _section(
            "Left behind",
            ("What", "Why"),
            [(left.what, left.reason) for left in report.left],
            "Nothing was left behind.",
        ),
        *(_proof(proof, report) for proof in report.proofs),
        *(_store_proof(proof, report) for proof in report.store_proofs),
        _section("Config vars", ("App", "Config var", "What became of it"), list(report.config), "None."),
        _section(
            "Steps and times",
            ("Step", "State", "Seconds", "Evidence"),
            [
                (t.title, t.state, "" if t.seconds is None else f"{t.seconds:.1f}", t.evidence)
                for t in report.timings
            ],
        ),
        _todo(report),
        _section("Addresses", ("What", "Address"), [(one.what, one.value) for one in report.addresses]),
        _events(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _proof(proof: Proof, report: Report) -> str:
    verdict = "every table equal" if proof.equal else "NOT EQUAL"
    sides = (report.source, report.target)
    cells = [
        (
            table.name,
            f"{table.source_rows:,}",
            f"{table.target_rows:,}",
            table.source_digest,
            table.target_digest,
            "equal" if table.equal else "DIFFERS",
        )
        for table in proof.tables
    ]
    text = _section(
        f"Proof of {_plain(proof.database)}: {verdict}",
        ("Table", *(f"{what} on {side}" for what in ("Rows", "Digest") for side in sides), ""),
        cells,
    )
    said = (
        f"Count and two order-independent 64-bit digests of every row, made by each server itself, in "
        f"{proof.seconds:.1f} s. {proof.sequences_checked} sequences compared."
    )
    if proof.seconds:
        said += " Every other object was compared by its definition, and who may do what with it."
    lists = [
        _list(
            "Rows that differ",
            [f"{table.name}: {words}" for table in proof.tables if table.rows for words in table.rows.lines],
        ),
        _list("Not as on Heroku", [one.words for one in proof.lost]),
        _list(
            "Otherwise on purpose, or harmless", [f"{one.words} ({one.judgement})" for one in proof.excused]
        ),
    ]
    return "\n\n".join([text, said, *filter(None, lists)])


def _store_proof(proof: StoreProof, report: Report) -> str:
    verdict = _equal(proof) if proof.equal else "NOT EQUAL"
    kinds = any(part.kind for part in proof.parts)
    cells = [
        (
            part.name,
            *((part.kind,) if kinds else ()),
            f"{part.source:,}",
            f"{part.target:,}",
            "equal" if part.equal else "DIFFERS",
        )
        for part in proof.parts
    ]
    heads = (
        "Part",
        *(("Kind",) if kinds else ()),
        f"{proof.unit} on {report.source}",
        f"{proof.unit} on {report.target}",
        "",
    )
    differing = [
        f"{one.words}: {', '.join(one.samples)}" if one.samples else one.words for one in proof.differences
    ]
    how = _HOW.get(proof.unit, "Each of them compared")
    said = f"{how}, on both sides in {proof.seconds:.1f} s, while nothing wrote to the source."
    if proof.counted:
        said = (
            f"Counted on both sides, not compared, in {proof.seconds:.1f} s: what is in them, the person who "
            "moved them vouches for."
        )
    text = _section(f"Proof of {_plain(proof.store)}: {verdict}", heads, cells)
    return "\n\n".join(filter(None, [text, said, _list("What differs", differing)]))


_HOW = {
    "keys": "Type, value and expiry of every key compared",
    "rows": "Count and digest of every row compared, and every other object by its definition",
}
"""What a proof compares, by its unit."""


def _equal(proof: StoreProof) -> str:
    if not proof.counted:
        return "all equal"
    # Of queues only that they are there is looked at: what waits in them is not moved.
    same = all(part.source == part.target for part in proof.parts)
    return "every count equal" if same else "all there"


def _list(title: str, entries: Sequence[str]) -> str:
    return f"{title}:\n\n" + "\n".join(f"- {_plain(entry)}" for entry in entries) if entries else ""


def _section(title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], empty: str = "") -> str:
    if not rows:
        return f"## {title}\n\n{empty}" if empty else ""
    lines = [f"| {' | '.join(_plain(head) for head in heads)} |", "|" + " --- |" * len(heads)]
    lines += [f"| {' | '.join(_plain(cell) for cell in row)} |" for row in rows]
    return f"## {title}\n\n" + "\n".join(lines)


def _todo(report: Report) -> str:
    if not report.todo:
        return ""
    return "## What is yours to do now\n\n" + "\n".join(
        f"{number}. **{_plain(todo.what)}.** {_plain(todo.how)}" for number, todo in enumerate(report.todo, 1)
    )


def _events(report: Report) -> str:
    if not report.events:
        return ""
    lines = "\n".join(f"- {_time(event.at)} {_plain(event.text)}" for event in report.events)
    return f"## What happened\n\n{lines}"


def _time(text: str) -> str:
    return f"{text[:10]} {text[11:19]} UTC"


def _plain(text: str) -> str:
    """Text from outside in a Markdown cell: no markup of its own, no cell border, no line break."""
    for sign in "\\`*_[]<>|#&~":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.splitlines())
