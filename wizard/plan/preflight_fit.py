"""Does a target's database that is there already take what the source holds? A pure comparison."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from wizard.database.inspect import SourceFacts, TargetFacts
from wizard.database.refusals import what_cannot_move
from wizard.database.verdict import Verdict
from wizard.model.plan import Finding

GB = 1_000_000_000

_STATES: dict[str, Literal["good", "look", "blocks"]] = {
    "refused": "blocks",
    "changed": "look",
    "moved": "good",
}


def findings_of(verdicts: Iterable[Verdict]) -> list[Finding]:
    """The same as findings: what is refused blocks, what changes is to be looked at."""
    return [
        Finding(state=_STATES[one.kind], what=one.what, detail=one.detail, remedy=one.remedy)
        for one in verdicts
    ]


def fit_findings(
    handle: str, source: SourceFacts, target: TargetFacts, disk_gb: int, said_for: int | None = None
) -> list[Finding]:
    """What of `source` the database `handle` cannot take, and what will be otherwise there.

    Args:
        disk_gb: of the database as it is, 0 when that is not known.
        said_for: the major version for which the source's own findings were told; they are not repeated.
    """
    known = what_cannot_move(source, None, to=said_for)
    found = findings_of(one for one in what_cannot_move(source, target) if one not in known)
    return [_of(handle, one) for one in found] + _disk(handle, source, disk_gb)


def _of(handle: str, finding: Finding) -> Finding:
    """The same, with the database's name for "the target" where the sentence begins with it."""
    for words, name in (("The target's ", f"{handle}'s "), ("The target ", f"{handle} ")):
        if finding.what.startswith(words):
            return msgspec.structs.replace(finding, what=name + finding.what.removeprefix(words))
    return finding


def _disk(handle: str, source: SourceFacts, disk_gb: int) -> list[Finding]:
    if not disk_gb or source.size <= disk_gb * GB * 0.9:
        return []
    return [
        Finding(
            state="blocks",
            what=f"The disk of {handle} is too small",
            detail=f"it has {disk_gb} GB, for {source.size / GB:.1f} GB of data and indexes",
            remedy="Give it more at the target; twice the size is a good measure.",
        )
    ]
