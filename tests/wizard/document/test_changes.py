"""What changed is said, once and in words; what nobody changed, or nobody could read, is not."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.screens.example_system import BACKEND, DATABASE, EMAILER, FRONTEND, example_system
from tests.wizard.document.whole_system import marked_system
from wizard.document.changes import changes
from wizard.model.delivery import Build, Image, Release
from wizard.model.people import Member, Team
from wizard.model.stores import Backup, Postgres
from wizard.model.system import Autoscale, ConfigVar, Gap, Job, Origin, Process, System, UnreadApp

replace = msgspec.structs.replace


def release(version: int, description: str, **more: Any) -> Release:
    created = f"2026-11-{version:02d}T10:00:00Z"
    return Release(version=version, description=description, status="succeeded", created_at=created, **more)


def with_app(system: System, app_id: str, **fields: Any) -> System:
    apps = tuple(replace(app, **fields) if app.id == app_id else app for app in system.apps)
    return replace(system, apps=apps)


def with_add_on(system: System, add_on_id: str, **fields: Any) -> System:
    add_ons = tuple(replace(one, **fields) if one.id == add_on_id else one for one in system.add_ons)
    return replace(system, add_ons=add_ons)


def postgres(system: System) -> Postgres:
    found = system.add_on(DATABASE).postgres
    assert found is not None
    return found


def with_postgres(system: System, **fields: Any) -> System:
    return with_add_on(system, DATABASE, postgres=replace(postgres(system), **fields))


def processes(system: System, app_id: str, **fields: Any) -> tuple[Process, ...]:
    first, *others = system.app(app_id).processes
    return (replace(first, **fields), *others)


def words(before: System, after: System) -> list[str]:
    return [change.words for change in changes(before, after)]


BASE = with_postgres(
    with_app(
        with_app(example_system(), BACKEND, releases=(release(7, "Deploy 1234abcd"),)), EMAILER, jobs=()
    ),
    bytes=1_000_000,
    credentials=(),
    backups=(Backup(name="a001"),),
    schedules=(),
)
VAR = ConfigVar(name="NEW_FLAG", origin=Origin(kind="person"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda s: with_app(s, BACKEND, processes=processes(s, BACKEND, quantity=3)),
            ["web of migrate-backend: dynos 1 → 3"],
        ),
        (
            lambda s: with_app(
                s, BACKEND, processes=processes(s, BACKEND, autoscale=Autoscale(least=1, most=4, p95_ms=500))
            ),
            ["web of migrate-backend: autoscale none → 1 to 4, p95 500 ms"],
        ),
        (
            lambda s: with_app(s, BACKEND, processes=s.app(BACKEND).processes[1:]),
            ["web of migrate-backend removed"],
        ),
        (
            lambda s: with_app(s, BACKEND, config=(*s.app(BACKEND).config, VAR)),
            ["config var NEW_FLAG of migrate-backend added"],
        ),
        (
            lambda s: with_app(s, BACKEND, maintenance=True, name="backend"),
            ["app backend: name migrate-backend → backend, maintenance no → yes"],
        ),
        (
            lambda s: with_add_on(s, DATABASE, plan="standard-0", monthly_cents=5000),
            ["add-on postgresql-cubed-12345: plan essential-1 → standard-0, price a month $9 → $50"],
        ),
        (
            lambda s: with_app(s, EMAILER, jobs=(Job(id="j", command="rake mail", every=60),)),
            ["scheduler job rake mail of migrate-emailer added"],
        ),
        (
            lambda s: with_app(s, BACKEND, buildpacks=("heroku/nodejs", "Python")),
            ["buildpack heroku/nodejs of migrate-backend added"],
        ),
        (
            lambda s: replace(
                s, teams=(Team(id="t", name="acme", members=(Member(email="a", role="admin"),)),)
            ),
            ["team acme added, with 1 member"],
        ),
        (
            lambda s: replace(
                s,
                gaps=(
                    Gap(key="k", kind="acknowledge", app_id=None, question="The labs are not known.", why=""),
                ),
            ),
            ["not told: The labs are not known."],
        ),
    ],
)
def test_each_difference_is_a_line(change: Callable[[System], System], said: list[str]) -> None:
    assert words(BASE, change(BASE)) == said


def test_a_team_that_is_renamed_is_one_line() -> None:
    def called(name: str) -> System:
        return replace(with_app(BASE, BACKEND, team=name), teams=(Team(id="t", name=name),))

    assert words(called("acme"), called("apex")) == ["team apex: name acme → apex"]


def test_an_app_that_comes_or_goes_is_one_line() -> None:
    without = replace(BASE, apps=tuple(app for app in BASE.apps if app.id != FRONTEND))
    assert [one.kind for one in changes(without, BASE)] == ["added"]
    (came,) = words(without, BASE)
    assert came.startswith("app migrate-frontend added, with ") and "config var" in came
    (went,) = words(BASE, without)
    assert went.startswith("app migrate-frontend removed, with ")


@pytest.mark.parametrize(
    "change",
    [
        lambda s: replace(s, taken_at="2030-01-01T00:00:00Z", calls=9_999),
        lambda s: replace(s, apps=s.apps[::-1], add_ons=s.add_ons[::-1]),
        lambda s: with_app(s, BACKEND, config=s.app(BACKEND).config[::-1], released_at="2030-01-01"),
        lambda s: with_postgres(s, connections=17, bytes=1_050_000, rollback="earliest from 2030"),
        lambda s: with_postgres(s, backups=(Backup(name="a002"),), told={"Connections": "7/20"}),
        lambda s: with_app(
            s,
            BACKEND,
            config=tuple(
                replace(var, origin=Origin(kind="app-json")) if var.origin.kind == "person" else var
                for var in s.app(BACKEND).config
            ),
        ),
        lambda s: with_app(s, BACKEND, builds=(Build(id="b", status="succeeded", created_at="2026"),)),
    ],
)
def test_what_nobody_did_is_no_change(change: Callable[[System], System]) -> None:
    assert words(BASE, change(BASE)) == []


def test_a_size_that_grew_by_more_than_a_tenth_is_one() -> None:
    assert words(BASE, with_postgres(BASE, bytes=2_000_000)) == [
        "Postgres of postgresql-cubed-12345: size 1 MB → 2 MB"
    ]


def test_a_config_var_that_was_set_is_seen_in_its_release() -> None:
    latest = (
        release(10, "Deploy 99ffee00"),
        release(9, "Set SECRET_KEY, LOG_LEVEL config vars", user="ada@example.com"),
        release(8, "Set SECRET_KEY config vars"),
        release(7, "Deploy 1234abcd"),
    )
    said = words(BASE, with_app(BASE, BACKEND, releases=latest, release=10))
    assert said == [
        "config var LOG_LEVEL of migrate-backend: set in v9, 2026-11-09 10:00 UTC by ada@example.com",
        "config var SECRET_KEY of migrate-backend: set in v9, 2026-11-09 10:00 UTC by ada@example.com",
        "release v10 of migrate-backend: Deploy 99ffee00, 2026-11-10 10:00 UTC",
        "release v8 of migrate-backend: Set SECRET_KEY config vars, 2026-11-08 10:00 UTC",
        "release v9 of migrate-backend: Set SECRET_KEY, LOG_LEVEL config vars, 2026-11-09 10:00 UTC by"
        " ada@example.com",
    ]


def test_releases_that_nobody_saw_may_have_set_anything() -> None:
    said = words(BASE, with_app(BASE, BACKEND, releases=(release(20, "Deploy 99ffee00"),)))
    assert said == [
        "releases v8 to v19 of migrate-backend are not listed any more:"
        " config vars may have been set in them",
        "release v20 of migrate-backend: Deploy 99ffee00, 2026-11-20 10:00 UTC",
    ]


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (
            lambda s: with_app(s, BACKEND, config=(), unread=("config vars",)),
            "app migrate-backend: its config vars",
        ),
        (
            lambda s: with_add_on(s, DATABASE, postgres=Postgres(version="", plan="essential-1")),
            "add-on postgresql-cubed-12345: its Postgres, backups, backup schedules, credentials",
        ),
        (
            lambda s: with_app(
                s, BACKEND, processes=processes(s, BACKEND, autoscale=None), unread=("autoscaling",)
            ),
            "",
        ),
        (
            lambda s: replace(
                with_app(s, BACKEND, unread=("add-ons",)),
                add_ons=tuple(one for one in s.add_ons if one.app_id != BACKEND),
            ),
            "app migrate-backend: its add-ons",
        ),
        (
            lambda s: replace(
                s,
                teams=(Team(id="t", name="acme", members=None),),
                gaps=(
                    Gap(
                        key="unread:t:members of teams",
                        kind="acknowledge",
                        app_id=None,
                        question="The members of the team acme are not known.",
                        why="",
                        group="members of teams",
                    ),
                ),
            ),
            "team acme: its invitations, members, team features",
        ),
        (
            lambda s: with_app(s, BACKEND, releases=(), image=None, unread=("releases",)),
            "app migrate-backend: its image, releases, slug",
        ),
        (lambda s: with_app(s, EMAILER, jobs=None), "app migrate-emailer: its scheduler jobs"),
        (lambda s: with_postgres(s, backups=None), "add-on postgresql-cubed-12345: its backups"),
    ],
)
def test_what_could_not_be_read_is_not_gone(change: Callable[[System], System], lost: str) -> None:
    base = with_app(BASE, EMAILER, jobs=(Job(id="j", command="rake mail", every=60),))
    base = with_app(base, BACKEND, image=Image(kind="slug", id="i"))
    base = with_app(base, BACKEND, processes=processes(base, BACKEND, autoscale=Autoscale(least=1, most=2)))
    base = replace(base, teams=(Team(id="t", name="acme", members=(Member(email="a", role="admin"),)),))
    unread = change(base)
    said = [one for one in words(base, unread) if not one.startswith("not told: ")]
    again = [one for one in words(unread, base) if not one.startswith("not open any more: ")]
    if not lost:
        assert said == again == []
        return
    assert len(said) == len(again) == 1
    assert said[0].endswith("could not be read this time") and again[0].endswith("can be read again")
    assert lost in said[0]


def test_an_app_that_is_not_told_any_more_is_not_gone() -> None:
    unread = UnreadApp(id=FRONTEND, name="migrate-frontend", why="Heroku refused it.")
    hidden = replace(BASE, apps=tuple(app for app in BASE.apps if app.id != FRONTEND), unread_apps=(unread,))
    assert words(BASE, hidden) == ["app migrate-frontend: cannot be read any more: Heroku refused it."]
    assert words(hidden, BASE) == ["app migrate-frontend: can be read now"]


def test_every_field_that_is_no_noise_is_seen() -> None:
    """Whatever noun gets a new field: it is compared without anybody's doing."""
    system = marked_system()
    assert not changes(system, system)
    domain = system.apps[0].domains[0]
    for field in domain.__struct_fields__:
        if field == "hostname":
            continue
        other = replace(domain, **{field: "other"})
        app = replace(system.apps[0], domains=(other, *system.apps[0].domains[1:]))
        assert len(changes(system, replace(system, apps=(app, *system.apps[1:])))) == 1, field
