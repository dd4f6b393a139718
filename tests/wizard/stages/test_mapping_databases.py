"""Who uses a database decides whether it moves with an app, and what an app that stays may go on doing."""

import msgspec
import pytest

from wizard.mapping import edit
from wizard.mapping.check import problems
from wizard.mapping.config_rules import follow
from wizard.mapping.rules import propose
from wizard.model.mapping import ConfigChoice, Mapping
from wizard.model.system import ConfigVar, Origin, System
from wizard.ports import Profile


def found(system: System, mapping: Mapping, target: Profile) -> set[tuple[str, str, bool]]:
    codes = ("stays-and-writes", "unused", "old-database", "undecided")
    return {
        (one.code, one.component, one.blocks)
        for one in problems(system, mapping, target)
        if one.code in codes
    }


def leave(system: System, target: Profile, mapping: Mapping, app_id: str) -> Mapping:
    return follow(system, target, mapping, edit.decide_app(mapping, app_id, "leave", "is rewritten"))


def chosen(mapping: Mapping, app_id: str, name: str) -> ConfigChoice:
    return next(one for one in mapping.config if (one.app_id, one.name) == (app_id, name))


def with_copy(system: System, how: str) -> System:
    """The frontend has a typed copy of the database's URL."""
    var = ConfigVar(name="REPORTING_DB", origin=Origin(kind="person"), copied_from="pg", copied_as=how)
    apps = tuple(
        msgspec.structs.replace(app, config=(*app.config, var)) if app.id == "f" else app
        for app in system.apps
    )
    return msgspec.structs.replace(system, apps=apps)


def test_a_database_stays_with_the_last_app_that_uses_it(system: System, target: Profile) -> None:
    mapping = propose(system, target)
    one = leave(system, target, mapping, "b")
    assert one.databases[0].action == "move", "the other app still uses it"
    both = leave(system, target, one, "e")
    (store,) = both.databases
    assert (store.action, store.reason) == ("leave", "only migrate-backend, migrate-emailer used it")
    assert chosen(both, "b", "DATABASE_URL").action == "drop"
    back = follow(system, target, both, edit.decide_app(both, "e", "move", "after all"))
    assert back.databases[0].action == "move"
    assert chosen(back, "e", "DATABASE_URL").action == "replace"


def test_a_database_that_a_person_decided_on_stays_so(system: System, target: Profile) -> None:
    mapping = edit.decide_database(propose(system, target), "pg", "leave", "has an archive")
    both = leave(system, target, leave(system, target, mapping, "b"), "e")
    back = follow(system, target, both, edit.decide_app(both, "e", "move", "after all"))
    assert (back.databases[0].action, back.databases[0].reason) == ("leave", "has an archive")
    kept = edit.decide_database(leave(system, target, propose(system, target), "b"), "pg", "move", "wanted")
    again = follow(system, target, kept, edit.set_port(kept, 4000))
    assert again.databases[0].action == "move"


def test_an_app_that_stays_must_not_write_to_a_database_that_moves(system: System, target: Profile) -> None:
    mapping = leave(system, target, propose(system, target), "b")
    assert ("stays-and-writes", "migrate-backend", True) in found(system, mapping, target)
    moved = follow(system, target, mapping, edit.decide_app(mapping, "b", "move", "after all"))
    said = edit.keep_harmless(mapping, "b", "it is switched off")
    gone = edit.decide_database(mapping, "pg", "leave", "stays too")
    for solved in (moved, said, gone):
        assert not [one for one in found(system, solved, target) if one[0] == "stays-and-writes"]
    again = edit.decide_app(edit.decide_app(said, "b", "move", "after all"), "b", "leave", "no, later")
    assert ("stays-and-writes", "migrate-backend", True) in found(system, again, target)
    blank = edit.keep_harmless(mapping, "b", " ")
    assert ("stays-and-writes", "migrate-backend", True) in found(system, blank, target)


def test_a_database_that_nobody_uses_there_is_to_be_looked_at(system: System, target: Profile) -> None:
    mapping = leave(system, target, leave(system, target, propose(system, target), "b"), "e")
    wanted = edit.decide_database(mapping, "pg", "move", "its data is wanted")
    assert ("unused", "postgresql-fluffy-1", False) in found(system, wanted, target)
    assert not [one for one in found(system, mapping, target) if one[0] == "unused"]


def test_a_typed_copy_of_a_databases_url_is_replaced(system: System, target: Profile) -> None:
    copied = with_copy(system, "url")
    mapping = propose(copied, target)
    choice = chosen(mapping, "f", "REPORTING_DB")
    assert (choice.action, choice.replacement, choice.refers_to) == ("replace", "database", "pg")
    plain = edit.copy_config(mapping, "f", "REPORTING_DB")
    assert ("old-database", "migrate-frontend REPORTING_DB", True) in found(copied, plain, target)
    left = leave(copied, target, mapping, "f")
    assert ("stays-and-writes", "migrate-frontend", True) in found(copied, left, target)
    without = follow(copied, target, mapping, edit.decide_database(mapping, "pg", "leave", "stays"))
    assert chosen(without, "f", "REPORTING_DB").action == "drop"


def test_a_part_of_a_databases_url_is_asked_for(system: System, target: Profile) -> None:
    copied = with_copy(system, "part")
    mapping = propose(copied, target)
    assert chosen(mapping, "f", "REPORTING_DB").action == "undecided"
    plain = edit.copy_config(mapping, "f", "REPORTING_DB")
    assert ("old-database", "migrate-frontend REPORTING_DB", True) in found(copied, plain, target)


@pytest.mark.parametrize("how", ["url", "part"])
def test_a_copy_from_another_add_on_is_asked_for(system: System, target: Profile, how: str) -> None:
    apps = tuple(
        msgspec.structs.replace(
            app,
            config=tuple(
                msgspec.structs.replace(var, copied_from="pt") if var.copied_from else var
                for var in app.config
            ),
        )
        for app in with_copy(system, how).apps
    )
    changed = msgspec.structs.replace(system, apps=apps)
    assert chosen(propose(changed, target), "f", "REPORTING_DB").action == "undecided"
