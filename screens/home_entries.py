"""What home says of each migration: read from the session files alone, without opening a screen."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from screens.demo_help import shown_by
from screens.marks import GLYPHS
from screens.quantities import duration, percent, span
from screens.stages import NAMES, newest_run, standing, whole_system
from wizard.mapping.check import decided
from wizard.model.trouble import Trouble, tag
from wizard.registry import source_provider, target_provider
from wizard.session.parts import MAPPING, TARGET
from wizard.session.store import Session, SessionInfo, infos

if TYPE_CHECKING:
    from wizard.run.view import RunView


NOBODY = "Heroku is as the cut-over left it: enter, then r goes on, b takes it back"
"""Of a cut-over whose worker is gone."""


@dataclass(frozen=True)
class Entry:
    """A migration in the list. `alive` says that a worker is at it now, and `attach` what coming
    to it means: who has it, since when, at which step. `pressing` says that Heroku stands still and nobody is
    at work. `demo` is the command that opens the example. `touched` is when something happened last (UTC).
    `broken` says why it cannot be opened, `way_out` what to do then."""

    id: str
    name: str
    route: str = ""
    glyph: str = ""
    state: str = ""
    detail: str = ""
    age: str = ""
    alive: bool = False
    attach: str = ""
    demo: str = ""
    touched: str = ""
    pressing: bool = False
    broken: str = ""
    way_out: str = ""


def read_entries() -> list[Entry]:
    """Every session: first those in whose cut-over nobody is at work, then those that run, then the newest;
    one that cannot be read is listed with the reason."""
    entries = []
    for folder, info in infos():
        if isinstance(info, Trouble):
            entries.append(
                Entry(
                    id=folder.name,
                    name=folder.name,
                    broken=info.cause,
                    way_out=f"{info.remedy} {tag(info.code)}",
                )
            )
            continue
        try:
            session = Session(folder)
            try:
                entries.append(_entry(session, info))
            finally:
                session.close()
        except Trouble as trouble:
            entries.append(
                Entry(
                    id=info.id,
                    name=info.name,
                    broken=trouble.cause,
                    way_out=f"{trouble.remedy} {tag(trouble.code)}",
                )
            )
    newest = sorted(entries, key=lambda entry: entry.touched, reverse=True)
    return sorted(newest, key=lambda entry: (not entry.pressing, not entry.alive))


def _entry(session: Session, info: SessionInfo) -> Entry:
    choice = session.load(TARGET)
    route = source_provider(info.source).title + " → "
    route += target_provider(choice.provider).title if choice else "?"
    touched = session.touched_at()
    age = _age((datetime.now(UTC) - datetime.fromisoformat(touched)).total_seconds()) if touched else ""
    if newest_run(session) is not None:
        return replace(_of_run(session, info, route, age), touched=touched or "")
    current = standing(session).current
    return Entry(
        id=info.id,
        name=info.name,
        route=route,
        glyph=GLYPHS["to-come"],
        state=current,
        detail=_decided(session) if current == "map" else f"stage {NAMES.index(current) + 1} of {len(NAMES)}",
        age=age,
        touched=touched or "",
        demo=shown_by(info) if info.demo else "",
    )


def _of_run(session: Session, info: SessionInfo, route: str, age: str) -> Entry:
    # Imported here: no run, no need for what a run knows.
    from screens.monitor.status import status
    from wizard.run.view import view

    seen = view(session)
    if seen is None:
        return Entry(id=info.id, name=info.name, route=route, state="run", detail="its plan is gone", age=age)
    how = status(seen)
    pressing = seen.worker == "dead" and seen.can_go_back
    detail = f"{seen.done} of {len(seen.steps)} steps"
    copying = next((copy for copy in seen.copies.values() if copy.phase != "done"), None)
    if how.moving and copying is not None:
        done = percent(copying.bytes, copying.estimated_bytes)
        parts = [f"{done} %"] if done is not None else []
        parts += [f"{span(*copying.seconds_left)} left"] if copying.seconds_left else []
        detail = "  ".join(parts) or detail
    return Entry(
        id=info.id,
        name=info.name,
        route=route,
        glyph=how.glyph,
        state=how.word,
        detail=detail,
        age="" if how.moving else age,
        alive=seen.worker == "alive",
        attach=_attach(session, seen) if seen.worker == "alive" else NOBODY if pressing else "",
        pressing=pressing,
        demo=shown_by(info) if info.demo else "",
    )


def _attach(session: Session, seen: "RunView") -> str:
    holder = session.edit_lock.holder()
    who = "nobody is at it, enter attaches"
    if holder is not None:
        who = f"{holder.person()} has it since {holder.since[11:16]} UTC, enter watches"
    if seen.current is None:
        return who
    return f"{who} · step {seen.current.number} of {len(seen.steps)}: {seen.current.step.title}"


def _decided(session: Session) -> str:
    system, mapping = whole_system(session), session.load(MAPPING)
    if system is None or mapping is None:
        return "none decided"
    done, total = decided(system, mapping)
    return f"{done} of {total} decided"


def _age(seconds: float) -> str:
    """As old as its largest unit says: more would be no help, and takes room."""
    return "just now" if seconds < 60 else f"{' '.join(duration(seconds).split()[:2])} ago"
