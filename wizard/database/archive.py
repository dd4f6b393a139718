"""Reads the table of contents of a pg_dump archive (custom format): one entry an object, in order.

The plain format would have to be cut at comment lines, which the body of a function can imitate, and
carries settings and `\\restrict` lines that an older target refuses. The archive carries neither. Its
layout is that of pg_backup_archiver.c, versions 1.12 (Postgres 9.0) to 1.16 (Postgres 18).
"""

from wizard.model.noun import Noun

OLDEST, NEWEST = (1, 12), (1, 16)

PRE_DATA, DATA, POST_DATA = 2, 3, 4
_NO_SECTION = 1


class UnknownArchive(ValueError):
    """The bytes are no archive, or one of a layout that is not known here."""


class Entry(Noun, frozen=True, kw_only=True):
    """One object. `kind` as pg_dump names it ("TABLE", "FK CONSTRAINT"), `catalogue` and `oid` say which
    row of which system catalogue of the source it is. Comments are given the section they stand in."""

    id: int
    kind: str
    schema: str
    name: str
    section: int
    create: str
    drop: str
    catalogue: int
    oid: int
    needs: tuple[int, ...]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.int_size = 4
        self.offset_size = 8

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise UnknownArchive("it ends too early")
        self.at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def integer(self) -> int:
        sign = self.byte()
        value = int.from_bytes(self.take(self.int_size), "little")
        return -value if sign else value

    def text(self) -> str | None:
        length = self.integer()
        return None if length < 0 else self.take(length).decode("utf-8", "surrogateescape")


def read_archive(data: bytes) -> list[Entry]:
    """The entries of `data`, in the order in which they can be created.

    Raises:
        UnknownArchive: see there.
    """
    reader = _Reader(data)
    if reader.take(5) != b"PGDMP":
        raise UnknownArchive("it is not a dump in custom format")
    version = (reader.byte(), reader.byte())
    reader.byte()
    if not OLDEST <= version <= NEWEST:
        raise UnknownArchive(f"its layout {version[0]}.{version[1]} is not known")
    reader.int_size = reader.byte()
    reader.offset_size = reader.byte()
    if reader.byte() != 1:
        raise UnknownArchive("it is not in custom format")
    if version >= (1, 15):
        reader.byte()  # the way of compression
    else:
        reader.integer()  # its level
    for _ in range(7):
        reader.integer()  # the time it was made
    for _ in range(3):
        reader.text()  # database, version of the server, version of pg_dump
    entries = []
    section = PRE_DATA
    for _ in range(reader.integer()):
        entry = _read_entry(reader, version, section)
        section = entry.section
        entries.append(entry)
    return entries


def _read_entry(reader: _Reader, version: tuple[int, int], section_before: int) -> Entry:
    number = reader.integer()
    reader.integer()  # whether it had data
    catalogue, oid = reader.text(), reader.text()
    name, kind = reader.text(), reader.text()
    section = reader.integer()
    create, drop = reader.text(), reader.text()
    reader.text()  # the COPY statement
    schema = reader.text()
    reader.text()  # tablespace
    if version >= (1, 14):
        reader.text()  # table access method
    if version >= (1, 16):
        reader.integer()  # kind of relation
    reader.text()  # owner
    reader.text()  # "false", once: with OIDs
    needs = []
    while (need := reader.text()) is not None:
        needs.append(int(need))
    reader.take(1 + reader.offset_size)  # where its data stands
    return Entry(
        id=number,
        kind=kind or "",
        schema=schema or "",
        name=name or "",
        section=section_before if section == _NO_SECTION else section,
        create=create or "",
        drop=drop or "",
        catalogue=int(catalogue or 0),
        oid=int(oid or 0),
        needs=tuple(needs),
    )
