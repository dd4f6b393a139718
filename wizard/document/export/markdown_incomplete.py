"""What is incomplete, and why, in Markdown: many gaps of one kind are one entry that names their apps."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from wizard.document.answers import gap_groups
from wizard.document.export.escape import code, plain
from wizard.document.export.markdown_frame import bullets
from wizard.model.system import App, Gap, System, UnreadApp

FEW: Final = 12
"""Names up to which they stand in the line; more are folded away until somebody wants them."""

_ANY_APP: Final = "…"
_AT_THE_APP: Final = "What its releases tell stands at the deploy path of each."


class _Asked(NamedTuple):
    """A gap as it is said: `alike` is its question without the name of its app, None where that is not in it;
    `why` is empty where the reason stands elsewhere."""

    question: str
    why: str
    alike: str | None
    app: str


def gaps_by_kind(system: System) -> Iterator[tuple[str, str]]:
    """Each kind of gap with its entries, as a list in Markdown."""
    apps = {app.id: app for app in system.apps}
    for group in gap_groups(system.gaps):
        asked = []
        for gap in group.gaps:
            app = apps.get(gap.app_id or "")
            why = _reason(gap, app, system.unread_apps)
            asked.append(_Asked(gap.question, why, template(gap, apps), app.name if app else ""))
        yield f"{group.name[:1].upper()}{group.name[1:]}", bullets(_entries(asked))


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


def _reason(gap: Gap, app: App | None, unread: Iterable[UnreadApp]) -> str:
    if any(one.why and one.why in gap.why for one in unread):
        return ""  # in the table of these apps
    if gap.kind == "deploy" and app is not None and gap.why and gap.why == app.deploy.evidence:
        return _AT_THE_APP
    return gap.why


def _entries(asked: Sequence[_Asked]) -> Iterator[str]:
    alike: dict[tuple[str, str], list[_Asked]] = {}
    for one in asked:
        if one.alike is not None:
            alike.setdefault((one.alike, one.why), []).append(one)
    several = {key: members for key, members in alike.items() if len(members) > 1}
    for (question, why), members in several.items():
        names = named([one.app for one in members])
        yield f"{plain(question)} {plain(why)}".rstrip() + f" {_ANY_APP} stands for {names}"
    yield from _of_one_reason([one for one in asked if (one.alike or "", one.why) not in several])


def _of_one_reason(asked: Sequence[_Asked]) -> Iterator[str]:
    """Questions one by one; a reason that several have is said once, before them."""
    by_reason: dict[str, list[_Asked]] = {}
    for one in asked:
        by_reason.setdefault(one.why, []).append(one)
    for why, members in by_reason.items():
        if not why or len(members) == 1:
            yield from (f"{plain(one.question)} {plain(why)}".rstrip() for one in members)
        else:
            lines = "".join(f"\n  - {plain(one.question)}" for one in members)
            yield f"{len(members)} times: {plain(why)}{lines}"
