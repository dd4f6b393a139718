"""Reads the table of contents of a pg_dump archive (custom format): one entry an object, in order.

The plain format would have to be cut at comment lines, which the body of a function can imitate, and
carries settings and `\\restrict` lines that an older target refuses. The archive carries neither. Its
layout is that of pg_backup_archiver.c, versions 1.12 (Postgres 9.0) to 1.16 (Postgres 18).
"""

import re
from collections.abc import Callable

from wizard.model.noun import Noun
from wizard.model.text import clean

OLDEST, NEWEST = (1, 12), (1, 16)

PRE_DATA, DATA, POST_DATA = 2, 3, 4
_NO_SECTION = 1
_NO_DATA = 3


LONGEST_HEAD = 256 * 1024 * 1024
"""Bytes. The description of 5,000 tables takes about 10 MB."""

_FIRST_LOOK = 64 * 1024

_COMPRESSIONS = ("none", "gzip", "lz4", "zstd")


class UnknownArchive(ValueError):
    """The bytes are no archive, or one of a layout that is not known here."""


class EndsTooEarly(UnknownArchive):
    """The archive goes on behind the bytes that are there."""


class Entry(Noun, frozen=True, kw_only=True):
    """One object. `kind` as pg_dump names it ("TABLE", "FK CONSTRAINT"), `catalogue` and `oid` say which
    row of which system catalogue of the source it is. Comments are given the section they stand in.
    `has_data`: a piece of the archive behind its table of contents belongs to it. `access`: a table's access
    method, which `create` does not name."""

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
    has_data: bool = False
    access: str = ""


class Head(Noun, frozen=True, kw_only=True):
    """What stands before the data of an archive. `made` is the dumping machine's clock ("2026-11-21
    14:31:08"), `server` and `program` are the versions of the server and of pg_dump ("16.4"), `compression`
    is none, gzip, lz4 or zstd, `layout` the version of the archive's own format. The data begin at byte
    `length`, and a number in them takes a byte and `int_size` more."""

    layout: tuple[int, int]
    compression: str
    made: str
    database: str
    server: str
    program: str
    entries: tuple[Entry, ...]
    length: int = 0
    int_size: int = 4

    @property
    def encoding(self) -> str:
        """The encoding of the database ("UTF8"), empty when it is not told."""
        for entry in self.entries:
            if entry.kind == "ENCODING":
                match = re.search(r"client_encoding = '([A-Za-z0-9_-]{1,40})'", entry.create)
                return match[1] if match else ""
        return ""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.int_size = 4
        self.offset_size = 8

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise EndsTooEarly("it ends too early")
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
    return list(_head(data).entries)


def read_head(read: Callable[[int], bytes]) -> tuple[Head, bytes]:
    """Read the head of an archive from a stream that cannot be wound back.

    Args:
        read: gives at most so many of the next bytes, none at the end.

    Returns:
        The head, and all bytes that were taken from the stream for it: some of the data may be among them.

    Raises:
        EndsTooEarly: the stream ended in the middle of the head.
        UnknownArchive: it is no archive, or one whose layout is not known.
    """
    data = bytearray()
    wanted = _FIRST_LOOK
    while True:
        piece = read(wanted - len(data))
        data += piece
        if piece and len(data) < wanted:
            continue
        try:
            # The first bytes alone tell whether it is one at all: a wrong file is not read to its end.
            return _head(bytes(data)), bytes(data)
        except EndsTooEarly:
            if not piece:
                raise
        if wanted >= LONGEST_HEAD:
            raise UnknownArchive(f"its table of contents is longer than {LONGEST_HEAD >> 20} MB")
        wanted *= 2


def _head(data: bytes) -> Head:
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
        way = reader.byte()
        compression = _COMPRESSIONS[way] if way < len(_COMPRESSIONS) else f"way {way}"
    else:
        compression = "none" if reader.integer() == 0 else "gzip"
    second, minute, hour, day, month, year, _ = (reader.integer() for _ in range(7))
    database, server, program = (clean(reader.text() or "", limit=200) for _ in range(3))
    entries = []
    section = PRE_DATA
    for _ in range(reader.integer()):
        entry = _read_entry(reader, version, section)
        section = entry.section
        entries.append(entry)
    return Head(
        layout=version,
        compression=compression,
        made=f"{year + 1900:04d}-{month + 1:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}",
        database=database,
        server=server,
        program=program,
        entries=tuple(entries),
        length=reader.at,
        int_size=reader.int_size,
    )


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
    access = reader.text() if version >= (1, 14) else None
    if version >= (1, 16):
        reader.integer()  # kind of relation
    reader.text()  # owner
    reader.text()  # "false", once: with OIDs
    needs = []
    while (need := reader.text()) is not None:
        needs.append(int(need))
    # Whether it has data, and where; through a pipe the latter is not known.
    has_data = reader.take(1 + reader.offset_size)[0] != _NO_DATA
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
        access=access or "",
        has_data=has_data,
    )
