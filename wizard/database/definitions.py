# ruff: noqa: S608, E501 - queries are built from constants of this file
"""For each kind of object a query: its name, and what it is, as labelled parts of one text.

The parts are `label=value`, with `BORDER` between them; one that is NULL is left away. A label that begins
with `#` has a hash for its value: the thing itself is long, or may hold a secret. What a role is called
differs from server to server (Heroku's are random), so the connected one is `the owner` on both sides, and
owners are not compared.
"""

BORDER = "\x1f"
"""Between the parts of a definition; no letter that SQL is written with."""

_HIDDEN = (
    "('pg_catalog', 'information_schema', 'pg_toast', '_heroku', '_offramp')"
    " AND n.nspname NOT LIKE 'pg\\_temp%' AND n.nspname NOT LIKE 'pg\\_toast\\_temp%'"
)


def _own(catalogue: str, oid: str) -> str:
    return f"n.nspname NOT IN {_HIDDEN} AND {_no_member(catalogue, oid)}"


def _no_member(catalogue: str, oid: str) -> str:
    """Not of an extension."""
    return (
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid ="
        f" 'pg_catalog.{catalogue}'::regclass AND e.objid = {oid} AND e.deptype = 'e')"
    )


def _parts(**values: str) -> str:
    """An expression for a definition; underscores of the labels are spaces, a final one is a `#` before."""
    labelled = (
        f"'{'#' * label.endswith('_')}{label.strip('_').replace('_', ' ')}=' || ({value})::text"
        for label, value in values.items()
    )
    return f"pg_catalog.concat_ws(E'\\x1f', {', '.join(labelled)})"


def _hash(text: str) -> str:
    return f"pg_catalog.md5({text})"


def _listed(array: str) -> str:
    return f"(SELECT pg_catalog.string_agg(o, ', ' ORDER BY o) FROM pg_catalog.unnest({array}) o)"


_RELATION = (
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' AND "
    + _own("pg_class", "c.oid")
)
_NAME = "n.nspname || '.' || c.relname"
_TYPE = "JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE " + _own("pg_type", "t.oid")
_ARGUMENTS = (
    "n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')'"
)
_PROCEDURE = "JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
_IS_CHILD = "EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid)"

_RELATIONS = {
    "schema": "SELECT n.nspname, '' FROM pg_catalog.pg_namespace n WHERE " + _own("pg_namespace", "n.oid"),
    "table": f"SELECT {_NAME}, "
    + _parts(
        kind="c.relkind",
        # A partitioned one has no rows of its own; from 18 on it cannot be called unlogged any more.
        persistence="CASE WHEN c.relkind <> 'p' THEN c.relpersistence END",
        replica_identity="c.relreplident",
        row_security="c.relrowsecurity",
        row_security_forced="c.relforcerowsecurity",
        options=_listed("c.reloptions"),
        toast_options="SELECT "
        + _listed("s.reloptions")
        + " FROM pg_catalog.pg_class s WHERE s.oid = c.reltoastrelid",
        partition="pg_catalog.pg_get_expr(c.relpartbound, c.oid)",
        partitioned_by="pg_catalog.pg_get_partkeydef(c.oid)",
        parents="SELECT pg_catalog.string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)"
        " FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid",
        of_type="nullif(c.reloftype, 0)::regtype",
        access="SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam",
        server="SELECT v.srvname FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_foreign_server v"
        " ON v.oid = f.ftserver WHERE f.ftrelid = c.oid",
        # Like those of a server they may hold a password.
        foreign_options_="SELECT "
        + _hash(_listed("f.ftoptions"))
        + " FROM pg_catalog.pg_foreign_table f WHERE f.ftrelid = c.oid",
    )
    + f" FROM pg_catalog.pg_class c {_RELATION} AND c.relkind IN ('r', 'p', 'f')",
    "column": f"SELECT {_NAME} || '.' || a.attname, "
    + _parts(
        type="pg_catalog.format_type(a.atttypid, a.atttypmod)",
        not_null="a.attnotnull",
        identity="nullif(a.attidentity, '')",
        generated="nullif(a.attgenerated, '')",
        default="pg_catalog.pg_get_expr(d.adbin, d.adrelid)",
        collation="SELECT ln.nspname || '.' || l.collname FROM pg_catalog.pg_collation l"
        " JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace"
        " WHERE l.oid = a.attcollation AND l.oid <> (SELECT b.typcollation FROM pg_catalog.pg_type b"
        " WHERE b.oid = a.atttypid)",
        storage="a.attstorage",
        compression="nullif(a.attcompression, '')",
        statistics_target="nullif(a.attstattarget, -1)",
        # Debian's Postgres 15 writes a pg_attver there that differs after every restore.
        options="SELECT pg_catalog.string_agg(o, ', ' ORDER BY o) FROM pg_catalog.unnest(a.attoptions) o"
        " WHERE o NOT LIKE 'pg\\_attver=%'",
        foreign_options_=_hash(_listed("a.attfdwoptions")),
        # An heir's columns are in another order after a restore: those of its parents come first.
        position=f"CASE WHEN c.relispartition OR NOT {_IS_CHILD} THEN pg_catalog.row_number() OVER"
        " (PARTITION BY a.attrelid ORDER BY a.attnum) END",
    )
    + " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    f" {_RELATION} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')"
    # Of a composite type an extension's member is the type itself.
    " AND " + _no_member("pg_type", "c.reltype"),
    "index": f"SELECT {_NAME}, "
    + _parts(
        definition="pg_catalog.pg_get_indexdef(c.oid)",
        valid="i.indisvalid",
        primary_key="i.indisprimary",
        clustered_on="i.indisclustered",
        replica_identity="i.indisreplident",
        part_of="SELECT h.inhparent::regclass FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid",
        statistics_targets="SELECT pg_catalog.string_agg(a.attnum || ': ' || a.attstattarget, ', ' ORDER BY a.attnum)"
        " FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0",
    )
    + f" FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid {_RELATION}",
    # The foreign keys of partitions get other generated names after a restore: known by what they say.
    "constraint": f"SELECT {_NAME} || '.' || CASE WHEN k.conparentid <> 0 THEN '' ELSE k.conname END, "
    + _parts(definition="pg_catalog.pg_get_constraintdef(k.oid)", validated="k.convalidated")
    + " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid"
    f" {_RELATION} AND (k.contype IN ('c', 'f', 'p', 'u', 'x')"
    # Since 18 NOT NULL is one too; that of a column is compared there.
    " OR k.contype = 'n' AND (NOT k.convalidated OR k.connoinherit))",
    # Only those that a superuser switched off: no dump says so.
    "foreign key trigger": f"SELECT {_NAME} || '.' || k.conname, "
    + _parts(enabled="pg_catalog.string_agg(DISTINCT g.tgenabled::text, ', ' ORDER BY g.tgenabled::text)")
    + " FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_constraint k ON k.oid = g.tgconstraint AND k.conparentid = 0"
    f" JOIN pg_catalog.pg_class c ON c.oid = k.conrelid {_RELATION}"
    " AND g.tgisinternal AND g.tgenabled <> 'O' GROUP BY 1",
    "view": f"SELECT {_NAME}, "
    + _parts(
        kind="c.relkind",
        options=_listed("c.reloptions"),
        populated="c.relispopulated",
        definition="pg_catalog.pg_get_viewdef(c.oid)",
    )
    + f" FROM pg_catalog.pg_class c {_RELATION} AND c.relkind IN ('v', 'm')",
    # A copy of it at a partition is its own only where it is switched another way.
    "trigger": f"SELECT {_NAME} || '.' || g.tgname, "
    + _parts(
        # Its arguments stand last, and are often the address and the token of a webhook.
        definition=r"pg_catalog.regexp_replace(pg_catalog.pg_get_triggerdef(g.oid), '^(.* EXECUTE FUNCTION ).*$', '\1')"
        " || g.tgfoid::regproc",
        arguments_=f"CASE WHEN g.tgnargs > 0 THEN {_hash('g.tgargs')} END",
        enabled="g.tgenabled",
    )
    + f" FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid {_RELATION}"
    " AND CASE WHEN g.tgparentid = 0 THEN NOT g.tgisinternal ELSE g.tgenabled <>"
    " (SELECT u.tgenabled FROM pg_catalog.pg_trigger u WHERE u.oid = g.tgparentid) END",
    "policy": f"SELECT {_NAME} || '.' || p.polname, "
    + _parts(
        command="p.polcmd",
        permissive="p.polpermissive",
        roles="SELECT pg_catalog.string_agg(CASE WHEN r.oid IS NULL THEN 'PUBLIC' WHEN r.rolname = current_user"
        " THEN 'the owner' ELSE r.rolname END, ', ' ORDER BY CASE WHEN r.rolname = current_user THEN '' ELSE"
        " r.rolname END) FROM pg_catalog.unnest(p.polroles) o LEFT JOIN pg_catalog.pg_roles r ON r.oid = o",
        using="pg_catalog.pg_get_expr(p.polqual, p.polrelid)",
        check="pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)",
        table="c.oid::regclass",
    )
    + f" FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid {_RELATION}",
    "rule": f"SELECT {_NAME} || '.' || r.rulename, "
    + _parts(enabled="r.ev_enabled", definition="pg_catalog.pg_get_ruledef(r.oid)", table="c.oid::regclass")
    + f" FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class {_RELATION}"
    " AND r.rulename <> '_RETURN'",
    "sequence": f"SELECT {_NAME}, "
    + _parts(
        type="s.seqtypid::regtype",
        start="s.seqstart",
        increment="s.seqincrement",
        least="s.seqmin",
        most="s.seqmax",
        cache="s.seqcache",
        cycle="s.seqcycle",
        persistence="c.relpersistence",
        # By name: the number of a column is another one after a restore when one before it was dropped.
        owned_by="SELECT o.refobjid::regclass::text || '.' || a.attname FROM pg_catalog.pg_depend o"
        " JOIN pg_catalog.pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid WHERE o.classid ="
        " 'pg_catalog.pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i') AND o.refobjsubid > 0",
    )
    + f" FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid {_RELATION}",
    "statistics": "SELECT n.nspname || '.' || s.stxname, "
    + _parts(
        definition="pg_catalog.pg_get_statisticsobjdef(s.oid)",
        statistics_target="nullif(s.stxstattarget, -1)",
    )
    + " FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace"
    " WHERE " + _own("pg_statistic_ext", "s.oid"),
}

_CODE = {
    "function": f"SELECT {_ARGUMENTS}, "
    + _parts(
        kind="p.prokind",
        arguments="nullif(pg_catalog.pg_get_function_arguments(p.oid), '')",
        returns="pg_catalog.pg_get_function_result(p.oid)",
        language="l.lanname",
        volatility="p.provolatile",
        strict="p.proisstrict",
        security_definer="p.prosecdef",
        leakproof="p.proleakproof",
        parallel="p.proparallel",
        cost="p.procost",
        rows="nullif(p.prorows, 0)",
        support="nullif(p.prosupport, 0)::regproc",
        transforms=_listed("p.protrftypes::regtype[]::text[]"),
        settings_=_hash("p.proconfig::text"),
        body_=_hash("pg_catalog.concat(p.prosrc, ' ', p.probin)"),
    )
    + f" FROM pg_catalog.pg_proc p {_PROCEDURE}"
    " JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE " + _own("pg_proc", "p.oid"),
    "function body": f"SELECT {_ARGUMENTS}, "
    + _parts(
        definition="pg_catalog.pg_get_functiondef(p.oid)",
        head="'CREATE OR REPLACE ' || CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END"
        " || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(p.proname) || '('",
    )
    + f" FROM pg_catalog.pg_proc p {_PROCEDURE}"
    " WHERE p.prosrc = '' AND p.prokind IN ('f', 'p', 'w') AND " + _own("pg_proc", "p.oid"),
    "aggregate": f"SELECT {_ARGUMENTS}, "
    + _parts(
        kind="a.aggkind",
        functions="pg_catalog.concat_ws(', ', a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggmfinalfn,"
        " a.aggserialfn, a.aggdeserialfn, a.aggminvtransfn)",
        state="pg_catalog.format_type(a.aggtranstype, NULL)",
        begins_with="a.agginitval",
        ends="pg_catalog.concat_ws(' ', a.aggfinalextra, a.aggfinalmodify)",
        space="nullif(a.aggtransspace, 0)",
        moving_state="CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END",
        moving_begins_with="a.aggminitval",
        moving_ends="CASE WHEN a.aggmtranstype <> 0 THEN"
        " pg_catalog.concat_ws(' ', a.aggmfinalextra, a.aggmfinalmodify) END",
        moving_space="nullif(a.aggmtransspace, 0)",
        direct_arguments="nullif(a.aggnumdirectargs, 0)",
        sort="nullif(a.aggsortop, 0)::regoperator",
    )
    + f" FROM pg_catalog.pg_aggregate a JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid {_PROCEDURE}"
    " WHERE " + _own("pg_proc", "p.oid"),
    "type": "SELECT n.nspname || '.' || t.typname, "
    + _parts(
        kind="t.typtype",
        labels="SELECT pg_catalog.array_agg(e.enumlabel ORDER BY e.enumsortorder)::text"
        " FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid",
        base="CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) END",
        of="SELECT pg_catalog.concat_ws(' ', pg_catalog.format_type(r.rngsubtype, NULL), o.opcname,"
        " nullif(r.rngcanonical, 0)::regproc, nullif(r.rngsubdiff, 0)::regproc,"
        " 'collated by ' || nullif(r.rngcollation, 0)::regcollation) FROM pg_catalog.pg_range r"
        " JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc WHERE r.rngtypid = t.oid",
        not_null="t.typnotnull",
        # The text beside it was made under the search path of whoever defined it.
        default="coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), t.typdefault)",
        collation="CASE WHEN t.typtype = 'd' THEN nullif(t.typcollation, 0)::regcollation END",
    )
    + f" FROM pg_catalog.pg_type t {_TYPE} AND (t.typtype IN ('e', 'd', 'r', 'm', 'b') AND t.typelem = 0"
    " OR EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))",
    "domain constraint": "SELECT n.nspname || '.' || t.typname || '.' || k.conname, "
    + _parts(definition="pg_catalog.pg_get_constraintdef(k.oid)", validated="k.convalidated")
    + f" FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_type t ON t.oid = k.contypid {_TYPE} AND k.contype = 'c'",
    "operator": "SELECT n.nspname || '.' || o.oprname || '(' || pg_catalog.concat_ws(', ',"
    " nullif(o.oprleft, 0)::regtype, o.oprright::regtype) || ')', "
    + _parts(
        function="o.oprcode",
        commutator="nullif(o.oprcom, 0)::regoperator",
        negator="nullif(o.oprnegate, 0)::regoperator",
        hashes="o.oprcanhash",
        merges="o.oprcanmerge",
        estimated_by="nullif(pg_catalog.concat_ws(', ', nullif(o.oprrest, 0)::regproc, nullif(o.oprjoin, 0)::regproc), '')",
    )
    + " FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace"
    " WHERE o.oprcode <> 0 AND " + _own("pg_operator", "o.oid"),
    "operator class": "SELECT n.nspname || '.' || o.opcname || ' for ' || m.amname, "
    + _parts(
        type="o.opcintype::regtype",
        default="o.opcdefault",
        family="f.opfname",
        keeps="nullif(o.opckeytype, 0)::regtype",
    )
    + " FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod"
    " JOIN pg_catalog.pg_opfamily f ON f.oid = o.opcfamily"
    " JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace WHERE " + _own("pg_opclass", "o.oid"),
    "operator family": "SELECT n.nspname || '.' || f.opfname || ' for ' || m.amname, "
    + _parts(
        operators="SELECT pg_catalog.string_agg(o.amopstrategy || ': ' || o.amopopr::regoperator || coalesce(' sorted by '"
        " || s.opfname, ''), ', ' ORDER BY o.amopstrategy, o.amopopr::regoperator::text) FROM pg_catalog.pg_amop o"
        " LEFT JOIN pg_catalog.pg_opfamily s ON s.oid = o.amopsortfamily WHERE o.amopfamily = f.oid",
        functions="SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', p.amprocnum, p.amproclefttype::regtype,"
        " p.amprocrighttype::regtype, p.amproc::regprocedure), ', ' ORDER BY p.amprocnum, p.amproclefttype::regtype::text,"
        " p.amprocrighttype::regtype::text) FROM pg_catalog.pg_amproc p WHERE p.amprocfamily = f.oid",
    )
    + " FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am m ON m.oid = f.opfmethod"
    " JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace WHERE " + _own("pg_opfamily", "f.oid"),
    "cast": "SELECT k.castsource::regtype || ' to ' || k.casttarget::regtype, "
    + _parts(function="nullif(k.castfunc, 0)::regprocedure", context="k.castcontext", method="k.castmethod")
    + " FROM pg_catalog.pg_cast k CROSS JOIN (SELECT '') n(nspname)"
    " WHERE k.oid >= 16384 AND " + _own("pg_cast", "k.oid"),
    "collation": "SELECT n.nspname || '.' || l.collname, "
    + _parts(
        provider="l.collprovider",
        deterministic="l.collisdeterministic",
        # The column has had three names.
        locale="coalesce(j.l ->> 'colllocale', j.l ->> 'colliculocale', l.collcollate)",
        letters="CASE WHEN l.collprovider = 'c' THEN l.collctype END",
        rules="j.l ->> 'collicurules'",
    )
    + " FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace n ON n.oid = l.collnamespace"
    " CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(l)) j(l) WHERE " + _own("pg_collation", "l.oid"),
    "conversion": "SELECT n.nspname || '.' || v.conname, "
    + _parts(
        between="pg_catalog.pg_encoding_to_char(v.conforencoding) || ' and ' || pg_catalog.pg_encoding_to_char(v.contoencoding)",
        function="v.conproc",
        default="v.condefault",
    )
    + " FROM pg_catalog.pg_conversion v JOIN pg_catalog.pg_namespace n ON n.oid = v.connamespace"
    " WHERE " + _own("pg_conversion", "v.oid"),
    "text search configuration": "SELECT n.nspname || '.' || g.cfgname, "
    + _parts(
        parser="SELECT p.prsname FROM pg_catalog.pg_ts_parser p WHERE p.oid = g.cfgparser",
        mappings="SELECT pg_catalog.string_agg(m.maptokentype || ': ' || m.mapdict::regdictionary, ', '"
        " ORDER BY m.maptokentype, m.mapseqno) FROM pg_catalog.pg_ts_config_map m WHERE m.mapcfg = g.oid",
    )
    + " FROM pg_catalog.pg_ts_config g JOIN pg_catalog.pg_namespace n ON n.oid = g.cfgnamespace"
    " WHERE " + _own("pg_ts_config", "g.oid"),
    "text search dictionary": "SELECT n.nspname || '.' || d.dictname, "
    + _parts(
        template="SELECT t.tmplname FROM pg_catalog.pg_ts_template t WHERE t.oid = d.dicttemplate",
        options="d.dictinitoption",
    )
    + " FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_namespace n ON n.oid = d.dictnamespace"
    " WHERE " + _own("pg_ts_dict", "d.oid"),
    # Their options may hold a password.
    "foreign server": "SELECT s.srvname, "
    + _parts(
        wrapper="w.fdwname",
        type="s.srvtype",
        version="s.srvversion",
        options_=_hash(_listed("s.srvoptions")),
    )
    + " FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw",
    "foreign data wrapper": "SELECT w.fdwname, "
    + _parts(
        handler="nullif(w.fdwhandler, 0)::regproc",
        validator="nullif(w.fdwvalidator, 0)::regproc",
        options_=_hash(_listed("w.fdwoptions")),
    )
    + " FROM pg_catalog.pg_foreign_data_wrapper w CROSS JOIN (SELECT '') n(nspname)"
    " WHERE " + _own("pg_foreign_data_wrapper", "w.oid"),
}

_COMMENT = (
    "SELECT i.type || ' ' || i.identity, "
    + _parts(text_=_hash("d.description"))
    + " FROM pg_catalog.pg_description d,"
    " LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i"
    " LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = i.schema"
    # 2200 is the schema public, which has a comment of the server's.
    " WHERE (d.objoid >= 16384 OR d.objoid = 2200 AND d.classoid = 'pg_catalog.pg_namespace'::regclass)"
    " AND d.description <> 'standard public schema'"
    " AND i.type NOT IN ('extension', 'event trigger', 'publication')"
    f" AND coalesce(n.nspname, i.identity) NOT IN {_HIDDEN.replace('n.nspname', 'i.identity')}"
    " AND coalesce(i.schema, '') NOT IN ('_heroku', '_offramp')"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = d.classoid"
    " AND e.objid = d.objoid AND e.deptype = 'e')"
)

DEFINITIONS = {**_RELATIONS, **_CODE, "comment": _COMMENT}
"""By kind of object a query of (name, definition)."""
