# ruff: noqa: S608 - what is asked of the target is what it, or the source, wrote itself
"""Whether two texts that Postgres made of a view, a policy, a rule or a function say the same.

Versions write a parse tree in different words ("accounts.owner" until 15, "owner" since). So the target is
asked: it reads both texts into temporary objects and writes them out again, in a transaction that is taken
back. What both become there is equal if and only if they mean the same to it.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

from wizard.database.connect import Connection, is_passing

_NAME = "_offramp_text"
_VIEW = "SELECT pg_catalog.pg_get_viewdef('pg_temp._offramp_text'::regclass)"
_RULE = (
    "SELECT pg_catalog.pg_get_ruledef(r.oid) FROM pg_catalog.pg_rewrite r"
    " WHERE r.ev_class = 'pg_temp._offramp_text'::regclass"
)
_FUNCTION = (
    "SELECT pg_catalog.pg_get_functiondef(p.oid) FROM pg_catalog.pg_proc p"
    " WHERE p.pronamespace = pg_catalog.pg_my_temp_schema() AND p.proname = '_offramp_text'"
)

_READ = {"view": _VIEW, "policy": _VIEW, "rule": _RULE, "function body": _FUNCTION}


def says_the_same(
    target: Connection, kind: str, there: Mapping[str, str], here: Mapping[str, str], *, same_version: bool
) -> bool | None:
    """Whether the source's definition and the target's mean the same; None when the target cannot tell.

    Args:
        there, here: labelled parts, as `fingerprint.parts` gives them.
        same_version: whether both servers would write the same in the same words.

    Raises:
        psycopg.Error: the connection broke.
    """
    texts = [_script(kind, there), _script(kind, here)]
    if len(texts[0]) != len(texts[1]):
        return False
    read = _READ[kind]
    # All of it in one round trip: there may be hundreds of views.
    tried = [f"SAVEPOINT one; {text};\n{read}; ROLLBACK TO SAVEPOINT one" for some in texts for text in some]
    script = f"BEGIN; SET LOCAL check_function_bodies = on; {'; '.join(tried)}"
    try:
        cursor = target.execute(script.encode("utf-8", "surrogateescape"))
        written = []
        while True:
            if cursor.description:
                written += cursor.fetchall()
            if not cursor.nextset():
                break
        half = len(written) // 2
        return written[:half] == written[half:]
    except psycopg.Error as error:
        if is_passing(error):
            raise
        # It reads something that is not here, or nothing may be written here at all.
        return False if same_version else None
    finally:
        if not target.closed:
            target.execute("ROLLBACK")


def _script(kind: str, definition: Mapping[str, str]) -> list[str]:
    """Statements that each make one temporary object."""
    text = definition.get("definition", "").strip().removesuffix(";")
    name = sql.Identifier("pg_temp", _NAME).as_string(None)
    view = f"CREATE VIEW {name} AS"
    match kind:
        case "view":
            return [f"{view} {text}"]
        case "policy":
            conditions = [definition[label] for label in ("using", "check") if label in definition]
            return [f"{view} SELECT {one} AS it FROM {definition['table']}" for one in conditions]
        case "rule":
            table = definition["table"]
            make = f"CREATE TABLE {name} (LIKE {table});\n"
            return [make + text.replace(f" TO {table}", f" TO {name}", 1)]
        case _:
            head = definition["head"]
            what = "PROCEDURE" if head.startswith("CREATE OR REPLACE PROCEDURE ") else "FUNCTION"
            return [text.replace(head, f"CREATE {what} {name}(", 1)]
