"""What changed between two readings of the same system, in words and in an order that stays.

Values of config vars are in no inventory, and no digest of them either: whoever had the file could try short
values against it. That one was set is seen in the release that Heroku makes of it, whose description reads
"Set FOO, BAR config vars" (as its command line has shown it for years; documented nowhere).

What could not be read in one of the two readings is neither gone nor new, and is said to be unknown.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from wizard.document.change_words import differences
from wizard.document.component import Component, Piece, pieces
from wizard.document.unknown import plural, silent_fields, unknown_parts, worth_saying
from wizard.model.delivery import Build, Release
from wizard.model.noun import Noun
from wizard.model.stores import Backup
from wizard.model.system import AddOn, App, ConfigVar, Gap, System, UnreadApp

SET: Final = re.compile(r"Set (.+) config vars?")

FEW: Final = 3
"""Up to so many objects of which the same could not be read are told one by one."""

Which = Literal["added", "removed", "changed"]

_IS_ITS_HOLDER: Final = ("Postgres", "Key-Value Store", "Kafka", "deploy path", "slug", "image")
"""Parts of which there is one: no news when their holder comes, and not counted with it."""


class Change(Noun, frozen=True, kw_only=True):
    """One difference. `component` is as it is now, or as it was when it is gone; `words` are a whole line
    ("web of acme-api: dynos 2 → 3")."""

    kind: Which
    component: Component
    words: str


def changes(before: System, after: System) -> tuple[Change, ...]:
    """All differences but those that nobody made (times of reading, connections, sizes that grew a little).

    An object that came or went is one line: its parts are counted there. The order is by app, then by kind
    and name, whatever order Heroku answered in.
    """
    return _Comparison(before, after).sorted()


class _Comparison:
    def __init__(self, before: System, after: System) -> None:
        self._after = after
        self._old = {piece.component.key: piece for piece in pieces(before)}
        self._new = {piece.component.key: piece for piece in pieces(after)}
        self._names: dict[str, str] = {}
        for system in (before, after):
            self._names |= {add_on.id: add_on.name for add_on in system.add_ons}
            self._names |= {unread.id: unread.name for unread in system.unread_apps}
            self._names |= {app.id: app.name for app in system.apps}
        self._other_names = {
            (piece.component.key.partition(":")[0], earlier.component.name, piece.component.name)
            for key, piece in self._new.items()
            if not piece.holder and (earlier := self._old.get(key))
        }
        self._unknown_before = unknown_parts(before)
        self._unknown_after = unknown_parts(after)
        self._asked_before = {(gap.app_id, gap.question) for gap in before.gaps}
        self._asked_after = {(gap.app_id, gap.question) for gap in after.gaps}
        unknown = {kind for _, kind in (*self._unknown_before, *self._unknown_after)}
        self._domains_unknown = "domain" in unknown
        self._rank: dict[str, int] = {}
        for key in (*self._new, *self._old):
            self._rank.setdefault(key.partition(":")[0], len(self._rank))

    def sorted(self) -> tuple[Change, ...]:
        def place(change: Change) -> tuple[str, int, str, str, str]:
            one = change.component
            app = self._names.get(one.app_id or "", "")
            return app, self._rank.get(one.key.partition(":")[0], 0), one.name, one.key, change.words

        return tuple(sorted(self._all(), key=place))

    def _all(self) -> Iterator[Change]:
        yield from self._lost_and_found()
        for key, piece in self._new.items():
            if key in self._old:
                yield from self._differs(self._old[key], piece)
            elif self._is_news(piece, self._old, self._unknown_before):
                yield self._came_or_went(piece, "added", self._new)
        for key, piece in self._old.items():
            # Only the latest releases and builds are listed: the others are not gone.
            if (
                key not in self._new
                and not isinstance(piece.noun, (Release, Build))
                and self._is_news(piece, self._new, self._unknown_after)
            ):
                yield self._came_or_went(piece, "removed", self._old)
        yield from self._known_or_not()
        yield from self._set_anew()

    def _subject(self, piece: Piece) -> str:
        one = piece.component
        holder = self._new.get(piece.holder) or self._old.get(piece.holder)
        if holder is None:
            return one.name if one.kind == "gap" else f"{one.kind} {one.name}"
        place = holder.component.name
        if one.kind in _IS_ITS_HOLDER or one.name == place:
            return f"{one.kind} of {place}"
        return f"{one.name} of {place}" if one.kind == "process type" else f"{one.kind} {one.name} of {place}"

    # -- what is there in both ----------------------------------------------------------------------

    def _differs(self, old: Piece, new: Piece) -> Iterator[Change]:
        if old.noun is None or new.noun is None or old.noun == new.noun:
            return
        part = (new.holder, new.component.kind)
        if part in self._unknown_before or part in self._unknown_after:
            return
        silent = silent_fields(self._app(self._old, old), old.component.kind)
        silent |= silent_fields(self._app(self._new, new), new.component.kind)
        if self._domains_unknown:
            silent |= {"domains_of"}  # whose they are follows from the domains of all apps
        if isinstance(old.noun, ConfigVar) and isinstance(new.noun, ConfigVar):
            silent |= _only_code_tells(old.noun, new.noun)
        if isinstance(new.noun, App):
            silent |= self._renamed(old.noun, new.noun)
        said = differences(old.noun, new.noun, self._names, silent)
        if isinstance(old.noun, App) and isinstance(new.noun, App):
            said += _order_of_buildpacks(old.noun.buildpacks, new.noun.buildpacks)
        if said:
            yield _changed(new.component, f"{self._subject(new)}: {', '.join(said)}")

    def _renamed(self, old: Noun, new: Noun) -> frozenset[str]:
        """Fields that name what got another name, which has a line of its own."""
        return frozenset(
            field
            for field in ("pipeline", "space", "team")
            if (field, getattr(old, field, None), getattr(new, field)) in self._other_names
        )

    def _app(self, among: Mapping[str, Piece], piece: Piece) -> App | None:
        holder = among.get(piece.holder, piece)
        return holder.noun if isinstance(holder.noun, App) else None

    # -- what came and what went --------------------------------------------------------------------

    def _is_news(
        self, piece: Piece, others: Mapping[str, Piece], unknown: frozenset[tuple[str, str]]
    ) -> bool:
        """Whether it says anything that a piece is not among `others`."""
        one, noun = piece.component, piece.noun
        if piece.holder and piece.holder not in others:
            return False  # told with its holder
        if (piece.holder, one.kind) in unknown or ("", one.kind) in unknown:
            return False
        if isinstance(noun, (App, UnreadApp)):
            return f"app:{noun.id}" not in others and f"unread-app:{noun.id}" not in others
        if isinstance(noun, AddOn) and (f"app:{noun.app_id}", one.kind) in unknown:
            return False
        if isinstance(noun, Gap):
            # The same question may come by another key, when it is about more or fewer things.
            return (noun.app_id, noun.question) not in (
                self._asked_before if others is self._old else self._asked_after
            )
        if isinstance(noun, Backup):
            return False  # one comes and one goes every night
        if isinstance(noun, Build):
            return noun.status == "failed"  # any other is a release too
        if isinstance(noun, Release):
            return noun.version > _newest(others.get(piece.holder))
        return True

    def _came_or_went(self, piece: Piece, kind: Which, among: Mapping[str, Piece]) -> Change:
        one, noun = piece.component, piece.noun
        words = f"{self._subject(piece)} {kind}"
        if isinstance(noun, Release):
            status = "" if noun.status == "succeeded" else f" ({noun.status})"
            words = f"{self._subject(piece)}: {noun.description}, {_when(noun)}{status}"
        elif one.kind == "gap":
            words = f"{'not told' if kind == 'added' else 'not open any more'}: {one.name}"
        if not piece.holder:
            parts = Counter(part.component.kind for part in among.values() if part.holder == one.key)
            counted = [
                f"{count} {what if count == 1 else plural(what)}"
                for what, count in parts.items()
                if what not in _IS_ITS_HOLDER
            ]
            words += f", with {', '.join(counted)}" if counted else ""
        return Change(kind=kind, component=one, words=words)

    def _lost_and_found(self) -> Iterator[Change]:
        """Apps that could be read and cannot now, or the reverse."""
        for piece in self._new.values():
            noun = piece.noun
            if isinstance(noun, UnreadApp) and f"app:{noun.id}" in self._old:
                yield _changed(piece.component, f"app {noun.name}: cannot be read any more: {noun.why}")
            elif isinstance(noun, App) and f"unread-app:{noun.id}" in self._old:
                yield _changed(piece.component, f"app {noun.name}: can be read now")

    def _known_or_not(self) -> Iterator[Change]:
        lost = self._unknown_after - self._unknown_before
        found = self._unknown_before - self._unknown_after
        for parts, words in ((lost, "could not be read this time"), (found, "can be read again")):
            alike: dict[str, list[Piece]] = {}
            for key, kinds in worth_saying(parts).items():
                holder = self._new.get(key or f"account:{self._after.account.id}")
                if holder is None or (key and key not in self._old):
                    continue
                named = ", ".join(kind if kind in _IS_ITS_HOLDER else plural(kind) for kind in kinds)
                if key:
                    alike.setdefault(f"{named} {words}", []).append(holder)
                else:
                    yield _changed(holder.component, f"the {named} {words}")
            for said, holders in alike.items():
                yield from self._said_of(holders, said)

    def _said_of(self, holders: list[Piece], said: str) -> Iterator[Change]:
        """One line each, or one for all when there are many."""
        if len(holders) <= FEW:
            for holder in holders:
                yield _changed(holder.component, f"{self._subject(holder)}: its {said}")
            return
        names = sorted(self._subject(holder) for holder in holders)
        some = f"{', '.join(names[:FEW])} and {len(names) - FEW} more"
        yield _changed(self._new[f"account:{self._after.account.id}"].component, f"{some}: their {said}")

    # -- config vars, whose values nobody keeps -----------------------------------------------------

    def _set_anew(self) -> Iterator[Change]:
        for app in self._after.apps:
            newest = _newest(self._old.get(f"app:{app.id}"))
            since = sorted(
                (release for release in app.releases if release.version > newest), key=lambda one: one.version
            )
            if not newest or not since:
                continue
            if since[0].version > newest + 1:
                missed = f"releases v{newest + 1} to v{since[0].version - 1} of {app.name}"
                words = f"{missed} are not listed any more: config vars may have been set in them"
                yield _changed(self._new[f"app:{app.id}"].component, words)
            last: dict[str, Release] = {}
            for release in since:
                if release.status == "succeeded" and (said := SET.fullmatch(release.description)):
                    last |= dict.fromkeys(said[1].split(", "), release)
            for name, release in last.items():
                key = f"config-var:{app.id}:{name}"
                if key in self._old and key in self._new:
                    words = f"config var {name} of {app.name}: set in v{release.version}, {_when(release)}"
                    yield _changed(self._new[key].component, words)


def _only_code_tells(old: ConfigVar, new: ConfigVar) -> frozenset[str]:
    """That a config var is of app.json is known only where its code was read too."""
    kinds = {old.origin.kind, new.origin.kind}
    return frozenset(("origin",)) if kinds == {"app-json", "person"} else frozenset()


def _order_of_buildpacks(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    """Each that came or went has a line of its own; that they run in another order has none."""
    if before == after or sorted(before) != sorted(after):
        return []
    return [f"buildpacks in another order: {', '.join(after)}"]


def _newest(app: Piece | None) -> int:
    """The highest version of a release that is listed, 0 when there is none."""
    listed = app.noun.releases if app is not None and isinstance(app.noun, App) else ()
    return max((release.version for release in listed), default=0)


def _when(release: Release) -> str:
    by = f" by {release.user}" if release.user else ""
    return f"{release.created_at[:10]} {release.created_at[11:16]} UTC{by}"


def _changed(component: Component, words: str) -> Change:
    return Change(kind="changed", component=component, words=words)
