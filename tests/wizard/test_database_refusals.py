"""What is said before a copy, of cases for which no server here can be had; the others are in the conformance
tests, with real servers."""

from typing import get_args

import msgspec
import pytest

from tests.wizard.test_preflight_fit import SOURCE, TARGET
from wizard.database.abilities import Abilities, locale_key
from wizard.database.feature_rules import RULES
from wizard.database.features import Feature, Kind
from wizard.database.inspect import Extension, SourceFacts, TargetFacts, inspect_source, inspect_target
from wizard.database.refusals import few_connections, want_movable, what_cannot_move
from wizard.database.verdict import Verdict, some_of
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


def source_with(kind: Kind, name: str = "x", *used_by: str) -> SourceFacts:
    return msgspec.structs.replace(SOURCE, features=(Feature(kind=kind, name=name, used_by=used_by),))


def target_with(version: int = 16, superuser: bool = False, **abilities: object) -> TargetFacts:
    return msgspec.structs.replace(
        TARGET,
        version=version,
        superuser=superuser,
        abilities=Abilities(**abilities),  # type: ignore[arg-type]
    )


def kinds(source: SourceFacts, target: TargetFacts | None, to: int | None = None) -> list[str]:
    return [one.kind for one in what_cannot_move(source, target, to=to)]


def test_every_kind_of_feature_has_a_rule() -> None:
    assert set(RULES) == set(get_args(Kind))


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_speaks_in_whole_sentences(kind: Kind) -> None:
    poor = target_with(13, icu=False, xml=False, lz4=False, sees_all_rows=False)
    source = source_with(kind, "c nowhere" if kind == "own collation" else "the-name", "a user")
    source = msgspec.structs.replace(source, collation="de_DE.UTF-8", version=13)
    verdicts = what_cannot_move(source, poor, to=99)
    for one in verdicts:
        assert one.what[0].isupper() and not one.what.endswith("."), one
        assert "{" not in one.sentence + one.remedy
        assert one.kind != "refused" or one.remedy, "what is refused must say what to do"


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        (source_with("only 18"), target_with(18), []),
        (source_with("only 18"), target_with(17), ["refused"]),
        (source_with("only 14"), target_with(13), ["refused", "changed"]),
        (source_with("language", "plperl"), target_with(superuser=True, languages=("plperl",)), []),
        (source_with("language", "plperl"), target_with(languages=("plperl",)), ["refused"]),
        (source_with("language", "plperl"), target_with(superuser=True), ["refused"]),
        (source_with("of a superuser"), target_with(superuser=True), []),
        (source_with("in C"), target_with(superuser=True), ["refused"]),
        (source_with("wrapper"), target_with(superuser=True), []),
        (source_with("collation", "de-x-icu"), target_with(collations=("de-x-icu",)), []),
        (source_with("own collation", "i de"), target_with(icu=True), []),
        (source_with("own collation", "i de"), target_with(icu=False), ["refused"]),
        (source_with("own collation", "b C.UTF-8"), target_with(16), ["refused"]),
        (source_with("own collation", "b C.UTF-8"), target_with(17), []),
        (source_with("own collation", "c de_DE.UTF-8"), target_with(locales=("de_de.utf8",)), []),
        (source_with("own collation", "c de_DE.UTF-8"), target_with(locales=("c.utf8",)), ["refused"]),
        (source_with("own collation", "c C"), target_with(), []),
        (source_with("setting", "work_mem"), target_with(settings=("work_mem",)), []),
        (source_with("setting", "work_mem"), target_with(superuser=True), ["refused"]),
        (source_with("setting", "app.tenant"), target_with(16), ["refused"]),
        (source_with("setting", "app.tenant"), target_with(16, superuser=True), []),
        (source_with("setting", "app.tenant"), target_with(14), ["changed"]),
        (source_with("forced policy", "x", "t"), target_with(sees_all_rows=True), []),
        (source_with("forced policy", "x", "t"), target_with(sees_all_rows=False), ["refused"]),
        (source_with("search path"), target_with(16), []),
        (source_with("search path"), target_with(17), ["refused"]),
        (source_with("role by name", "t.r", "a", "b"), target_with(roles=("a", "b", "c")), []),
        (source_with("policy role", "reader"), target_with(roles=("reader",)), []),
        (source_with("security label", "selinux", "table t"), target_with(), ["changed"]),
        (source_with("unlogged", "x", "t"), target_with(), ["moved"]),
        (source_with("xml", "x", "t.x"), target_with(xml=True), []),
        (source_with("lz4", "x", "t.x"), target_with(lz4=True), []),
    ],
)
def test_rules(source: SourceFacts, target: TargetFacts, found: list[str]) -> None:
    assert kinds(source, target) == found


def test_without_a_target_only_what_none_could_take_is_refused() -> None:
    assert kinds(source_with("only 18"), None) == []
    assert kinds(source_with("only 18"), None, 16) == ["refused"]
    assert kinds(source_with("search path"), None, 18) == ["refused"]
    assert kinds(source_with("xml", "x", "t.x"), None, 16) == []
    assert kinds(source_with("prepared transaction", "half"), None) == ["refused"]
    assert kinds(msgspec.structs.replace(SOURCE, pooler=True), None) == ["refused"]


def test_another_version_of_a_collation_is_said() -> None:
    source = msgspec.structs.replace(SOURCE, collation_version="2.31")
    same, newer, unknown = (
        msgspec.structs.replace(TARGET, collation_version=version) for version in ("2.31", "2.36", "")
    )
    assert kinds(source, same) == kinds(source, unknown) == []
    (told,) = what_cannot_move(source, newer)
    assert told.kind == "changed" and "2.36" in told.what and "2.31" in told.what


def test_an_extension_of_another_version_or_in_another_place() -> None:
    citext = Extension(name="citext", schema="heroku_ext", version="1.6", used_by=("users.mail",))
    source = msgspec.structs.replace(SOURCE, extensions=(citext,))
    there = {"versions": {"citext": "1.5"}, "installable": ("citext",)}
    (told,) = what_cannot_move(source, target_with(**there))
    assert told.kind == "changed" and "1.5" in told.what
    elsewhere = target_with(**there, installed={"citext": "public"})
    assert [one.kind for one in what_cannot_move(source, elsewhere)] == ["refused", "changed"]
    ours = target_with(**there, installed={"citext": "public"}, movable=("citext",))
    assert what_cannot_move(source, ours) == []
    (told,) = what_cannot_move(source, target_with(versions={"citext": "1.6"}, installable=()))
    assert told.kind == "refused" and "may not be installed by this role" in told.what
    assert "users.mail" in told.detail


def test_a_source_with_hardly_a_connection_left() -> None:
    assert few_connections(SOURCE) == []
    full = msgspec.structs.replace(SOURCE, connections_used=19)
    assert [one.kind for one in few_connections(full)] == ["refused"]


def test_a_refusal_names_five_and_counts_the_rest() -> None:
    some = [Verdict(kind="refused", what=f"Thing {i}", remedy="Drop it.") for i in range(7)]
    with pytest.raises(Trouble) as refused:
        want_movable([Verdict(kind="changed", what="Not this"), *some])
    assert refused.value.code == "cannot-move"
    assert refused.value.cause.endswith("Thing 0; Thing 1; Thing 2; Thing 3; Thing 4; and 2 more.")
    assert refused.value.remedy == "Drop it."
    want_movable([Verdict(kind="changed", what="Not this")])


def test_few_words() -> None:
    assert some_of(["a", "b"]) == "a, b"
    assert some_of(map(str, range(7))) == "0, 1, 2, 3, 4 and 2 more"
    assert locale_key("en_US.UTF-8") == locale_key("en_US.utf8")


def test_what_cannot_be_inspected_says_nothing_of_a_copy() -> None:
    nowhere = Secret("postgresql://somebody@/nowhere?host=/nowhere")
    for look in (lambda: inspect_source(nowhere), lambda: inspect_target(nowhere, session="s-1")):
        with pytest.raises(Trouble) as refused:
            look()
        assert "cannot be inspected" in refused.value.cause
        assert refused.value.untouched == "Nothing was written, here or there."
