"""What is said about each kind of feature of a source, given what its target can do."""

from collections.abc import Callable
from typing import Literal

from wizard.database.abilities import locale_key
from wizard.database.features import Feature
from wizard.database.inspect import SourceFacts, TargetFacts
from wizard.database.verdict import Verdict, some_of

_Rule = Callable[[Feature, SourceFacts, TargetFacts | None, int | None], list[Verdict]]


def _always(
    kind: Literal["refused", "changed", "moved"],
    what: str,
    detail: str = "",
    remedy: str = "",
    *,
    named_again: bool = False,
) -> _Rule:
    """A rule that asks nothing. `{name}` and `{users}` in the texts are the feature's."""

    def rule(feature: Feature, _: SourceFacts, __: TargetFacts | None, ___: int | None) -> list[Verdict]:
        fill = {"name": feature.name, "users": some_of(feature.used_by)}
        return [
            Verdict(
                kind=kind,
                what=what.format(**fill),
                detail=detail.format(**fill),
                remedy=remedy.format(**fill),
                named_again=named_again,
            )
        ]

    return rule


def _when(
    lacking: Callable[[Feature, SourceFacts, TargetFacts], bool],
    what: str,
    detail: str = "",
    remedy: str = "",
    *,
    kind: Literal["refused", "changed"] = "refused",
) -> _Rule:
    """A rule for a target that lacks something."""
    say = _always(kind, what, detail, remedy)

    def rule(
        feature: Feature, source: SourceFacts, target: TargetFacts | None, version: int | None
    ) -> list[Verdict]:
        if target is None or not lacking(feature, source, target):
            return []
        return say(feature, source, target, version)

    return rule


def _newer(since: int) -> _Rule:
    say = _always(
        "refused",
        f"Only PostgreSQL {since} and later know {{name}}",
        "{users}",
        f"Choose a target of version {since} or later, or change them first.",
    )

    def rule(
        feature: Feature, source: SourceFacts, target: TargetFacts | None, version: int | None
    ) -> list[Verdict]:
        return [] if version is None or version >= since else say(feature, source, target, version)

    return rule


def _search_path(
    feature: Feature, source: SourceFacts, target: TargetFacts | None, version: int | None
) -> list[Verdict]:
    if version is None or version < 17:
        return []
    return _always(
        "refused",
        "The {name} relies on the search path, which PostgreSQL 17 and later do not use for it",
        "without it: {users}",
        "Give its functions a search path (ALTER FUNCTION ... SET search_path), or choose an older target.",
    )(feature, source, target, version)


def _setting(
    feature: Feature, source: SourceFacts, target: TargetFacts | None, version: int | None
) -> list[Verdict]:
    if (
        target is None
        or feature.name in target.abilities.settings
        or (target.superuser and "." in feature.name)
    ):
        return []
    if "." in feature.name:
        if target.version < 15:
            return []
        what = "Only a superuser may make functions that set {name}"
    else:
        what = "The target does not know the setting {name}"
    remedy = "Take the setting off the function on the source (ALTER FUNCTION ... RESET)."
    return _always("refused", what, "of {users}", remedy)(feature, source, target, version)


def _no_collation(feature: Feature, _: SourceFacts, target: TargetFacts) -> bool:
    return feature.name not in target.abilities.collations


def _no_locale(feature: Feature, _: SourceFacts, target: TargetFacts) -> bool:
    provider, locale = feature.name.split(" ", 1)
    if provider == "i":
        return not target.abilities.icu
    if provider == "b":
        return target.version < 17
    return locale not in ("", "C", "POSIX") and locale_key(locale) not in target.abilities.locales


def _role_missing(feature: Feature, _: SourceFacts, target: TargetFacts) -> bool:
    return bool(set(feature.used_by) - set(target.abilities.roles))


_OTHER_IMAGE = "Choose a version or an image that has it, or change what needs it first."
_SUPERUSER = "Take it off the source first, or use a target whose role is a superuser."

RULES: dict[str, _Rule] = {
    "only 18": _newer(18),
    "only 17": _newer(17),
    "only 15": _newer(15),
    "only 14": _newer(14),
    "not restorable": _always(
        "refused",
        "No PostgreSQL can make {name} from its own dump",
        "{users}",
        "Drop them from the partitioned table; its partitions may keep theirs.",
    ),
    "of a superuser": _when(
        lambda _, __, target: not target.superuser,
        "Only a superuser may make the {name}",
        remedy=_SUPERUSER,
    ),
    "in C": _always(
        "refused",
        "The function {name} is written in C",
        "its library cannot be brought to the target",
        "Drop it on the source, or have it as an extension of the target.",
    ),
    "base type": _always(
        "refused",
        "The type {name} is made of functions of its own",
        "what needs it: {users}",
        "Change those columns to a type that every server has.",
    ),
    "language": _when(
        lambda feature, _, target: not target.superuser or feature.name not in target.abilities.languages,
        "The target does not have the language {name}",
        "functions in it: {users}",
        _OTHER_IMAGE,
    ),
    "wrapper": _when(
        lambda _, __, target: not target.superuser,
        "Only a superuser may make the foreign data wrapper {name}",
        "it serves {users}",
        _SUPERUSER,
    ),
    "collation": _when(
        _no_collation, "The target does not have the collation {name}", "what needs it: {users}", _OTHER_IMAGE
    ),
    "own collation": _when(
        _no_locale,
        "The target cannot make the collation {users}",
        "it does not have its locale",
        _OTHER_IMAGE,
    ),
    "sorted partitions": _when(
        lambda _, source, target: source.collation != target.collation,
        "The target sorts text otherwise, and partitions are made of ranges of it: {users}",
        "rows would not fit into their partitions",
        "Make the target's database with the source's collation.",
    ),
    "xml": _when(
        lambda _, __, target: not target.abilities.xml,
        "The target is built without XML",
        "columns that need it: {users}",
        _OTHER_IMAGE,
    ),
    "lz4": _when(
        lambda _, __, target: not target.abilities.lz4,
        "The target is built without lz4: {users} get its usual compression",
        "the values are the same",
        kind="changed",
    ),
    "setting": _setting,
    "forced policy": _when(
        lambda _, __, target: not target.abilities.sees_all_rows,
        "Policies would hide rows from the target's own role: {users}",
        "it could not prove that all came over",
        "Use a role that bypasses row-level security, or ALTER TABLE ... NO FORCE ROW LEVEL SECURITY first.",
    ),
    "policy role": _when(
        lambda feature, _, target: feature.name not in target.abilities.roles,
        "Policies name the role {name}, which the target does not have",
        "{users}",
        "Make the role on the target, or take it out of the policies.",
    ),
    "prepared transaction": _always(
        "refused",
        "The transaction {name} is prepared and not committed",
        "what it wrote is not seen yet, and would come after the copy",
        "Commit it or roll it back first.",
    ),
    "unlogged": _always("moved", "Unlogged tables come with their rows, and stay unlogged: {users}"),
    "tablespace": _always(
        "changed", "The tablespace {name} is not taken along", "{users} go where the target keeps its data"
    ),
    "foreign table": _always(
        "changed",
        "The foreign table {name} comes without data",
        "its rows are on the server that it leads to",
    ),
    "user mapping": _always(
        "changed",
        "The login of {name} at {users} is left out",
        "it may hold a password",
        "Make it anew on the target (CREATE USER MAPPING).",
        named_again=True,
    ),
    "event trigger": _always("changed", "The event trigger {name} is left out", named_again=True),
    "publication": _always("changed", "The publication {name} is left out", "replication is not taken along"),
    "subscription": _always(
        "changed", "The subscription {name} is left out", "replication is not taken along"
    ),
    "slot": _always(
        "changed", "The replication slot {name} is left out", "who reads it must begin anew at the target"
    ),
    "security label": _always("changed", "Security labels of {name} are left out", "on {users}"),
    "search path": _search_path,
    "own search path": _always(
        "refused",
        "The {name} works only under a search path that no session begins with",
        "under the usual one: {users}",
        "Give its functions a search path of their own (ALTER FUNCTION ... SET search_path).",
    ),
    "broken check": _always(
        "refused",
        "Rows break the {name}, though it is said to hold for all of them",
        "the target checks every row that comes",
        "Drop it on the source, or make it again there with NOT VALID.",
    ),
    "asking column": _always(
        "refused",
        "The {name} is made of what other tables hold",
        "the rows that {users} reads may come later than its own",
        "Make it an ordinary column first (ALTER TABLE ... ALTER ... DROP EXPRESSION).",
    ),
    "asking domain": _always(
        "refused",
        "The check of the domain {name} asks tables",
        "it cannot be made after the rows, for it is inside of {users}",
        "Drop the check on the source, or use the domain for plain columns only.",
    ),
    "unfillable": _always(
        "refused",
        "The materialized view {name} cannot be filled any more",
        "{users}",
        "Correct it on the source, or empty it there (REFRESH MATERIALIZED VIEW ... WITH NO DATA).",
    ),
    "too large": _always(
        "refused",
        "Values of {name} are larger than 512 MB",
        "no Postgres writes them as text, in which rows are copied",
        "Cut them into pieces on the source, or store them elsewhere.",
    ),
    "unlogged of a follower": _always(
        "refused",
        "The source is a follower, which has nothing of what is unlogged: {users}",
        remedy="Copy from its leader.",
    ),
    "filled from afar": _always(
        "changed",
        "The materialized view {name} is filled from another server, whose login is left out",
        "make the login on the target before the copy ends; it reads {users}",
    ),
    "points at an index": _always(
        "refused",
        "Values of {name} are names of indexes, or of what only this server has",
        "{users} would not be there yet when the rows come",
        "Store the names as text.",
    ),
    "role by name": _when(
        _role_missing,
        "Values of {name} are roles that the target does not have",
        "{users}",
        "Make these roles on the target, or store the names as text.",
    ),
}
