"""Compares two schemas object by object, says in a sentence what differs, and judges it.

What is not as on the source is lost, unless there is a reason that it should be so: each reason is here, or
in `surroundings` and `grants` for what is no part of a schema.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Protocol

from wizard.database.fingerprint import Fingerprint, parts
from wizard.database.progress import Difference, Judgement
from wizard.model.text import clean

REWRITTEN = ("view", "rule", "policy", "function body")
"""Their text is made from a parse tree, and may say the same in other words in another version."""

_SHOWN = 120
"""Characters of a value that are shown, at most."""

_CODES: Mapping[str, Mapping[str, str]] = {
    "enabled": {"O": "yes", "D": "no", "R": "on replicas only", "A": "always"},
    "storage": {"p": "plain", "e": "external", "m": "main", "x": "extended"},
    "compression": {"p": "pglz", "l": "lz4"},
    "replica identity": {"d": "default", "n": "nothing", "f": "full", "i": "index"},
    "persistence": {"p": "logged", "u": "unlogged"},
    "volatility": {"i": "immutable", "s": "stable", "v": "volatile"},
    "parallel": {"s": "safe", "r": "restricted", "u": "unsafe"},
    "identity": {"a": "always", "d": "by default"},
    "generated": {"s": "stored", "v": "virtual"},
    "command": {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"},
}
_YES_OR_NO = {"true": "yes", "false": "no", "t": "yes", "f": "no"}


class SaysTheSame(Protocol):
    """Whether two definitions of a kind in `REWRITTEN` mean the same; None when that cannot be told."""

    def __call__(self, kind: str, there: Mapping[str, str], here: Mapping[str, str]) -> bool | None: ...


def compare(
    source: Fingerprint, target: Fingerprint, says_the_same: SaysTheSame, *, lz4: bool
) -> list[Difference]:
    """Every object that is missing, additional or different on the target.

    Args:
        lz4: whether the target's server can compress by it.
    """
    differences: list[Difference] = []
    for kind, there in source.items():
        here = target.get(kind, Counter())
        for name, before, after in _pairs(there - here, here - there):
            if before is None:
                # Every new database has the schema public.
                judgement: Judgement = "harmless" if (kind, name) == ("schema", "public") else "lost"
                said = f"is not on the source{_whose(name, after)}"
                differences.append(_difference(kind, name, said, judgement))
            elif after is None:
                differences.append(_missing(kind, name, before))
            elif (
                found := _changed(kind, name, parts(before), parts(after), says_the_same, lz4=lz4)
            ) is not None:
                differences.append(found)
    return _without_followers(differences)


def _pairs(
    missing: Counter[tuple[str, str]], more: Counter[tuple[str, str]]
) -> Iterator[tuple[str, str | None, str | None]]:
    """(name, definition on the source, definition on the target), by name. What has no name of its own, such
    as a partition's foreign key, is never taken for a changed one."""
    others: dict[str, list[str]] = {}
    for name, definition in sorted(more.elements()):
        others.setdefault(name, []).append(definition)
    for name, definition in sorted(missing.elements()):
        same = others.get(name) if not name.endswith(".") else None
        yield name, definition, same.pop() if same else None
    for name, definitions in sorted(others.items()):
        for definition in definitions:
            yield name, None, definition


def _difference(kind: str, name: str, said: str, judgement: Judgement = "lost") -> Difference:
    name = name.removesuffix(".")
    return Difference(
        kind=kind,
        name=clean(name, limit=300),
        words=clean(f"{kind} {name} {said}", limit=700),
        judgement=judgement,
    )


def _whose(name: str, definition: str | None) -> str:
    """What tells a nameless object from its like."""
    return f": {_short(parts(definition or '').get('definition', ''))}" if name.endswith(".") else ""


def _missing(kind: str, name: str, before: str) -> Difference:
    if kind == "index" and parts(before).get("valid") == "false":
        # Its creation failed or was broken off. No query uses it, and no dump takes it along.
        return _difference(kind, name, "is not valid on the source, and left out", "harmless")
    if kind == "foreign key trigger":
        return _difference(kind, name, "is switched off on the source, and checks here", "harmless")
    return _difference(kind, name, f"is missing{_whose(name, before)}")


def _changed(
    kind: str,
    name: str,
    there: Mapping[str, str],
    here: Mapping[str, str],
    says_the_same: SaysTheSame,
    *,
    lz4: bool,
) -> Difference | None:
    labels = [label for label in {**there, **here} if there.get(label) != here.get(label)]
    if "position" in labels and len(there.keys() & here.keys() & {"position"}) == 0:
        # It has become a child, or is none any more: that is told of its table.
        labels.remove("position")
        if not labels:
            return None
    if kind in REWRITTEN and not set(labels) - {"definition", "using", "check"}:
        same = says_the_same(kind, there, here)
        if same:
            return None
        if same is None:
            words = (
                "is written in other words by the target's version of Postgres; look whether it says the same"
            )
            return _difference(kind, name, words, "harmless")
    if kind == "index" and labels == ["valid"] and here["valid"] == "true":
        return _difference(kind, name, "is not valid on the source, and is here", "harmless")
    if labels == ["compression"] and there.get("compression") == "l" and not lz4:
        return _difference(
            kind, name, "is not compressed by lz4: the target's server is built without", "on purpose"
        )
    if kind == "function body":
        # It is told no more of than other bodies; its settings, which stand there too, may be secret.
        return _difference(kind, name, "differs")
    said = "; ".join(_said(label, there.get(label), here.get(label)) for label in labels)
    return _difference(kind, name, f"differs: {said}")


def _said(label: str, there: str | None, here: str | None) -> str:
    if label.startswith("#"):
        where = "" if there and here else ", none here" if there else ", none on the source"
        return f"its {label[1:]}{where}"
    before, after = _around(_word(label, there), _word(label, here))
    return f"{label} {before} on the source, {after} here"


def _word(label: str, value: str | None) -> str:
    if not value:
        return "none" if value is None else "empty"
    return " ".join({**_YES_OR_NO, **_CODES.get(label, {})}.get(value, value).split())


def _around(one: str, other: str) -> tuple[str, str]:
    """Both texts from a little before where they begin to differ, if they are long."""
    if max(len(one), len(other)) <= _SHOWN:
        return one, other
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, same - _SHOWN // 4)
    cut = "…" if start else ""
    return _short(f"{cut}{one[start:]}"), _short(f"{cut}{other[start:]}")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _without_followers(differences: list[Difference]) -> list[Difference]:
    """An index that is left out takes its comment along."""
    left = {
        one.name.replace('"', "") for one in differences if one.kind == "index" and one.judgement != "lost"
    }
    return [
        one
        for one in differences
        if not (
            one.kind == "comment"
            and one.name.startswith("index ")
            and one.name.removeprefix("index ").replace('"', "") in left
        )
    ]
