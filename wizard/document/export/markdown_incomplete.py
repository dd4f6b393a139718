"""What is incomplete, and why, in Markdown: many gaps of one kind are one entry that names their apps."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from wizard.document.answers import gap_groups
from wizard.document.export.escape import code, plain
from wizard.document.export.markdown_frame import bullets
from wizard.model.system import App, Gap, System

FEW: Final = 12
"""Names up to which they stand in the line; more are folded away until somebody wants them."""

_ANY_APP: Final = "…"
_TITLES: Final = {"deploy": "how apps are deployed", "fir": "apps of the Fir generation"}
_UNREAD_APPS: Final = "unread apps"
"""Their reasons stand in a table of their own."""

_AT_THE_APP: Final = "What its releases tell stands at the deploy path of each."


def gaps_by_kind(system: System) -> Iterator[tuple[str, str]]:
    """Each kind of gap with its entries, as a list in Markdown."""
    apps = {app.id: app for app in system.apps}
    for group in gap_groups(system.gaps):
        title = _TITLES.get(group.name, group.name)
        yield f"{title[:1].upper()}{title[1:]}", bullets(_entries(group.gaps, apps))


def unknown_parts(apps: Iterable[App]) -> str:
    """Which part is not known of which apps, as a list in Markdown."""
    by_part: dict[str, list[str]] = {}
    for app in apps:
        for part in (*app.unread, *(("scheduler jobs",) if app.jobs is None else ())):
            by_part.setdefault(part, []).append(app.name)
    return bullets(f"{plain(part)} of {named(names)}" for part, names in by_part.items())


def template(gap: Gap, apps: dict[str, App]) -> str | None:
    """The question with a sign for the name of its app; None where that is not in it."""
    app = apps.get(gap.app_id or "")
    if app is None or not app.name:
        return None
    found, count = re.subn(rf"(?<![\w.-]){re.escape(app.name)}(?![\w-])", _ANY_APP, gap.question)
    return found if count else None


def named(names: Sequence[str]) -> str:
    """Apps by name, for a line of a list: many are counted, and folded away below it."""
    listed = ", ".join(map(code, sorted(names)))
    if len(names) <= FEW:
        return listed
    return f"{len(names):,} apps\n\n  <details><summary>Which</summary>\n\n  {listed}\n\n  </details>\n"


def _entries(gaps: Sequence[Gap], apps: dict[str, App]) -> Iterator[str]:
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        question = template(gap, apps)
        # What nothing is like has a key of its own.
        alike.setdefault((gap.key, "") if question is None else (question, _reason(gap, apps)), []).append(
            gap
        )
    single: list[Gap] = []
    for (question, why), members in alike.items():
        if len(members) == 1:
            single += members
            continue
        names = [apps[gap.app_id or ""].name for gap in members]
        yield f"{plain(question)} {plain(why)}".rstrip() + f" {_ANY_APP} stands for {named(names)}"
    yield from _of_one_reason(single)


def _reason(gap: Gap, apps: dict[str, App]) -> str:
    if gap.group == _UNREAD_APPS:
        return ""
    if gap.kind == "deploy" and gap.why == apps[gap.app_id or ""].deploy.evidence:
        return _AT_THE_APP
    return gap.why


def _of_one_reason(gaps: Sequence[Gap]) -> Iterator[str]:
    """Questions one by one; a reason that several have is said once, before them."""
    by_reason: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_reason.setdefault("" if gap.group == _UNREAD_APPS else gap.why, []).append(gap)
    for why, members in by_reason.items():
        if not why or len(members) == 1:
            yield from (f"{plain(gap.question)} {plain(why)}".rstrip() for gap in members)
        else:
            lines = "".join(f"\n  - {plain(gap.question)}" for gap in members)
            yield f"{len(members)} times: {plain(why)}{lines}"
