"""What stands around a schema and is no part of its dump: extensions, settings, how texts are sorted,
publications and event triggers. A server has some of its own; what differs is judged here.
"""

from collections.abc import Iterable, Mapping

import psycopg

from wizard.database.connect import Connection, is_passing
from wizard.database.inspect import installable_extensions
from wizard.database.progress import Difference, Judgement
from wizard.model.noun import Noun
from wizard.model.text import clean

_WITHOUT_FUNCTIONS = ("plpgsql", "pg_stat_statements", "pg_repack", "pgaudit")
"""Extensions of which an app calls nothing by name; their schema does not matter to it."""

_EXTENSIONS = """
SELECT e.extname, e.extversion, n.nspname FROM pg_catalog.pg_extension e
JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
"""

_SETTINGS = """
SELECT CASE WHEN s.setrole = 0 THEN 'the database' ELSE 'the role' END,
    pg_catalog.split_part(c, '=', 1), pg_catalog.md5(c)
FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) c
WHERE s.setdatabase IN
        (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
    AND s.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user))
    AND NOT (s.setdatabase = 0 AND s.setrole = 0)
ORDER BY s.setdatabase, s.setrole
"""

_SORTING = """
SELECT pg_catalog.concat(coalesce(j.d ->> 'datlocale', j.d ->> 'daticulocale', j.d ->> 'datcollate'),
    CASE j.d ->> 'datlocprovider' WHEN 'i' THEN ' of ICU' WHEN 'b' THEN ' of Postgres itself' END,
    CASE WHEN j.d ->> 'datctype' <> j.d ->> 'datcollate' THEN ', letters by ' END,
    CASE WHEN j.d ->> 'datctype' <> j.d ->> 'datcollate' THEN j.d ->> 'datctype' END)
FROM (SELECT pg_catalog.to_jsonb(d) FROM pg_catalog.pg_database d
    WHERE d.datname = pg_catalog.current_database()) j(d)
"""

_LZ4 = """
SELECT coalesce((SELECT 'lz4' = ANY (enumvals) FROM pg_catalog.pg_settings
    WHERE name = 'default_toast_compression'), false)
"""

_REPLICATION = """
SELECT 'publication', pubname FROM pg_catalog.pg_publication
UNION ALL SELECT 'event trigger', evtname FROM pg_catalog.pg_event_trigger
"""


class Surroundings(Noun, frozen=True, kw_only=True):
    """Extensions with version and schema; settings of the database and of the connected role by (whose,
    name), their values hashed; how texts are sorted; whether the server compresses by lz4; publications and
    event triggers as (kind, name)."""

    extensions: dict[str, tuple[str, str]]
    settings: dict[tuple[str, str], str]
    sorting: str
    lz4: bool
    others: frozenset[tuple[str, str]]


def read_surroundings(connection: Connection) -> Surroundings:
    """Read them. Raises psycopg.Error."""
    with connection.pipeline():
        extensions, settings, sorting, lz4, others = (
            connection.execute(query) for query in (_EXTENSIONS, _SETTINGS, _SORTING, _LZ4, _REPLICATION)
        )
    return Surroundings(
        extensions={name: (version, schema) for name, version, schema in extensions.fetchall()},
        settings={(whose, name): value for whose, name, value in settings.fetchall()},
        sorting="".join(row[0] for row in sorting.fetchall()),
        lz4=(True,) in lz4.fetchall(),
        others=frozenset((kind, name) for kind, name in others.fetchall()),
    )


def compare_surroundings(
    there: Surroundings, here: Surroundings, left_out: Mapping[str, str]
) -> list[Difference]:
    """What differs, judged.

    Args:
        left_out: extensions that are not here on purpose, each with the reason.
    """
    return [
        *_extensions(there, here, left_out),
        *_settings(there, here),
        *_sorting(there, here),
        *_others(there, here),
    ]


def not_installable(target: Connection, names: Iterable[str]) -> set[str]:
    """Those of the extensions `names` that the target does not have, or not for this role. Each is tried, and
    taken back. Raises psycopg.Error when the connection breaks."""
    names = set(names)
    try:
        return names - set(installable_extensions(target, sorted(names))) if names else set()
    except psycopg.Error as error:
        if is_passing(error):
            raise
        # Nothing may be written here, so nothing can be installed.
        target.execute("ROLLBACK")
        return names


def _difference(kind: str, name: str, said: str, judgement: Judgement) -> Difference:
    words = clean(f"{kind} {name} {said}", limit=700)
    return Difference(kind=kind, name=clean(name), words=words, judgement=judgement)


def _extensions(there: Surroundings, here: Surroundings, left_out: Mapping[str, str]) -> list[Difference]:
    found = []
    for name, (version, schema) in sorted(there.extensions.items()):
        if name not in here.extensions:
            reason = left_out.get(name)
            said = "is missing" if reason is None else f"is not here: {reason}"
            found.append(_difference("extension", name, said, "lost" if reason is None else "on purpose"))
            continue
        version_here, schema_here = here.extensions[name]
        if schema != schema_here:
            judgement: Judgement = "harmless" if name in _WITHOUT_FUNCTIONS else "lost"
            said = f"is in the schema {schema} on the source, in {schema_here} here"
            found.append(_difference("extension", name, said, judgement))
        if version != version_here:
            said = f"has version {version} on the source, {version_here} here"
            found.append(_difference("extension", name, said, "harmless"))
    return found + [
        _difference("extension", name, "is here in addition", "harmless")
        for name in sorted(here.extensions.keys() - there.extensions.keys())
    ]


def _settings(there: Surroundings, here: Surroundings) -> list[Difference]:
    found = []
    for (whose, name), value in sorted(there.settings.items()):
        value_here = here.settings.get((whose, name))
        if value_here != value:
            said = f"is {'another one here' if value_here else 'not taken along'}"
            said += ": set it on the target if the apps rely on it"
            found.append(_difference("setting", f"{name} of {whose}", said, "on purpose"))
    return found + [
        _difference("setting", f"{name} of {whose}", "is the target's own", "harmless")
        for whose, name in sorted(here.settings.keys() - there.settings.keys())
    ]


def _sorting(there: Surroundings, here: Surroundings) -> list[Difference]:
    if there.sorting == here.sorting:
        return []
    said = f"is {here.sorting} here, {there.sorting} on the source: lists may come in another order"
    return [_difference("collation", "of the database", said, "harmless")]


def _others(there: Surroundings, here: Surroundings) -> list[Difference]:
    reasons = {
        "publication": "is not here: replication is not taken along",
        "event trigger": "is not here: Heroku's own, or made by a superuser",
    }
    return [
        _difference(kind, name, reasons[kind], "on purpose")
        for kind, name in sorted(there.others - here.others)
    ] + [
        _difference(kind, name, "is the target's own", "harmless")
        for kind, name in sorted(here.others - there.others)
    ]
