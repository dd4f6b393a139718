"""Releases of an app, and what the current one runs: a slug (Cedar) or an image (Fir, container).

Wire facts (Platform API v3; the variant 3.sdk for Fir, from Heroku's CLI): every release names the slug or
image that it runs, also when it changed only config vars; a slug's `process_types` are the Procfile together
with the buildpack's defaults; an image's are objects, and `GET /apps/{app}/oci-images/{id}` answers with a
list under 3.sdk. A release of the container registry names neither; its formation (3.docker-releases) names
`docker_image`.
"""

import urllib.parse
from collections.abc import Iterable, Mapping
from typing import Any, Final

from providers.heroku.answers import BadRange, Gone
from providers.heroku.client import Client
from providers.heroku.fields import name_or_text, number, objects, text
from wizard.model.delivery import Build, Image, Release

Row = dict[str, Any]

KEPT: Final = 20
"""Releases that the document holds."""

LOOKED_THROUGH: Final = 200
"""Releases that are read when the latest ones brought no code."""

BUILDS: Final = 10


async def read_releases(client: Client, app_id: str, *, fir: bool = False) -> list[Row]:
    """The latest releases, newest first; further back when none of the latest brought the code that runs.
    Raises Trouble."""
    rows = await _releases(client, app_id, KEPT, fir=fir)
    if len(rows) >= KEPT and code_of(current_of(rows)) and not any(brought_code(rows).values()):
        rows = await _releases(client, app_id, LOOKED_THROUGH, fir=fir)
    return rows


async def read_release(client: Client, app_id: str) -> Row:
    """The current release of an app, {} when it has none. The newest may have failed, so ten are read."""
    return current_of(await _releases(client, app_id, 10, fir=False))


async def read_builds(client: Client, app_id: str) -> list[Row]:
    """The latest builds, newest first. Raises Trouble."""
    path = f"{_app(app_id)}/builds"
    try:
        rows = await client.get_page(path, f"started_at ..; order=desc,max={BUILDS}")
    except BadRange:
        rows = await client.get_all(path)
    return sorted(rows, key=lambda row: text(row, "created_at"), reverse=True)[:BUILDS]


async def read_image(
    client: Client, app_id: str, release: Row, formation: Iterable[Row]
) -> tuple[Image | None, dict[str, str]]:
    """What a release runs, and its commands by process type. One that Heroku has thrown away is known by its
    id only. Raises Trouble."""
    slug = text(release, "slug", "id")
    image = _image_id(release)
    try:
        if slug:
            return _slug(slug, await client.get(f"{_app(app_id)}/slugs/{_quoted(slug)}"))
        if image:
            said = await client.get(f"{_app(app_id)}/oci-images/{_quoted(image)}", variant="sdk")
            return _oci_image(image, said)
    except Gone:
        return Image(kind="slug" if slug else "oci-image", id=slug or image), {}
    pushed = {text(row, "type"): mark for row in formation if (mark := text(row, "docker_image", "id"))}
    if pushed:
        kind = "web" if "web" in pushed else min(pushed)
        return Image(kind="oci-image", id=pushed[kind]), {}
    return None, {}


def current_of(rows: Iterable[Row]) -> Row:
    """The current release; where none says so the newest that succeeded; {} when there is none."""
    listed = list(rows)
    current = [row for row in listed if row.get("current") is True]
    good = [row for row in listed if text(row, "status") == "succeeded"]
    return max(current or good, key=lambda row: number(row, "version") or 0, default={})


def code_of(row: Row) -> str:
    """The id of the slug or image that a release runs, "" when it names none."""
    return text(row, "slug", "id") or _image_id(row)


def brought_code(rows: Iterable[Row]) -> dict[int, bool]:
    """Which releases brought other code than ran before, by version. Of the oldest only its description
    tells, unless it is the first of all; a failed one never ran, so it is nobody's before."""
    found: dict[int, bool] = {}
    running: str | None = None
    for row in sorted(rows, key=lambda row: number(row, "version") or 0):
        version, mark = number(row, "version"), code_of(row)
        if version is None:
            continue
        says = _says_code(text(row, "description"))
        if not mark:
            # Of the container registry, or before the first deploy.
            found[version] = says
            running = running or ""
            continue
        found[version] = says if running is None and version > 1 else mark != running
        if text(row, "status") != "failed":
            running = mark
    return found


def release_nouns(rows: Iterable[Row]) -> tuple[Release, ...]:
    """The latest KEPT, newest first."""
    listed = list(rows)
    code, current = brought_code(listed), current_of(listed)
    nouns = [
        Release(
            version=version,
            description=text(row, "description"),
            status=text(row, "status"),
            created_at=text(row, "created_at"),
            user=text(row, "user", "email"),
            current=row is current,
            code=code.get(version, False),
        )
        for row in listed
        if (version := number(row, "version")) is not None
    ]
    return tuple(sorted(nouns, key=lambda one: -one.version)[:KEPT])


def build_noun(row: Row) -> Build:
    """A build; the signed address of its source is not kept."""
    packs = (text(one, "name") or text(one, "url") for one in objects(row, "buildpacks"))
    return Build(
        id=text(row, "id"),
        status=text(row, "status"),
        created_at=text(row, "created_at"),
        commit=text(row, "source_blob", "version"),
        stack=name_or_text(row, "stack"),
        user=text(row, "user", "email"),
        buildpacks=tuple(buildpack_name(name) for name in packs if name),
        release_id=text(row, "release", "id") or None,
    )


def buildpack_name(name: str) -> str:
    """A buildpack as Heroku's CLI shows it; a token for a private repository does not belong into it."""
    name = name.removeprefix("urn:buildpack:")
    if "://" not in name:
        return name
    try:
        parts = urllib.parse.urlsplit(name)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "a buildpack with an address that is no URL"
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", parts.fragment))


def _says_code(description: str) -> bool:
    return description.lower().startswith(("deploy", "promote", "rollback", "roll back"))


def _image_id(row: Row) -> str:
    if direct := text(row, "oci_image", "id"):
        return direct
    for one in objects(row, "artifacts"):
        if text(one, "type") == "oci-image" and text(one, "id"):
            return text(one, "id")
    return ""


def _slug(mark: str, said: Any) -> tuple[Image, dict[str, str]]:
    image = Image(
        kind="slug",
        id=mark,
        commit=text(said, "commit") or None,
        stack=name_or_text(said, "stack"),
        size=number(said, "size"),
        builder=tuple(filter(None, (text(said, "buildpack_provided_description"),))),
    )
    return image, _commands(said)


def _oci_image(mark: str, said: Any) -> tuple[Image, dict[str, str]]:
    rows = [row for row in (said if isinstance(said, list) else [said]) if isinstance(row, dict)]
    row = next((row for row in rows if text(row, "id") == mark), rows[0] if rows else {})
    packs = (f"{text(one, 'id')} {text(one, 'version')}".strip() for one in objects(row, "buildpacks"))
    image = Image(
        kind="oci-image",
        id=mark,
        commit=text(row, "commit") or None,
        digest=text(row, "digest") or None,
        stack=text(row, "base_image_name") or name_or_text(row, "stack"),
        architecture=text(row, "architecture"),
        builder=tuple(name for name in packs if name),
    )
    return image, _commands(row)


def _commands(said: Any) -> dict[str, str]:
    """Commands by process type: texts in a slug, objects in an image, whose `command` is only a launcher."""
    told = said.get("process_types") if isinstance(said, dict) else None
    if not isinstance(told, Mapping):
        return {}
    found = {}
    for name, what in told.items():
        command = what if isinstance(what, str) else text(what, "display_cmd") or text(what, "command")
        if name and (command or isinstance(what, dict)):
            found[name] = command
    return found


async def _releases(client: Client, app_id: str, most: int, *, fir: bool) -> list[Row]:
    """The latest `most` releases, newest first, in as many pages as it takes. Versions count from 1: that one
    ends the list."""
    path, variant = f"{_app(app_id)}/releases", "sdk" if fir else ""
    found: dict[int, Row] = {}
    start = ""
    while True:
        wanted = f"version {start}..; order=desc,max={most - len(found)}"
        rows = await client.get_page(path, wanted, variant=variant)
        new = {v: row for row in rows if (v := number(row, "version")) is not None and v not in found}
        found |= new
        if not new or len(found) >= most or 1 in new:
            return [found[version] for version in sorted(found, reverse=True)]
        start = f"]{min(found)}"


def _app(app_id: str) -> str:
    return f"/apps/{_quoted(app_id)}"


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")
