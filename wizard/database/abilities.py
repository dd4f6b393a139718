"""What a target can do: extensions, collations, settings and roles it knows, and what its build lacks."""

import psycopg
from msgspec import field

from wizard.database.connect import Connection
from wizard.model.noun import Noun
from wizard.model.text import clean


class Abilities(Noun, frozen=True, kw_only=True):
    """What a target knows.

    `installed` maps the extensions that are there to their schemas, those of `movable` can be made again in
    another one; `versions` maps every extension to the version that is there or would be.
    `installable` are those of a source's that this role was seen to install; None
    when nobody tried. `collations` are those of pg_catalog, `locales` the operating system's as libc's
    collations name them, made comparable by `locale_key`.
    """

    installed: dict[str, str] = field(default_factory=dict)
    movable: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    installable: tuple[str, ...] | None = None
    collations: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    icu: bool = True
    xml: bool = True
    lz4: bool = True
    sees_all_rows: bool = True


def locale_key(name: str) -> str:
    """`en_US.UTF-8` and `en_US.utf8` are one locale."""
    return name.lower().replace("-", "")


_EXTENSIONS = """
SELECT a.name, coalesce(a.installed_version, a.default_version), n.nspname,
    pg_catalog.pg_has_role(e.extowner, 'USAGE')
FROM pg_catalog.pg_available_extensions a
LEFT JOIN pg_catalog.pg_extension e ON e.extname = a.name
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
"""

_ICU = "EXISTS (SELECT FROM pg_catalog.pg_collation WHERE collname LIKE '%-x-icu')"
"""A build without ICU has collations of ICU's too, by which nothing can be sorted, but only a few."""

_LISTS = f"""
SELECT
    ARRAY(SELECT DISTINCT l.collname::text FROM pg_catalog.pg_collation l
        WHERE l.collnamespace = 'pg_catalog'::regnamespace AND (l.collprovider <> 'i' OR {_ICU})
        AND l.collencoding IN (-1, (SELECT encoding FROM pg_catalog.pg_database
            WHERE datname = pg_catalog.current_database()))),
    ARRAY(SELECT DISTINCT l.collcollate::text FROM pg_catalog.pg_collation l
        WHERE l.collprovider = 'c' AND l.collcollate IS NOT NULL),
    ARRAY(SELECT pg_catalog.lower(name) FROM pg_catalog.pg_settings),
    ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles),
    ARRAY(SELECT lanname::text FROM pg_catalog.pg_language),
    {_ICU},
    coalesce((SELECT 'lz4' = ANY (enumvals) FROM pg_catalog.pg_settings
        WHERE name = 'default_toast_compression'), false),
    (SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user)
"""  # noqa: S608 - built from constants of this file


def read_abilities(
    connection: Connection, *, installable: tuple[str, ...] | None, try_xml: bool
) -> Abilities:
    """Read them.

    Args:
        installable: what is known of that already.
        try_xml: whether to find out about XML, which takes a question of its own; it is taken to be known.

    Raises:
        psycopg.Error: the connection broke.
    """
    extensions = connection.execute(_EXTENSIONS.encode()).fetchall()
    row = connection.execute(_LISTS.encode()).fetchone()
    assert row is not None
    return Abilities(
        installed={name: clean(schema) for name, _, schema, _ in extensions if schema is not None},
        movable=tuple(name for name, _, _, own in extensions if own),
        versions={name: version for name, version, _, _ in extensions if version},
        installable=installable,
        collations=tuple(row[0]),
        locales=tuple(sorted({locale_key(name) for name in row[1]})),
        settings=tuple(row[2]),
        roles=tuple(row[3]),
        languages=tuple(row[4]),
        icu=row[5],
        xml=not try_xml or _knows_xml(connection),
        lz4=row[6],
        sees_all_rows=row[7],
    )


def _knows_xml(connection: Connection) -> bool:
    """Whether the server was built with libxml; nothing in its catalogue says so."""
    try:
        connection.execute("SELECT pg_catalog.xml_is_well_formed('<a/>')")
    except psycopg.NotSupportedError:
        return False
    return True
