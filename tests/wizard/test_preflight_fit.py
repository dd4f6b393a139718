"""A database of the target that is there already is held against what the source holds."""

import msgspec
import pytest

from wizard.database.features import Feature
from wizard.database.inspect import Extension, SourceFacts, TargetFacts, TargetState
from wizard.plan.preflight_fit import fit_findings

SOURCE = SourceFacts(
    version=16,
    database="d1",
    encoding="UTF8",
    collation="en_US.UTF-8",
    size=5_000_000_000,
    tables=3,
    rows=30,
    largest=(),
    extensions=(),
    unreadable=(),
    hidden_rows=(),
    large_objects=0,
    invalid_indexes=(),
    foreign_tables=(),
    connections_used=3,
    connection_limit=20,
    pooler=False,
    encrypted=True,
)
TARGET = TargetFacts(
    version=16,
    database="db",
    encoding="UTF8",
    collation="en_US.UTF-8",
    size=8_000_000,
    state=TargetState(state="empty"),
    available=("citext", "plpgsql"),
    superuser=True,
    missing_rights=(),
    connections_used=1,
    connection_limit=100,
    encrypted=True,
)


def told(source: SourceFacts = SOURCE, target: TargetFacts = TARGET, disk: int = 10) -> list[tuple[str, str]]:
    return [(found.state, found.what) for found in fit_findings("acme-db", source, target, disk)]


def test_what_fits_says_nothing() -> None:
    citext = Extension(name="citext", schema="heroku_ext", version="1.6", used_by=("users.email",))
    assert told(msgspec.structs.replace(SOURCE, extensions=(citext,))) == []


@pytest.mark.parametrize(
    ("used_by", "state", "what"),
    [
        (("places.at",), "blocks", "acme-db's extension postgis is not there"),
        ((), "look", "The extension postgis is left out: on the target it is not there"),
    ],
)
def test_an_extension_that_is_not_there(used_by: tuple[str, ...], state: str, what: str) -> None:
    postgis = Extension(name="postgis", schema="public", version="3.4", used_by=used_by)
    assert told(msgspec.structs.replace(SOURCE, extensions=(postgis,))) == [(state, what)]


def test_another_encoding_blocks_and_another_order_is_said() -> None:
    latin = msgspec.structs.replace(TARGET, encoding="LATIN1")
    assert told(target=latin) == [("blocks", "acme-db has the encoding LATIN1, the source UTF8")]
    c = msgspec.structs.replace(TARGET, collation="C")
    assert told(target=c) == [("look", "acme-db sorts text by C, the source by en_US.UTF-8")]


def test_an_older_server_and_a_small_disk() -> None:
    older = msgspec.structs.replace(TARGET, version=14)
    assert told(target=older) == [("look", "acme-db is PostgreSQL 14, older than its source (16)")]
    assert told(disk=5) == [("blocks", "The disk of acme-db is too small")]
    assert told(disk=0) == [], "not known is not small"


def test_what_was_said_of_the_source_is_not_said_again() -> None:
    only_18 = Feature(kind="only 18", name="virtual generated columns", used_by=("t.v",))
    forced = Feature(kind="prepared transaction", name="half")
    source = msgspec.structs.replace(SOURCE, features=(only_18, forced))
    assert told(source) == [("blocks", "Only PostgreSQL 18 and later know virtual generated columns")]
    assert fit_findings("acme-db", source, TARGET, 10, 16) == []
    assert fit_findings("acme-db", source, TARGET, 10, 18)[0].detail == "t.v", (
        "of another version than planned"
    )
