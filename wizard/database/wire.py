"""The few messages of Postgres' wire protocol (version 3) that a COPY needs."""

import struct

import psycopg
from psycopg import errors

COPY_DONE = b"c\0\0\0\4"
"""Ends a COPY, from the server as to the server.

In the text format no data can look like it: a text holds no zero byte, and the length of a message, which
stands behind a `d` and never behind a `c`, is the only place where three of them can follow each other.
"""

HEADER = 5
"""Bytes before the body of a message: its kind, and its length without the kind."""


def query(text: bytes) -> bytes:
    """One simple query."""
    return b"Q" + struct.pack("!I", len(text) + 5) + text + b"\0"


def fatal(text: str) -> bytes:
    """What a server says that ends a connection before it has begun."""
    body = b"SFATAL\0VFATAL\0C08006\0M" + text.encode("utf-8", "replace").replace(b"\0", b"") + b"\0\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


def length(message: bytes | bytearray | memoryview, at: int = 0) -> int:
    """The length of the whole message whose header stands at `at`."""
    return int.from_bytes(message[at + 1 : at + HEADER], "big") + 1


def error(body: bytes) -> psycopg.Error:
    """The exception that psycopg would raise for the body of an ErrorResponse."""
    fields = {field[:1]: field[1:].decode("utf-8", "replace") for field in body.split(b"\0") if field}
    state, text = fields.get(b"C", ""), fields.get(b"M", "")
    try:
        return errors.lookup(state)(text)
    except KeyError:
        kind = psycopg.OperationalError if state[:2] in ("08", "53", "57", "58") else psycopg.DatabaseError
        return kind(text)


def rows(tag: bytes) -> int:
    """How many rows a CommandComplete names: "COPY 5" is 5."""
    last = tag.rstrip(b"\0").rpartition(b" ")[2]
    return int(last) if last.isdigit() else 0
