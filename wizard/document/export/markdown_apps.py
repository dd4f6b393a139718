"""Pipelines and apps in Markdown: each app with all that it has, said once."""

from collections.abc import Iterator, Mapping
from typing import Final

from wizard.document.export.contents import Document
from wizard.document.export.escape import plain
from wizard.document.export.markdown_frame import Frame
from wizard.document.export.markdown_table import facts, grid
from wizard.document.export.said_once import in_words, more_attachments, own_add_ons
from wizard.document.export.table import Row, Table, only_keys
from wizard.document.pages.page import counted
from wizard.document.summary import dollars, tree
from wizard.model.system import App

_IN_LISTS: Final = {"Deploy paths": "Deploy path", "Slugs and images": "What runs"}
"""Tables of which an app has one row, with their captions."""

_IN_TABLES: Final = (
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
OF_APPS: Final = ("Apps", *_IN_LISTS, *_IN_TABLES)
"""The tables whose rows of an app stand with it."""

_OF_CONFIG_VARS: Final = ("Config var", "Set by", "Secret", "Because", "Owner", "Note")
"""Columns of their own; what else is to be said of a config var is rare."""

_OF_PIPELINES: Final = (
    ("Review apps", ("review-app",)),
    ("Pipeline config vars", ("test-config-var", "review-config-var")),
)


class Apps:
    """The sections of all pipelines and apps."""

    def __init__(self, document: Document, tables: Mapping[str, Table], frame: Frame) -> None:
        self._document = document
        self._tables = tables
        self._frame = frame
        self._by_app = {name: _by_app(tables[name]) for name in OF_APPS}

    def say(self) -> None:
        """All of them, as they stand in the tree."""
        system = self._document.system
        apps = {app.id: app for app in system.apps}
        branches = tree(system)
        for branch in branches:
            count = sum(len(stage.app_ids) for stage in branch.stages)
            title = f"Pipeline {branch.title}" if branch.in_pipeline else "Apps of no pipeline"
            self._frame.section(title, note=counted(count, "app"))
            if branch.in_pipeline:
                self._pipeline(branch.title)
            for stage in branch.stages:
                for app_id in stage.app_ids:
                    self._app(apps[app_id], stage.title)
        # The tree takes a pipeline without a name for none.
        told = {branch.title for branch in branches if branch.in_pipeline}
        for name in dict.fromkeys(one.name for one in system.pipelines if one.name not in told):
            self._frame.section(f"Pipeline {name}")
            self._pipeline(name)

    def _pipeline(self, name: str) -> None:
        """All pipelines of that name, which need not be the only one."""
        read = {app.id for app in self._document.system.apps}
        for pipeline in self._document.system.pipelines:
            if pipeline.name != name:
                continue
            here = pipeline.id
            self._frame.say(facts(only_keys(self._tables["Pipelines"], f"pipeline:{here}"), "Pipeline"))
            staged = only_keys(self._tables["Pipeline apps"], f"pipeline-app:{here}:")
            if any(row.app_id not in read for row in staged.rows):
                self._frame.captioned("Pipeline apps", grid(staged, "Pipeline"))
            for caption, prefixes in _OF_PIPELINES:
                table = only_keys(self._tables[caption], *(f"{prefix}:{here}:" for prefix in prefixes))
                self._frame.captioned(caption, grid(table, "Pipeline"))
            settings = only_keys(self._tables["Review app settings"], f"review-settings:{here}")
            self._frame.captioned("Review app settings", facts(settings, "Pipeline"))

    def _app(self, app: App, stage: str) -> None:
        self._frame.section(f"App {app.name}", level=3, note=stage)
        said = facts(self._of_app("Apps", app), "App", "Pipeline", "Buildpacks", "Features")
        self._frame.say("\n".join((said, *self._price(app))))
        for name, caption in _IN_LISTS.items():
            left_out = tuple(_said_of_app(app)) if name == "Slugs and images" else ()
            self._frame.captioned(caption, facts(self._of_app(name, app), "App", *left_out))
        if not app.processes:
            self._frame.say(_no_processes(app))
        for name in _IN_TABLES:
            table, more = self._of_app(name, app), tuple[str, ...]()
            if name == "Add-ons":
                table = own_add_ons(table, app)
            elif name == "Attachments":
                table = more_attachments(table, app, self._document.system.add_ons)
            elif name == "Config vars":
                table = in_words(table, keep=_OF_CONFIG_VARS)
            elif name == "Costs" and not _is_special(table):
                continue
            elif name in ("Buildpacks", "Collaborators", "Features"):
                more = ("Kind", "Order")  # they stand in their order
            shown = grid(table, "App", "Of", *more, fold=name in ("Collaborators", "Config vars"))
            self._frame.captioned(name, shown)

    def _price(self, app: App) -> Iterator[str]:
        if self._document.cost is not None:
            price = self._document.cost.by_app[app.id]
            payers = {line.payer for line in self._document.cost.lines if line.app_id == app.id} - {""}
            without = f", without {plain(', '.join(price.unknown))}" if price.unknown else ""
            payer = f", paid by {plain(next(iter(payers)))}" if len(payers) == 1 else ""
            yield f"- US$ a month: {dollars(price.cents)}{without}{payer}"

    def _of_app(self, name: str, app: App) -> Table:
        return self._tables[name]._replace(rows=tuple(self._by_app[name].get(app.id, ())))


def _no_processes(app: App) -> str:
    if "process types" in app.unread:
        return "Its process types were not read."
    return "No process type: it was never deployed." if app.deploy.kind == "none" else "No process type."


def _said_of_app(app: App) -> Iterator[str]:
    """What of the image stands among the facts of the app already."""
    image = app.image
    if image is not None and image.commit == app.slug_commit:
        yield "Commit"
    if image is not None and image.stack == app.stack:
        yield "Stack"


def _is_special(costs: Table) -> bool:
    """Whether the bill says more than the prices of dynos and add-ons, which stand with these."""
    return len({row.cells[7] for row in costs.rows}) > 1 or any(
        row.cells[4] is None or any(row.cells[5:7]) or any(row.cells[8:]) for row in costs.rows
    )


def _by_app(table: Table) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.rows:
        found.setdefault(row.app_id or "", []).append(row)
    return found
