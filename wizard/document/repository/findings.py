"""What was found in the code of an app, in groups as a person reads them, each with file and line."""

from collections.abc import Iterator

import msgspec

from wizard.document.checkout import Checkout
from wizard.document.config.platform_variables import NOISY, set_by
from wizard.document.repository.app_json import AppJson, AppJsonPart
from wizard.document.repository.code_nouns import CodeLine, HerokuYml, LineKind
from wizard.document.repository.code_text import safe_line
from wizard.document.repository.env_files import may_leak
from wizard.model.noun import Noun

CERTIFICATE_NOTE = (
    "Heroku's data services sign their certificates themselves, so many apps turned the check off. Where the "
    "target has proper certificates, turn it on again."
)


SHOWN = 3
"""Lines shown of one config var."""

LONGEST_TEXT = 400
"""Characters shown of what stands in a file that is no code."""


class FindingRow(Noun, frozen=True, kw_only=True):
    """One thing: `file` and `line` say where it stands (line 0: the file as a whole), `what` names it, `text`
    is what stands there or follows, `note` says more in words. `look` marks what a person should look at
    before the move."""

    file: str
    what: str
    line: int = 0
    text: str = ""
    note: str = ""
    look: bool = False

    @property
    def where(self) -> str:
        """ "file:line", or the file alone."""
        return f"{self.file}:{self.line}" if self.line else self.file


class FindingGroup(Noun, frozen=True, kw_only=True):
    """Things of one sort. `key` is stable ("platform", "runtimes"), `note` a sentence for all of them, `more`
    how many were found beside the rows."""

    key: str
    title: str
    rows: tuple[FindingRow, ...]
    note: str = ""
    more: int = 0


def findings(checkout: Checkout) -> tuple[FindingGroup, ...]:
    """All groups that hold something, what matters most for a move first."""
    groups = (
        _group("deploys", "what the repository does on Heroku: deploys and commands", _deploys(checkout)),
        _lines(
            checkout,
            "platform",
            "reads variables that only Heroku or a buildpack sets",
            "Nothing sets them elsewhere: set each one there, or change the code.",
        ),
        _lines(
            checkout,
            "disk",
            "writes to the local disk",
            "A dyno forgets its disk at each restart; so does a container. Look where files should last.",
        ),
        _lines(checkout, "certificate", "certificate checks that are off", CERTIFICATE_NOTE),
        _lines(
            checkout,
            "clock",
            "time that lives in the code",
            "It must run on exactly one side at any moment of the move.",
        ),
        FindingGroup(
            key="config",
            title="lines that read config vars",
            rows=tuple(_config(checkout)),
            note=f"The first {SHOWN} of each.",
        ),
        FindingGroup(
            key="unread",
            title="config vars that no line reads",
            rows=tuple(_unread(checkout)),
            note="A library may still read them by itself, or another program with this app's config.",
        ),
        _lines(
            checkout,
            "library",
            "libraries made for Heroku",
            "Elsewhere they do nothing, or look for what only Heroku sets.",
        ),
        _group("runtimes", "languages and versions", _runtimes(checkout)),
        _group("hooks", "what runs in a build and when a dyno starts", _hooks(checkout)),
        _group("app-json", "app.json", _app_json(checkout)),
        _group("heroku-yml", "heroku.yml", _heroku_yml(checkout.heroku_yml)),
        _group("terraform", "Terraform with Heroku's provider", _terraform(checkout)),
        _group("env-files", "files with environment variables", _env_files(checkout)),
    )
    return tuple(group for group in groups if group.rows)


def _group(key: str, title: str, rows: Iterator[FindingRow]) -> FindingGroup:
    # A command of heroku.yml is kept as it stands, to be compared with what runs; it can hold a password.
    shown = (msgspec.structs.replace(row, text=safe_line(row.text, LONGEST_TEXT)) for row in rows)
    return FindingGroup(key=key, title=title, rows=tuple(shown))


def _lines(checkout: Checkout, kind: LineKind, title: str, note: str) -> FindingGroup:
    lines = [line for line in checkout.lines if line.kind == kind]
    if kind == "platform":
        # By name, since one variable is one thing to do; last those that say little about Heroku.
        lines.sort(key=lambda line: (line.name in NOISY, line.name, line.file, line.line))
    left = checkout.look.left_out if checkout.look else {}
    more = sum(count for key, count in left.items() if key.partition(":")[0] == kind)
    return FindingGroup(key=kind, title=title, rows=tuple(map(_line, lines)), note=note, more=more)


def _line(line: CodeLine) -> FindingRow:
    by = set_by(line.name) if line.kind == "platform" else ""
    note = f"set by {by}" if by else ""
    return FindingRow(file=line.file, line=line.line, what=line.name, text=line.text, note=note, look=True)


def _config(checkout: Checkout) -> Iterator[FindingRow]:
    reads = checkout.config_reads
    for name, lines in reads.lines.items() if reads else ():
        note = "only named" if reads and name in reads.only_named else ""
        for line in lines[:SHOWN]:
            yield FindingRow(file=line.file, line=line.line, what=name, text=line.text, note=note)


def _unread(checkout: Checkout) -> Iterator[FindingRow]:
    reads = checkout.config_reads
    for name in reads.unread if reads else ():
        note = "tests alone name it" if reads and name in reads.in_tests else ""
        yield FindingRow(file="", what=name, note=note, look=True)


def _deploys(checkout: Checkout) -> Iterator[FindingRow]:
    for path in checkout.deploy_paths:
        app = f" to {path.app}" if path.app else ""
        branch = f" from {path.branch}" if path.branch else ""
        part = f", the folder {path.folder}" if path.folder else ""
        yield FindingRow(
            file=path.file,
            line=path.line,
            what=f"{path.system}: {path.how}{app}{branch}{part}",
            text=path.by,
            look=path.how not in ("run", "other"),
        )


def _runtimes(checkout: Checkout) -> Iterator[FindingRow]:
    for runtime in checkout.runtimes:
        version = f", version {runtime.version}" if runtime.version else ""
        managers = f", by {', '.join(runtime.managers)}" if runtime.managers else ""
        file, _, line = runtime.pinned_in.rpartition(":")
        yield FindingRow(
            file=file or runtime.because,
            line=int(line) if file else 0,
            what=runtime.buildpack,
            text=f"taken by {runtime.because}{version}{managers}",
            look=bool(runtime.notes),
        )
        for pin in runtime.pins:
            unread = "" if pin.read else ", which Heroku does not read"
            yield FindingRow(file=pin.file, line=pin.line, what=pin.what, text=f"{pin.version}{unread}")


def _hooks(checkout: Checkout) -> Iterator[FindingRow]:
    for hook in checkout.hooks:
        look = hook.kind in ("start", "packages")
        yield FindingRow(file=hook.file, line=hook.line, what=hook.kind, text=hook.text, look=look)


def _app_json(checkout: Checkout) -> Iterator[FindingRow]:
    if checkout.app_json is not None:
        for row in _app_json_rows(checkout.app_json):
            yield msgspec.structs.replace(row, file=checkout.app_json_at)


def _app_json_rows(told: AppJson) -> Iterator[FindingRow]:
    for what in ("name", "description", "website", "repository", "logo", "success_url", "stack", "image"):
        if text := str(getattr(told, what)):
            yield FindingRow(file="app.json", what=what, text=text)
    if told.keywords:
        yield FindingRow(file="app.json", what="keywords", text=", ".join(told.keywords))
    base = AppJsonPart(
        environment="",
        variables=told.variables,
        formation=told.formation,
        add_ons=told.add_ons,
        buildpacks=told.buildpacks,
        scripts=told.scripts,
    )
    for part in (base, *told.environments):
        yield from _app_json_part(part)


def _app_json_part(part: AppJsonPart) -> Iterator[FindingRow]:
    of = f"{part.environment}: " if part.environment else ""
    if part.replaces:
        yield FindingRow(file="app.json", what=f"{of}replaces", text=", ".join(part.replaces))
    for one in part.variables:
        how = "a secret that Heroku makes up" if one.generator else "has a default" if one.has_value else ""
        words = (how, "" if one.required else "not required", one.description)
        yield FindingRow(file="app.json", what=f"{of}env {one.name}", text=", ".join(filter(None, words)))
    for process in part.formation:
        count = "" if process.quantity is None else f"{process.quantity} "
        yield FindingRow(
            file="app.json", what=f"{of}formation {process.type}", text=f"{count}{process.size}".strip()
        )
    for add_on in part.add_ons:
        named = f"as {add_on.attached_as}" if add_on.attached_as else ""
        options = f"with {', '.join(add_on.options)}" if add_on.options else ""
        text = " ".join(filter(None, (named, options)))
        yield FindingRow(file="app.json", what=f"{of}add-on {add_on.plan}", text=text)
    for url in part.buildpacks:
        yield FindingRow(file="app.json", what=f"{of}buildpack", text=url)
    for script in part.scripts:
        yield FindingRow(
            file="app.json", what=f"{of}script {script.when}", text=script.command, look=not part.environment
        )


def _heroku_yml(told: HerokuYml | None) -> Iterator[FindingRow]:
    if told is None:
        return
    file = "heroku.yml"
    for add_on in told.add_ons:
        named = f"as {add_on.attached_as}" if add_on.attached_as else ""
        yield FindingRow(file=file, what=f"add-on {add_on.plan}", text=named)
    for title, names in (("config at the start", told.config), ("config in the build", told.build_config)):
        if names:
            yield FindingRow(file=file, what=title, text=", ".join(names))
    for kind, dockerfile in told.images.items():
        yield FindingRow(file=file, what=f"image {kind}", text=dockerfile)
    if told.release_command:
        image = f" in the image of {told.release_image}" if told.release_image else ""
        yield FindingRow(file=file, what="release", text=f"{told.release_command}{image}", look=True)
    for run in told.run:
        image = f" in the image of {run.image}" if run.image else ""
        yield FindingRow(file=file, what=f"run {run.type}", text=f"{run.command}{image}".strip())


def _terraform(checkout: Checkout) -> Iterator[FindingRow]:
    for block in checkout.terraform:
        told = [f"{name} {value}" for name, value in block.told.items()]
        if block.variables:
            told.append(f"config vars {', '.join(block.variables)}")
        what = " ".join(filter(None, (block.kind, block.type, block.name)))
        yield FindingRow(file=block.file, line=block.line, what=what, text=", ".join(told))


def _env_files(checkout: Checkout) -> Iterator[FindingRow]:
    for file in checkout.env_files:
        noun = "name" if len(file.names) == 1 else "names"
        values = f"{file.with_values} with values" if file.with_values else "no values"
        yield FindingRow(
            file=file.file,
            what=f"{len(file.names)} {noun}, {values}",
            text=", ".join(file.names),
            look=may_leak(file),
        )
