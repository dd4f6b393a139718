# ruff: noqa: S608 - what is asked of the target is what it, or the source, wrote itself
"""Whether two texts that Postgres made of a view, a policy, a rule or a function say the same.

Versions write a parse tree in different words ("accounts.owner" until 15, "owner" since). So the target is
asked: it reads both texts into temporary objects and writes them out again, in a transaction that is taken
back. What both become there is equal if and only if they mean the same to it.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from wizard.database.connect import Connection

_NAME = "_offramp_text"
_READ_VIEW = "SELECT pg_catalog.pg_get_viewdef('pg_temp._offramp_text'::regclass)"
_READ_RULE = (
    "SELECT pg_catalog.pg_get_ruledef(r.oid) FROM pg_catalog.pg_rewrite r"
    " WHERE r.ev_class = 'pg_temp._offramp_text'::regclass"
)
_READ_FUNCTION = (
    "SELECT pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p"
    " WHERE p.pronamespace = pg_catalog.pg_my_temp_schema() AND p.proname = '_offramp_text'"
)


def says_the_same(
    target: Connection, kind: str, there: Mapping[str, str], here: Mapping[str, str], *, same_version: bool
) -> bool | None:
    """Whether the source's definition and the target's mean the same; None when the target cannot tell.

    Args:
        there, here: labelled parts, as `fingerprint.parts` gives them.
        same_version: whether both servers would write the same in the same words.

    Raises:
        psycopg.OperationalError: the connection broke.
    """
    before, after = _written_again(target, kind, there), _written_again(target, kind, here)
    if before is None or after is None:
        return False if same_version else None
    return before == after


def _written_again(target: Connection, kind: str, definition: Mapping[str, str]) -> list[str] | None:
    script, read = _script(kind, definition)
    try:
        target.execute("BEGIN; SET LOCAL check_function_bodies = on")
        texts = []
        for statement in script:
            target.execute("SAVEPOINT text")
            target.execute(statement.encode("utf-8", "surrogateescape"))
            texts += [row[0] for row in target.execute(read.encode()).fetchall()]
            target.execute("ROLLBACK TO SAVEPOINT text")
        return texts
    except psycopg.OperationalError:
        raise
    except psycopg.Error:
        # It reads something that is not here, or nothing may be written here at all.
        return None
    finally:
        if not target.closed:
            target.execute("ROLLBACK")


def _script(kind: str, definition: Mapping[str, str]) -> tuple[list[str], str]:
    """Statements that each make one temporary object, and the query that reads how it is written."""
    text = definition.get("definition", "")
    name = sql.Identifier("pg_temp", _NAME).as_string(None)
    view = f"CREATE VIEW {name} AS"
    match kind:
        case "view":
            return [f"{view} {text}"], _READ_VIEW
        case "policy":
            conditions = [definition[label] for label in ("using", "check") if label in definition]
            return [f"{view} SELECT {one} AS it FROM {definition['table']}" for one in conditions], _READ_VIEW
        case "rule":
            table = definition["table"]
            make = f"CREATE TABLE {name} (LIKE {table});\n"
            return [make + text.replace(f" TO {table}", f" TO {name}", 1)], _READ_RULE
        case _:
            head = definition["head"]
            what = "PROCEDURE" if head.startswith("CREATE OR REPLACE PROCEDURE ") else "FUNCTION"
            return [text.replace(head, f"CREATE {what} {name}(", 1)], _READ_FUNCTION
