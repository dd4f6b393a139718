"""The document as Markdown: one file that reads well, also as plain text."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from msgspec import UNSET

from wizard.document.drawing.mermaid import diagrams
from wizard.document.drawing.picture import draw
from wizard.document.export.contents import Document
from wizard.document.export.escape import ascii_json, code, harmless_json, plain
from wizard.document.export.markdown_apps import OF_APPS, Apps
from wizard.document.export.markdown_frame import Frame, bullets
from wizard.document.export.markdown_incomplete import gaps_by_kind, unknown_parts
from wizard.document.export.markdown_table import facts, fenced, grid
from wizard.document.export.table import Table, moment_words, only_keys
from wizard.document.export.tables import SHAPES, counts, tables
from wizard.document.links.observations import Group, in_groups
from wizard.document.summary import dollars
from wizard.document.unknown import plural

PICTURE_WIDTH: Final = 96

_OF_STORES: Final = {
    "credential": "Postgres credentials",
    "backup-schedule": "Backup schedules",
    "backup": "Backups",
    "topic": "Kafka topics",
    "consumer-group": "Kafka consumer groups",
}
_ELSEWHERE: Final = frozenset(
    (
        *OF_APPS,
        *_OF_STORES.values(),
        "Apps not read",
        "Data services",
        "Gaps",
        "Pipeline apps",
        "Pipeline config vars",
        "Pipelines",
        "Review app settings",
        "Review apps",
        "Space networks",
        "Spaces",
        "Teams and people",
    )
)
"""Tables that stand where they belong; any other is a section of its own at the end."""

_SINGULARS: Final = {"Postgres": "Postgres database", "Kafka": "Kafka cluster"}
_PLACES: Final = {"collaborator": "app", "member": "team", "enterprise-member": "enterprise account"}


def render(document: Document, *, ascii_values: bool = False) -> str:
    """The whole document; `ascii_values` as of `export.text_of`."""
    return _Markdown(document, ascii_values).render()


class _Markdown:
    def __init__(self, document: Document, ascii_values: bool) -> None:
        self._document = document
        self._system = document.system
        self._as_json = ascii_json if ascii_values else harmless_json
        self._tables = {table.name: table for table in tables(document)}
        people = self._tables["Teams and people"]
        persons = tuple(row for row in people.rows if row.key.startswith("collaborator:"))
        self._tables["Collaborators"] = people._replace(name="Collaborators", rows=persons)
        self._frame = Frame()

    def render(self) -> str:
        top = Frame()
        self._in_short(top)
        self._incomplete()
        self._what_changed()
        self._cost()
        self._connections()
        Apps(self._document, self._tables, self._frame).say()
        self._data()
        self._people()
        self._spaces()
        self._rest()
        self._values()
        contents = f"## Contents\n\n{top.contents()}\n{self._frame.contents()}"
        return "\n\n".join([*self._top(), top.text(), contents, self._frame.text()]) + "\n"

    # -- the whole ----------------------------------------------------------------------------------

    def _top(self) -> Iterator[str]:
        document, system = self._document, self._system
        if document.secrets is not UNSET:
            yield f"**{plain(document.secrets)}**"
        yield f"# {plain(document.title)} on Heroku"
        yield (
            f"Everything that Heroku told {plain(system.account.email)}, read"
            f" {plain(moment_words(system.taken_at))} UTC with {system.calls:,} requests. Times are UTC,"
            " prices US dollars a month."
            + ("" if document.secrets is not UNSET else " Values of config vars are not in here.")
            + (f" Written by {plain(document.made_by)}." if document.made_by else "")
        )

    def _in_short(self, top: Frame) -> None:
        top.section("In short")
        cost = self._document.cost
        counted = counts(self._document)
        unread, gaps = counted.pop("unread app", 0), counted.pop("gap", 0)
        told = [
            f"{count:,} {_SINGULARS.get(kind, kind) if count == 1 else plural(kind)}"
            for kind, count in counted.items()
        ]
        missing = [
            f"{count:,} {words}"
            for count, words in (
                (unread, "app could not be read" if unread == 1 else "apps could not be read"),
                (gaps, f"{'thing is' if gaps == 1 else 'things are'} not told, or left to a person"),
            )
            if count
        ]
        price = ""
        if cost is not None:
            without = f", without {len(cost.unknown):,} that have no known price" if cost.unknown else ""
            price = f"It costs **{dollars(cost.cents)}** a month{without}."
        top.say(
            bullets(
                words
                for words in (
                    price,
                    f"Incomplete: {', '.join(missing)}; see below." if missing else "",
                    f"It holds {plain(', '.join(told))}.",
                )
                if words
            )
        )

    def _incomplete(self) -> None:
        say = self._frame
        say.section("What is incomplete, and why")
        unread, parts = self._tables["Apps not read"], unknown_parts(self._system.apps)
        if not unread.rows and not self._system.gaps and not parts:
            say.say("Nothing that Offramp asked for was left untold.")
        say.captioned("Apps that could not be read", grid(unread))
        if self._system.gaps:
            say.say("What Heroku does not tell, or what does not move by itself:")
        for caption, entries in gaps_by_kind(self._system):
            say.captioned(caption, entries)
        say.captioned("Parts of apps that are not known", parts)
        if self._document.answered:
            say.say("What the team confirmed or answered:")
            say.say(bullets(plain(gap.question) for gap in self._document.answered))
        say.say(
            "What Offramp never reads, so that it is in no part of this document:",
            bullets(plain(words) for words in self._document.not_read),
        )

    def _what_changed(self) -> None:
        if self._document.changes is None:
            return
        self._frame.section(f"What changed since {moment_words(self._document.changes_since)}")
        lines = [plain(change.words) for change in self._document.changes]
        self._frame.say(bullets(lines) or "Nothing.")

    def _cost(self) -> None:
        cost = self._document.cost
        if cost is None:
            return
        say = self._frame
        say.section("Monthly cost", note=dollars(cost.cents))
        between = ""
        if cost.least_cents != cost.most_cents:
            between = f" Autoscaling makes it {dollars(cost.least_cents)} to {dollars(cost.most_cents)}."
        say.say(f"**{dollars(cost.cents)}** a month, without tax, at today's numbers of dynos.{between}")
        for about, rows in groupby(self._tables["Cost notes"].rows, key=lambda row: str(row.cells[0])):
            say.say(f"{about}:", bullets(plain(str(row.cells[1])) for row in rows))
        sums = self._tables["Cost sums"]
        for of in ("payer", "pipeline"):
            rows_of = tuple(row for row in sums.rows if row.cells[0] == of)
            same = all(row.cells[2] == row.cells[3] == row.cells[4] for row in rows_of)
            span = ("At least", "At most") if same else ()
            say.captioned(f"By {of}", grid(sums._replace(rows=rows_of), "Of", *span))
        say.captioned("For no app", grid(_of_no_app(self._tables["Costs"]), "App"))

    def _connections(self) -> None:
        say = self._frame
        say.section("What connects them")
        found = self._document.connections
        groups = in_groups(found.observations if found else ())
        say.captioned("What follows", "\n".join(line for group in groups for line in _group(group)))
        say.say(fenced("text", "\n".join(draw(self._system, PICTURE_WIDTH, found=found))))
        for diagram in diagrams(self._system, found):
            say.captioned(diagram.title, fenced("mermaid", diagram.text))
        table = self._tables["Connections"]
        rows = tuple(row for row in table.rows if row.cells[1] != "attaches")
        if rows:
            say.captioned(
                "Connections", "An app's own add-ons stand with it.", grid(table._replace(rows=rows))
            )

    # -- what is shared, and the rest ---------------------------------------------------------------

    def _data(self) -> None:
        say = self._frame
        stores = self._tables["Data services"]
        say.section("Data services", note=f"{len(stores.rows):,}")
        if not stores.rows:
            say.say("None.")
        for row in stores.rows:
            add_on_id = row.key.partition(":")[2]
            one = stores._replace(rows=(row,))
            say.section(f"{row.cells[1]} {row.cells[0]}", level=3, note=str(row.cells[2] or ""))
            say.say(facts(one, "Add-on", "Kind"))
            for prefix, name in _OF_STORES.items():
                table = only_keys(self._tables[name], f"{prefix}:{add_on_id}:")
                say.captioned(name, grid(table, "Add-on", "App"))
        known = {app.id for app in self._system.apps}
        outside = tuple(row for row in self._tables["Add-ons"].rows if row.app_id not in known)
        say.captioned("Add-ons of apps outside", grid(self._tables["Add-ons"]._replace(rows=outside)))

    def _people(self) -> None:
        say = self._frame
        say.section("Who has access")
        people = self._tables["Teams and people"]
        others = tuple(row for row in people.rows if not row.key.startswith("collaborator:"))
        say.say(grid(people._replace(rows=others)))
        persons: dict[str, dict[tuple[str, str], list[str]]] = {}
        for row in people.rows:
            where = _PLACES.get(row.key.partition(":")[0])
            if where is not None:
                roles = persons.setdefault(str(row.cells[1]), {})
                roles.setdefault((where, str(row.cells[3] or "")), []).append(str(row.cells[2]))
        if persons:
            say.say("By person:")
            say.say(bullets(f"{code(who)}: {'; '.join(_roles(persons[who]))}" for who in sorted(persons)))

    def _spaces(self) -> None:
        if self._system.spaces:
            self._frame.section("Private Spaces", note=f"{len(self._system.spaces):,}")
            self._frame.say(grid(self._tables["Spaces"]))
            self._frame.captioned("Networks", grid(self._tables["Space networks"]))
            drains = self._tables["Drains and webhooks"]
            self._frame.captioned("Drains of spaces", grid(_of_no_app(drains)))

    def _rest(self) -> None:
        features = _of_no_app(self._tables["Features"])
        if features.rows:
            self._frame.section("Features of the account and its teams")
            self._frame.say(grid(features))
        for name in dict.fromkeys(shape.name for shape in SHAPES.values()):
            if name not in _ELSEWHERE and self._tables[name].rows:
                self._frame.section(name)
                self._frame.say(grid(self._tables[name]))
        if self._document.notes:
            self._frame.section("Notes and owners")
            self._frame.say(grid(self._tables["Notes"]))

    def _values(self) -> None:
        values = self._document.values
        if values is UNSET:
            return
        say = self._frame
        say.section("Values of config vars")
        say.say("As JSON, byte for byte.")
        names = {app.id: app.name for app in self._system.apps}
        for app_id, named in values.items():
            say.section(f"Values of {names.get(app_id, app_id)}", level=3)
            say.say(f"```json\n{self._as_json(json.dumps(named, ensure_ascii=False, indent=2))}\n```")
        if self._document.unread_values:
            say.say("Could not be read:")
            unread = self._document.unread_values
            say.say(bullets(f"{code(names.get(one, one))}: {plain(why)}" for one, why in unread.items()))


def _of_no_app(table: Table) -> Table:
    return table._replace(rows=tuple(row for row in table.rows if not row.app_id))


def _roles(roles: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    for (where, role), names in roles.items():
        kind = where if len(names) == 1 else f"{where}s"
        yield (
            f"{plain(role)} of {kind} {', '.join(map(code, names))}"
            if role
            else (f"{kind} {', '.join(map(code, names))}")
        )


def _group(group: Group) -> Iterator[str]:
    """A bullet, and below it one for each member where there are several."""
    yield f"- {'⚠ ' if group.look else ''}{plain(group.title)} {plain(group.remedy)}".rstrip()
    for one in group.members if len(group.members) > 1 else ():
        yield f"  - {plain(one.text)} {'' if group.remedy else plain(one.remedy)}".rstrip()
