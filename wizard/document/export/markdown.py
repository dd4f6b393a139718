"""The document as Markdown: one file that reads well, also as plain text."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from msgspec import UNSET

from wizard.document.answers import gap_groups
from wizard.document.drawing.mermaid import diagrams
from wizard.document.drawing.picture import draw
from wizard.document.export.contents import Document
from wizard.document.export.escape import ascii_json, code, harmless_json, plain
from wizard.document.export.markdown_table import facts, fenced, grid
from wizard.document.export.table import Row, Table, moment_words
from wizard.document.export.tables import tables
from wizard.document.links.observations import Group, in_groups
from wizard.document.summary import dollars, tree
from wizard.model.system import App

PICTURE_WIDTH: Final = 96

_OF_AN_APP: Final = (
    "Processes",
    "Jobs",
    "Add-ons",
    "Attachments",
    "Config vars",
    "Domains",
    "Certificates",
    "Buildpacks",
    "Releases",
    "Builds",
    "Drains and webhooks",
    "Features",
    "Collaborators",
    "Costs",
    "Code",
)
_OF_A_STORE: Final = {
    "credential": "Postgres credentials",
    "backup-schedule": "Backup schedules",
    "backup": "Backups",
    "topic": "Kafka topics",
    "consumer-group": "Kafka consumer groups",
}


def render(document: Document, *, ascii_values: bool = False) -> str:
    """The whole document; `ascii_values` as of `export.text_of`."""
    return _Markdown(document, ascii_values).render()


class _Markdown:
    def __init__(self, document: Document, ascii_values: bool) -> None:
        self._document = document
        self._as_json = ascii_json if ascii_values else harmless_json
        self._system = document.system
        self._tables = {table.name: table for table in tables(document)}
        people = self._tables["Teams and people"]
        self._tables["Collaborators"] = people._replace(
            name="Collaborators",
            rows=tuple(row for row in people.rows if row.key.startswith("collaborator:")),
        )
        self._by_app = {name: _by_app(self._tables[name]) for name in (*_OF_AN_APP, *_SINGLE)}
        self._slugs: dict[str, int] = {}
        self._contents: list[str] = []
        self._parts: list[str] = []

    def render(self) -> str:
        self._in_short()
        top = [*self._top(), *self._parts]
        self._parts.clear()
        self._incomplete()
        self._what_changed()
        self._cost()
        self._connections()
        self._apps()
        self._data()
        self._people()
        self._spaces()
        self._rest()
        self._values()
        contents = ["## Contents", "\n".join(self._contents)]
        return "\n\n".join([*top, *contents, *self._parts]) + "\n"

    # -- the frame ----------------------------------------------------------------------------------

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
        )

    def _section(self, title: str, *, level: int = 2, note: str = "") -> None:
        """A heading, and its line in the table of contents."""
        slug = _slug(title)
        count = self._slugs.get(slug, 0)
        self._slugs[slug] = count + 1
        link = f"{slug}-{count}" if count else slug
        shown = plain(title)
        self._contents.append(f"{'  ' * (level - 2)}- [{shown}](#{link})" + (f", {note}" if note else ""))
        self._parts.append(f"{'#' * level} {shown}")

    def _say(self, *parts: str) -> None:
        self._parts += [part for part in parts if part]

    def _captioned(self, caption: str, table: str) -> None:
        if table:
            self._say(f"**{plain(caption)}**", table)

    # -- the whole ----------------------------------------------------------------------------------

    def _in_short(self) -> None:
        self._section("In short")
        self._say(grid(self._tables["Overview"]))

    def _incomplete(self) -> None:
        self._section("What is incomplete, and why")
        unread, gaps = self._tables["Apps not read"], self._tables["Gaps"]
        partly = [app for app in self._system.apps if app.unread or app.jobs is None]
        if not unread.rows and not gaps.rows and not partly:
            self._say("Nothing that Offramp asked for was left untold.")
        self._captioned("Apps that could not be read", grid(unread))
        if gaps.rows:
            self._say("What Heroku does not tell, or what does not move by itself:")
        for group in gap_groups(self._system.gaps):
            lines = (f"{plain(gap.question)} {plain(gap.why)}" for gap in group.gaps)
            self._captioned(group.name, _bullets(lines))
        self._captioned(
            "Apps of which a part is not known",
            _bullets(f"{code(app.name)}: {plain(', '.join(_untold(app)))}" for app in partly),
        )
        if self._document.answered:
            self._say("What the team confirmed or answered:")
            self._say(_bullets(plain(gap.question) for gap in self._document.answered))
        self._say(
            "What Offramp never reads, so that it is in no part of this document:",
            _bullets(plain(words) for words in self._document.not_read),
        )

    def _what_changed(self) -> None:
        if self._document.changes is None:
            return
        self._section(f"What changed since {moment_words(self._document.changes_since)}")
        lines = [plain(change.words) for change in self._document.changes]
        self._say(_bullets(lines) or "Nothing.")

    def _cost(self) -> None:
        cost = self._document.cost
        if cost is None:
            return
        self._section("Monthly cost")
        between = ""
        if cost.least_cents != cost.most_cents:
            between = f" Autoscaling makes it {dollars(cost.least_cents)} to {dollars(cost.most_cents)}."
        self._say(f"**{dollars(cost.cents)}** a month, without tax, at today's numbers of dynos.{between}")
        for about, rows in groupby(self._tables["Cost notes"].rows, key=lambda row: str(row.cells[0])):
            self._say(f"{about}:", _bullets(plain(str(row.cells[1])) for row in rows))
        sums = self._tables["Cost sums"]
        for of in ("payer", "pipeline"):
            rows_of = tuple(row for row in sums.rows if row.cells[0] == of)
            self._captioned(f"By {of}", grid(sums._replace(rows=rows_of), "Of"))
        self._captioned("For no app", grid(_only(self._tables["Costs"], ""), "App"))

    def _connections(self) -> None:
        self._section("What connects them")
        found = self._document.connections
        self._captioned(
            "What follows",
            "\n".join(
                line for group in in_groups(found.observations if found else ()) for line in _group(group)
            ),
        )
        self._say(fenced("text", "\n".join(draw(self._system, PICTURE_WIDTH, found=found))))
        for diagram in diagrams(self._system, found):
            self._captioned(diagram.title, fenced("mermaid", diagram.text))
        self._captioned("Connections", grid(self._tables["Connections"]))

    # -- apps ---------------------------------------------------------------------------------------

    def _apps(self) -> None:
        apps = {app.id: app for app in self._system.apps}
        pipelines = {pipeline.name: pipeline for pipeline in self._system.pipelines}
        for branch in tree(self._system):
            title = f"Pipeline {branch.title}" if branch.in_pipeline else "Apps of no pipeline"
            self._section(title)
            pipelines.pop(branch.title, None)
            if branch.in_pipeline:
                self._pipeline(branch.title)
            for stage in branch.stages:
                for app_id in stage.app_ids:
                    self._app(apps[app_id], stage.title)
        for name in pipelines:
            self._section(f"Pipeline {name}")
            self._pipeline(name)

    def _pipeline(self, name: str) -> None:
        """All pipelines of that name, which need not be the only one."""
        for pipeline in self._system.pipelines:
            if pipeline.name != name:
                continue
            here = pipeline.id
            self._say(facts(_only_keys(self._tables["Pipelines"], f"pipeline:{here}"), "Pipeline"))
            for caption, prefixes in (
                ("Pipeline apps", ("pipeline-app",)),
                ("Review apps", ("review-app",)),
                ("Pipeline config vars", ("test-config-var", "review-config-var")),
            ):
                table = _only_keys(self._tables[caption], *(f"{prefix}:{here}:" for prefix in prefixes))
                self._captioned(caption, grid(table, "Pipeline"))
            settings = _only_keys(self._tables["Review app settings"], f"review-settings:{here}")
            self._captioned("Review app settings", facts(settings, "Pipeline"))

    def _app(self, app: App, stage: str) -> None:
        self._section(f"App {app.name}", level=3, note=plain(stage))
        said = facts(self._of_app("Apps", app), "App", "Pipeline", "Buildpacks", "Features")
        cost = self._document.cost
        if cost:
            price = cost.by_app[app.id]
            without = f", without {plain(', '.join(price.unknown))}" if price.unknown else ""
            said = f"{said}\n- US$ a month: {dollars(price.cents)}{without}"
        self._say(said)
        for caption in ("Deploy paths", "Slugs and images"):
            words = facts(self._of_app(caption, app), "App")
            self._captioned({"Deploy paths": "Deploy path", "Slugs and images": "What runs"}[caption], words)
        if not app.processes:
            self._say("No process type: it was never deployed.")
        for caption in _OF_AN_APP:
            self._captioned(caption, grid(self._of_app(caption, app), "App", "App id", "Of"))

    def _of_app(self, name: str, app: App) -> Table:
        table = self._tables[name]
        return table._replace(rows=tuple(self._by_app[name].get(app.id, ())))

    # -- all else -----------------------------------------------------------------------------------

    def _data(self) -> None:
        self._section("Data services")
        stores = self._tables["Data services"]
        if not stores.rows:
            self._say("None.")
        for row in stores.rows:
            add_on_id = row.key.partition(":")[2]
            one = stores._replace(rows=(row,))
            self._section(f"{row.cells[1]} {row.cells[0]}", level=3)
            self._say(facts(one, "Add-on", "Kind"))
            for prefix, name in _OF_A_STORE.items():
                table = _only_keys(self._tables[name], f"{prefix}:{add_on_id}:")
                self._captioned(name, grid(table, "Add-on", "App"))
        known = {app.id for app in self._system.apps}
        outside = tuple(row for row in self._tables["Add-ons"].rows if row.app_id not in known)
        self._captioned("Add-ons of apps outside", grid(self._tables["Add-ons"]._replace(rows=outside)))

    def _people(self) -> None:
        self._section("Who has access")
        people = self._tables["Teams and people"]
        others = tuple(row for row in people.rows if not row.key.startswith("collaborator:"))
        self._say(grid(people._replace(rows=others)))
        persons: dict[str, list[str]] = {}
        for row in people.rows:
            where = _PLACES.get(row.key.partition(":")[0])
            if where is not None:
                role = f" ({plain(str(row.cells[3]))})" if row.cells[3] else ""
                persons.setdefault(str(row.cells[1]), []).append(f"{where} {code(str(row.cells[2]))}{role}")
        if persons:
            self._say("By person:")
            self._say(_bullets(f"{code(who)}: {', '.join(persons[who])}" for who in sorted(persons)))

    def _spaces(self) -> None:
        if self._system.spaces:
            self._section("Private Spaces")
            self._say(grid(self._tables["Spaces"]))
            self._captioned("Networks", grid(self._tables["Space networks"]))
            drains = self._tables["Drains and webhooks"]
            self._captioned("Drains of spaces", grid(_only(drains, "")))

    def _rest(self) -> None:
        features = _only(self._tables["Features"], "")
        if features.rows:
            self._section("Features of the account and its teams")
            self._say(grid(features))
        for name in ("SSH keys", "Invoices"):
            if self._tables[name].rows:
                self._section(f"{name} of the account")
                self._say(grid(self._tables[name]))
        if self._document.notes:
            self._section("Notes and owners")
            self._say(grid(self._tables["Notes"]))

    def _values(self) -> None:
        values = self._document.values
        if values is UNSET:
            return
        self._section("Values of config vars")
        self._say("As JSON, byte for byte.")
        names = {app.id: app.name for app in self._system.apps}
        for app_id, named in values.items():
            self._section(f"Values of {names.get(app_id, app_id)}", level=3)
            self._say(f"```json\n{self._as_json(json.dumps(named, ensure_ascii=False, indent=2))}\n```")
        if self._document.unread_values:
            self._say("Could not be read:")
            unread = self._document.unread_values
            self._say(_bullets(f"{code(names.get(one, one))}: {plain(why)}" for one, why in unread.items()))


_PLACES: Final = {"collaborator": "app", "member": "team", "enterprise-member": "enterprise account"}
_SINGLE: Final = ("Apps", "Deploy paths", "Slugs and images")


def _by_app(table: Table) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.rows:
        found.setdefault(row.app_id or "", []).append(row)
    return found


def _only(table: Table, app_id: str) -> Table:
    return table._replace(rows=tuple(row for row in table.rows if (row.app_id or "") == app_id))


def _only_keys(table: Table, *starts: str) -> Table:
    """The rows of one component, or those whose keys begin with one of `starts`, which end in a colon."""
    if not starts[0].endswith(":"):
        return table._replace(rows=tuple(row for row in table.rows if row.key == starts[0]))
    return table._replace(rows=tuple(row for row in table.rows if row.key.startswith(starts)))


def _untold(app: App) -> Iterator[str]:
    yield from app.unread
    if app.jobs is None:
        yield "scheduler jobs"


def _group(group: Group) -> Iterator[str]:
    """A bullet, and below it one for each member where there are several."""
    yield f"- {'⚠ ' if group.look else ''}{plain(group.title)} {plain(group.remedy)}".rstrip()
    for one in group.members if len(group.members) > 1 else ():
        yield f"  - {plain(one.text)} {'' if group.remedy else plain(one.remedy)}".rstrip()


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _slug(title: str) -> str:
    """The anchor that GitHub gives a heading: lower case, spaces as hyphens, other signs left out."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
