"""What of a dump is restored: the same choice as the engine makes when it copies a database itself."""

from collections.abc import Collection
from typing import Final

from wizard.database.archive import Entry, Head
from wizard.database.catalogue import HEROKUS_OWN
from wizard.database.schema import unwanted
from wizard.model.noun import Noun
from wizard.model.text import clean
from wizard.model.trouble import Trouble

HEROKUS_EXTENSIONS: Final = "heroku_ext"
"""The schema that Heroku's extensions live in; a dump may name it without making it."""

_ROWS: Final = ("TABLE DATA", "BLOBS", "BLOB", "BLOB METADATA")
"""Rows and large objects: the engine copies them by itself, pg_restore does it here."""


class Chosen(Noun, frozen=True, kw_only=True):
    """What pg_restore gets to do. `ids` in the dump's own order, which a stream demands; `create` are schemas
    that must be there before; `left_out` says in words what is not restored, and why."""

    ids: tuple[int, ...]
    create: tuple[str, ...]
    left_out: tuple[str, ...]
    tables: int

    def listing(self) -> str:
        """The text of the file for `pg_restore --use-list`: numbers only, no name, no secret."""
        return "".join(f"{one}\n" for one in self.ids)


def extensions_of(head: Head) -> list[str]:
    """Names of the extensions that a dump makes."""
    return [entry.name for entry in head.entries if entry.kind == "EXTENSION"]


def choose(head: Head, extensions: Collection[str], schemas: Collection[str]) -> Chosen:
    """Choose among the entries of a dump.

    Args:
        extensions: those of the dump's extensions that the target can install.
        schemas: names of the schemas that are on the target already.

    Raises:
        Trouble: what is restored needs an extension that the target does not have (`extension-needed`).
    """
    wanted: list[Entry] = []
    left_out: list[str] = []
    absent: dict[int, str] = {}
    for entry in head.entries:
        why = _why_not(entry, extensions, schemas)
        if why is None:
            wanted.append(entry)
        elif why:
            left_out.append(why)
        if why is not None and entry.kind == "EXTENSION":
            absent[entry.id] = entry.name
    needy = [entry for entry in wanted if any(need in absent for need in entry.needs)]
    of_extensions = {entry.id for entry in needy if entry.kind == "TABLE DATA"}
    left_out += [
        clean(f"rows of {entry.schema}.{entry.name}, a table of an extension")
        for entry in needy
        if entry.id in of_extensions
    ]
    _want_none([entry for entry in needy if entry.kind not in ("TABLE DATA", "COMMENT")], absent)
    kept = [entry for entry in wanted if entry.id not in of_extensions]
    return Chosen(
        ids=tuple(entry.id for entry in kept),
        create=_to_create(kept, schemas),
        left_out=tuple(left_out),
        tables=sum(entry.kind == "TABLE DATA" for entry in kept),
    )


def _why_not(entry: Entry, extensions: Collection[str], schemas: Collection[str]) -> str | None:
    if entry.kind in _ROWS:
        return "" if entry.schema == HEROKUS_OWN else None
    if entry.kind == "SCHEMA" and entry.name in schemas:
        return ""
    return unwanted(entry, extensions)


def _want_none(needy: list[Entry], absent: dict[int, str]) -> None:
    if not needy:
        return
    names = sorted({absent[need] for entry in needy for need in entry.needs if need in absent})
    objects = [clean(f"{entry.kind.lower()} {entry.schema}.{entry.name}") for entry in needy]
    more = f" and {len(objects) - 5} more" if len(objects) > 5 else ""
    raise Trouble(
        f"The target cannot install {', '.join(names)}, which the dump needs"
        f" for {', '.join(objects[:5])}{more}.",
        untouched="Nothing was written to the target.",
        remedy="Choose a target that has the extension, or change those columns on the source first.",
        code="extension-needed",
    )


def _to_create(kept: list[Entry], schemas: Collection[str]) -> tuple[str, ...]:
    made = {entry.name for entry in kept if entry.kind == "SCHEMA"}
    if HEROKUS_EXTENSIONS in made or HEROKUS_EXTENSIONS in schemas:
        return ()
    named = any(HEROKUS_EXTENSIONS in entry.create for entry in kept)
    return (HEROKUS_EXTENSIONS,) if named else ()
