# ruff: noqa: S608, E501 - queries are built from constants of this file
"""Who may do what: read on both sides, made on the target as on the source, and compared.

An owner's own rights do not matter, nor those of superusers: on the target everything has another owner.
Rights of PUBLIC are carried, and those of roles that both servers know by the same name; a role that is
not on the target is named. Default privileges of the connected role are carried too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable

import psycopg
from psycopg import sql

from wizard.database.connect import Connection, is_passing, reason
from wizard.database.progress import Difference
from wizard.model.noun import Noun
from wizard.model.text import clean

PUBLIC = ""
"""Stands for everybody among the grantees; no role has an empty name."""


class Thing(Noun, frozen=True, kw_only=True):
    """What rights are about. `kind`: schema, table (views too), sequence, column, function, procedure, type,
    large object, foreign server, or "tables", "functions" and so on for default privileges. `detail` is a column's name or the types of
    a function's arguments, as Postgres writes them."""

    kind: str
    schema: str
    name: str = ""
    detail: str = ""

    @property
    def label(self) -> str:
        """Its name to show."""
        match self.kind:
            case "schema":
                text = f"schema {self.schema}"
            case "large object" | "foreign server":
                text = f"{self.kind} {self.name}"
            case "column":
                text = f"column {self.schema}.{self.name}.{self.detail}"
            case "function" | "procedure":
                text = f"{self.kind} {self.schema}.{self.name}({self.detail})"
            case kind if kind in _DEFAULTS:
                text = f"{kind} made later" + (f" in the schema {self.schema}" if self.schema else "")
            case _:
                text = f"{self.kind} {self.schema}.{self.name}"
        return clean(text, limit=300)


class Right(Noun, frozen=True, kw_only=True):
    """One right of one grantee, and whether it may be passed on."""

    grantee: str
    privilege: str
    grantable: bool = False


class Grants(Noun, frozen=True, kw_only=True):
    """The rights in one database. Every object is in `rights`, columns and large objects only if they have any. `role` is the
    connected one, `roles` all of the server's."""

    rights: dict[Thing, frozenset[Right]]
    roles: frozenset[str]
    role: str
    version: int


_DEFAULTS = {"r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas"}.values()

_HIDDEN = "('information_schema', '_heroku', '_offramp') AND n.nspname NOT LIKE 'pg\\_%'"


def own(catalogue: str, oid: str) -> str:
    """A condition: an object in a schema `n` of the apps', and of no extension."""
    return (
        f"n.nspname NOT IN {_HIDDEN} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid ="
        f" 'pg_catalog.{catalogue}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"
    )


ARGUMENTS = (
    "(SELECT coalesce(pg_catalog.string_agg(pg_catalog.format_type(t, NULL), ', ' ORDER BY i), '')"
    " FROM pg_catalog.unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, i))"
)
"""The types of a function's arguments, as one text."""

_THINGS = f"""
SELECT 'schema' AS kind, n.nspname AS space, '' AS name, '' AS detail, n.nspowner AS owner,
    coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)) AS acl
FROM pg_catalog.pg_namespace n WHERE {own("pg_namespace", "n.oid")}
UNION ALL
SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, n.nspname, c.relname, '', c.relowner,
    coalesce(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND {own("pg_class", "c.oid")}
UNION ALL
SELECT 'large object', '', m.oid::text, '', m.lomowner, m.lomacl
FROM pg_catalog.pg_largeobject_metadata m WHERE m.lomacl IS NOT NULL
UNION ALL
SELECT 'foreign server', '', s.srvname, '', s.srvowner, coalesce(s.srvacl, pg_catalog.acldefault('S', s.srvowner))
FROM pg_catalog.pg_foreign_server s
UNION ALL
SELECT 'column', n.nspname, c.relname, a.attname, c.relowner, a.attacl
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND {own("pg_class", "c.oid")}
UNION ALL
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, n.nspname, p.proname,
    {ARGUMENTS}, p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {own("pg_proc", "p.oid")}
UNION ALL
SELECT 'type', n.nspname, t.typname, '', t.typowner, coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE (t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0 OR c.relkind = 'c') AND {own("pg_type", "t.oid")}
UNION ALL
SELECT k.kind, '', '', '', r.oid, coalesce(d.defaclacl, pg_catalog.acldefault(
    CASE k.code WHEN 'S' THEN 's' ELSE k.code END::"char", r.oid))
FROM (VALUES ('tables', 'r'), ('sequences', 'S'), ('functions', 'f'), ('types', 'T'), ('schemas', 'n')) k(kind, code)
JOIN pg_catalog.pg_roles r ON r.rolname = current_user
LEFT JOIN pg_catalog.pg_default_acl d ON d.defaclrole = r.oid AND d.defaclnamespace = 0 AND d.defaclobjtype::text = k.code
UNION ALL
SELECT CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' ELSE 'types' END,
    n.nspname, '', '', r.oid, d.defaclacl
FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_roles r ON r.oid = d.defaclrole AND r.rolname = current_user
JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace WHERE d.defaclobjtype IN ('r', 'S', 'f', 'T') AND n.nspname NOT IN {_HIDDEN}
"""

_RIGHTS = f"""
SELECT t.kind, t.space, t.name, t.detail, coalesce(r.rolname, ''), a.privilege_type, a.is_grantable
FROM ({_THINGS}) t
LEFT JOIN (LATERAL pg_catalog.aclexplode(t.acl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee)
    ON a.grantee <> t.owner AND (a.grantee = 0 OR r.rolname IS NOT NULL)
    AND NOT coalesce(r.rolsuper, false) AND coalesce(r.rolname, '') NOT LIKE 'rds%'
"""


_ROLES = "SELECT current_user, (SELECT pg_catalog.array_agg(rolname::text) FROM pg_catalog.pg_roles)"


def read_grants(connection: Connection) -> Grants:
    """The rights of everybody but owners and superusers. Raises psycopg.Error."""
    with connection.pipeline():
        all_rights = connection.execute(_RIGHTS.encode())
        names = connection.execute(_ROLES)
    found: dict[Thing, set[Right]] = {}
    for kind, schema, name, detail, grantee, privilege, grantable in all_rights.fetchall():
        rights = found.setdefault(Thing(kind=kind, schema=schema, name=name, detail=detail), set())
        if privilege is not None:
            rights.add(Right(grantee=grantee, privilege=privilege, grantable=grantable))
    row = names.fetchone()
    assert row is not None
    return Grants(
        rights={thing: frozenset(_strongest(rights)) for thing, rights in found.items()},
        roles=frozenset(row[1]),
        role=row[0],
        version=connection.info.server_version // 10000,
    )


def _strongest(rights: Iterable[Right]) -> set[Right]:
    """Two grantors may have given the same right, one of them to be passed on."""
    return {
        Right(grantee=grantee, privilege=privilege, grantable=grantable)
        for (grantee, privilege), grantable in {
            (one.grantee, one.privilege): one.grantable for one in sorted(rights, key=lambda r: r.grantable)
        }.items()
    }


Rights = dict[Thing, set[Right]]


class _Apart:
    """What is not the same on both sides: to give, to take, and what neither can be made nor needs to."""

    def __init__(self, there: Grants, here: Grants) -> None:
        self.give: Rights = defaultdict(set)
        self.take: Rights = defaultdict(set)
        self.unknown_here: dict[str, Counter[str]] = defaultdict(Counter)
        self.only_here: dict[str, Counter[str]] = defaultdict(Counter)
        self.excused: list[tuple[Thing, Right, str]] = []
        owners = {there.role, here.role}
        for thing in there.rights.keys() | here.rights.keys():
            if not _on_both_sides(thing, there, here):
                continue
            before = {one for one in there.rights.get(thing, ()) if one.grantee not in owners}
            after = {one for one in here.rights.get(thing, ()) if one.grantee not in owners}
            for right in before - after:
                self._missing(thing, right, there, here)
            for right in after - before:
                self._more(thing, right, there)

    def _missing(self, thing: Thing, right: Right, there: Grants, here: Grants) -> None:
        if right.grantee and right.grantee not in here.roles:
            self.unknown_here[right.grantee][thing.kind] += 1
        elif right.privilege == "MAINTAIN" and here.version < 17:
            self.excused.append((thing, right, f"Postgres {here.version} has no such right"))
        elif _everybody_creates(thing, right) and there.version < 15 <= here.version:
            # Before 15 everybody could plant a function there that others call by mistake (CVE-2018-1058);
            # an app connects as the owner, and needs no right for it.
            self.excused.append((thing, right, "Postgres gives it to nobody since version 15"))
        else:
            self.give[thing].add(right)

    def _more(self, thing: Thing, right: Right, there: Grants) -> None:
        if right.grantee and right.grantee not in there.roles:
            self.only_here[right.grantee][thing.kind] += 1
        else:
            self.take[thing].add(right)


def _on_both_sides(thing: Thing, there: Grants, here: Grants) -> bool:
    """What is missing as a whole is named as such. Without rights are there columns, large objects and default
    privileges."""
    whole = Thing(kind="table", schema=thing.schema, name=thing.name) if thing.kind == "column" else thing
    if thing.kind in _DEFAULTS or thing.kind == "large object":
        return True
    return whole in there.rights and whole in here.rights


def _everybody_creates(thing: Thing, right: Right) -> bool:
    return thing == Thing(kind="schema", schema="public") and (right.grantee, right.privilege) == (
        PUBLIC,
        "CREATE",
    )


def wanted_grants(there: Grants, here: Grants) -> list[tuple[str, sql.Composed]]:
    """What makes the target's rights those of the source, each with what it is for in words. What is taken
    comes first: a right that may no longer be passed on is taken, and given anew."""
    apart = _Apart(there, here)
    return [
        (
            _words(thing, grantee, privileges, grantable),
            _statement(verb, thing, grantee, privileges, grantable),
        )
        for verb, rights in (("REVOKE", apart.take), ("GRANT", apart.give))
        for thing in sorted(rights, key=lambda thing: thing.label)
        for (grantee, grantable), privileges in _by_grantee(rights[thing]).items()
    ]


def _by_grantee(rights: Iterable[Right]) -> dict[tuple[str, bool], list[str]]:
    grouped: dict[tuple[str, bool], list[str]] = {}
    for right in sorted(rights, key=lambda one: (one.grantee, one.grantable, one.privilege)):
        grouped.setdefault((right.grantee, right.grantable), []).append(right.privilege)
    return grouped


def _words(thing: Thing, grantee: str, privileges: Iterable[str], grantable: bool) -> str:
    passed_on = ", to be passed on," if grantable else ""
    who = f"the role {clean(grantee)}" if grantee else "everybody"
    return f"{', '.join(privileges)}{passed_on} on the {thing.label} for {who}"


def _statement(
    verb: str, thing: Thing, grantee: str, privileges: Iterable[str], grantable: bool
) -> sql.Composed:
    column = sql.SQL(" ({})").format(sql.Identifier(thing.detail)) if thing.kind == "column" else sql.SQL("")
    rights = sql.SQL(", ").join(_word(privilege) + column for privilege in privileges)
    text = _on(thing)
    text += sql.SQL(" FROM " if verb == "REVOKE" else " TO ")
    text += sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC")
    if grantable and verb == "GRANT":
        text += sql.SQL(" WITH GRANT OPTION")
    statement = _word(verb) + sql.SQL(" ") + rights + sql.SQL(" ON ") + text
    if thing.kind not in _DEFAULTS:
        return statement
    where = sql.SQL("IN SCHEMA {} ").format(sql.Identifier(thing.schema)) if thing.schema else sql.SQL("")
    return sql.SQL("ALTER DEFAULT PRIVILEGES ") + where + statement


def _on(thing: Thing) -> sql.Composed:
    match thing.kind:
        case kind if kind in _DEFAULTS:
            return sql.Composed([_word(kind.upper())])
        case "large object":
            return _word("LARGE OBJECT ") + sql.Literal(int(thing.name))
        case "schema":
            return sql.SQL("SCHEMA {}").format(sql.Identifier(thing.schema))
        case "foreign server":
            return sql.SQL("FOREIGN SERVER {}").format(sql.Identifier(thing.name))
        case "function" | "procedure" as kind:
            name = sql.Identifier(thing.schema, thing.name)
            # Types as the server wrote them, quoted where they must be.
            return _word(f"{kind.upper()} ") + name + _word(f"({thing.detail})")
        case kind:
            word = "TABLE" if kind == "column" else kind.upper()
            return _word(f"{word} ") + sql.Identifier(thing.schema, thing.name)


def _word(text: str) -> sql.SQL:
    return sql.SQL(text)


def carry_grants(there: Grants, target: Connection) -> list[str]:
    """Make the target's rights those of the source, in one transaction; done already is no error.

    Args:
        there: of the source.

    Returns:
        What is not carried, and why, a sentence each without its full stop.

    Raises:
        psycopg.Error: a connection broke.
    """
    here = read_grants(target)
    wanted = wanted_grants(there, here)
    refused: list[str] = []
    if wanted:
        target.execute("BEGIN")
        try:
            target.execute(sql.SQL("; ").join(statement for _, statement in wanted))
        except psycopg.Error as error:
            if is_passing(error):
                raise
            target.execute("ROLLBACK")
            refused = _one_by_one(target, wanted)
        target.execute("COMMIT")
    return refused + [one.words for one in _excuses(_Apart(there, here)) if one.judgement == "on purpose"]


def _one_by_one(target: Connection, wanted: Iterable[tuple[str, sql.Composed]]) -> list[str]:
    refused = []
    target.execute("BEGIN")
    for words, statement in wanted:
        target.execute("SAVEPOINT one")
        try:
            target.execute(statement)
            target.execute("RELEASE SAVEPOINT one")
        except psycopg.Error as error:
            if is_passing(error):
                raise
            target.execute("ROLLBACK TO SAVEPOINT one")
            refused.append(f"{words}: {reason(error)}")
    return refused


def compare_grants(there: Grants, here: Grants) -> list[Difference]:
    """What is missing or there in addition, and what is excused."""
    apart = _Apart(there, here)
    return [
        Difference(
            kind="grant",
            name=thing.label,
            words=_words(thing, grantee, privileges, grantable) + said,
            judgement="lost",
        )
        for rights, said in ((apart.give, " is missing"), (apart.take, " is not on the source"))
        for thing in sorted(rights, key=lambda thing: thing.label)
        for (grantee, grantable), privileges in _by_grantee(rights[thing]).items()
    ] + _excuses(apart)


def _excuses(apart: _Apart) -> list[Difference]:
    excused = [
        Difference(
            kind="grant",
            name=thing.label,
            words=f"{_words(thing, right.grantee, [right.privilege], right.grantable)} is not carried: {why}",
            judgement="on purpose",
        )
        for thing, right, why in sorted(apart.excused, key=lambda one: one[0].label)
    ]
    excused += [
        Difference(
            kind="grants to the role",
            name=clean(role),
            words=f"grants to the role {clean(role)} ({_counted(kinds)}): the target has no role of this name",
            judgement="on purpose",
        )
        for role, kinds in sorted(apart.unknown_here.items())
    ]
    return excused + [
        Difference(
            kind="grants to the role",
            name=clean(role),
            words=f"grants to the role {clean(role)} ({_counted(kinds)}): the role is the target's own",
            judgement="harmless",
        )
        for role, kinds in sorted(apart.only_here.items())
    ]


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(
        f"{count} on {kind} made later"
        if kind in _DEFAULTS
        else f"{count} on {kind}s"
        if count > 1
        else f"1 on a {kind}"
        for kind, count in sorted(kinds.items())
    )
