"""Systems that are described or made up: what stands in them is what was said, and mistakes are named."""

import re
from collections import Counter
from pathlib import Path

import pytest

from providers.sandbox.heroku.running.repository import commit_of_source
from providers.sandbox.heroku.systems.description import described, read_description, zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.world.world import App, World
from wizard.model.trouble import Trouble


def named(world: World, name: str) -> App:
    app = world.app(name)
    assert app is not None
    return app


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a =", "is no TOML"),
        ("[[app]]", "`name` - at `$.app[0]`"),
        ('[[app]]\nname = "a"\nproces = 1', "`proces` - at `$.app[0]`"),
        ('[[app]]\nname = "a"\nmaintenance = "on"', "at `$.app[0].maintenance`"),
        ('[[app]]\nname = "a"\nteam = "b"', "app[0].team: nothing of that name (b)"),
        ('[[app]]\nname = "a"\nspace = "b"', "app[0].space: nothing"),
        ('[[app]]\nname = "a"\nstack = "heroku-18"', "app[0].stack: there is no heroku-18"),
        ('[[app]]\nname = "a"\nregion = "mars"', "app[0].region: there is no mars"),
        ('[[app]]\nname = "a"\npipeline = "b"', "app[0].pipeline: nothing"),
        ('[[app]]\nname = "a"\n[[app]]\nname = "a"', "app[1].name: two apps are called a"),
        ('[[app]]\nname = "a"\n[app.process.web]\ncommand = "x"\nsize = "Huge"', "app[0].process.web.size"),
        ('[[app]]\nname = "a"\nconfig = {A = "{url:b}"}', "a/A: {url:b} names no app"),
        ('[[app]]\nname = "a"\nconfig = {A = "{value:a:B}"}', "a/A: a has no B"),
        ('[[app]]\nname = "a"\n[[app.attachment]]\nadd_on = "x"\nname = "X"', "app[0].attachment[0].add_on"),
        (
            '[[app]]\nname = "a"\n[[app.release]]\ndescription = "x"\nstatus = "odd"',
            "$.app[0].release[0].status",
        ),
        ('[[pipeline]]\nname = "p"\n[[pipeline.promotion]]\nsource = "a"', "pipeline[0].promotion[0].source"),
        ('[[team]]\nname = "t"\nenterprise = "e"', "team[0].enterprise"),
        ('[stores.postgres.x]\nversion = "17"', "stores: no add-on is called x"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str) -> None:
    with pytest.raises(Trouble) as raised:
        described(text, "mine.toml")
    assert raised.value.cause.startswith("mine.toml") and place in raised.value.cause
    assert raised.value.code == "bad-description"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="No such file"):
        read_description(tmp_path / "none.toml")


def test_values_name_other_apps_and_secrets_stay_the_same() -> None:
    text = """
        [[app]]
        name = "a-web"
        config = { API = "{url:a-api}/v1", HOST = "{host:a-api}", KEY = "k-{secret}" }
        [[app]]
        name = "a-api"
        config = { COPY = "{value:a-web:KEY}" }
    """
    world = described(text, canary="canary")
    web, api = named(world, "a-web"), named(world, "a-api")
    assert web.config["API"] == f"{api.web_url}v1" and f"https://{web.config['HOST']}/" == api.web_url
    assert re.fullmatch(r"k-\w{36}canary", web.config["KEY"]) and api.config["COPY"] == web.config["KEY"]
    assert described(text, canary="canary") == world


class TestZoo:
    def test_it_has_everything_in_every_state(self) -> None:
        world = zoo()
        apps = list(world.apps.values())
        assert {app.generation for app in apps} == {"cedar", "fir"}
        assert {app.stack for app in apps} >= {
            "heroku-26",
            "heroku-24",
            "heroku-22",
            "heroku-20",
            "container",
        }
        assert {release.status for app in apps for release in app.releases} >= {
            "succeeded",
            "failed",
            "pending",
        }
        assert {build.status for app in apps for build in app.builds} == {"failed", "pending"}
        assert {one.state for one in world.add_ons.values()} == {
            "provisioning",
            "provisioned",
            "deprovisioned",
        }
        assert {stage for _, stage in world.couplings.values()} >= {"review", "staging", "production"}
        assert {(app.joined, app.locked) for app in apps} == {
            (True, False),
            (False, False),
            (False, True),
            (True, True),
        }
        assert {app.refused for app in apps} == {"", "forbidden", "two_factor", "delinquent"}
        assert any(app.gone for app in apps) and any(app.archived_at for app in apps)
        assert any(line.quantity == 0 for app in apps for line in app.processes.values())
        assert {each.namespace for each in world.attachments.values()} >= {
            None,
            "credential:readonly",
            "connection-pooling:default",
        }
        assert {domain.acm_status for app in apps for domain in app.domains} >= {
            None,
            "failing",
            "cert issued",
            "pending",
        }
        assert {space.state for space in world.spaces.values()} == {"allocated", "allocating"}
        assert any(space.shield for space in world.spaces.values()) and world.foreign

    def test_the_code_on_git_is_what_runs(self) -> None:
        """The release that came by a push has the commit that cloning gives."""
        app = named(zoo(), "acme-fir-api")
        assert app.source is not None and app.release is not None
        image = app.images[app.release.image_id or ""]
        assert image.commit == commit_of_source(app.source)

    def test_a_failed_release_is_not_current(self) -> None:
        app = named(zoo(), "acme-web")
        assert [one.status for one in app.releases[-2:]] == ["failed", "pending"]
        assert app.current_version == app.releases[-3].version


class TestGenerated:
    def test_numbers_are_as_asked(self) -> None:
        world = generated(seed=3, apps=200, pipelines=12, teams=4, add_ons=600, config_vars=8_000)
        assert (len(world.apps), len(world.pipelines), len(world.teams)) == (200, 12, 4)
        assert len(world.add_ons) == 600
        assert sum(len(app.config) for app in world.apps.values()) == 8_000
        stages = Counter(stage for _, stage in world.couplings.values())
        assert stages["review"] == 20 and min(stages.values()) >= 10

    def test_names_are_heroku_s(self) -> None:
        world = generated(apps=500, add_ons=0, config_vars=0)
        names = [app.name for app in world.apps.values()]
        assert len(set(names)) == 500
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{1,28}[a-z0-9]", name) for name in names)
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{2,29}", one.name) for one in world.pipelines.values())

    def test_the_same_seed_makes_the_same(self) -> None:
        small = {"apps": 12, "pipelines": 2, "teams": 1, "add_ons": 30, "config_vars": 200}
        assert generated(seed=7, **small) == generated(seed=7, **small) != generated(seed=8, **small)

    @pytest.mark.parametrize("apps", [0, 1, 2, 7])
    def test_small_ones_stand_too(self, apps: int) -> None:
        world = generated(apps=apps, pipelines=min(apps, 2), teams=0, add_ons=apps, config_vars=apps * 5)
        assert len(world.apps) == apps and len(world.add_ons) == apps

    def test_apps_point_at_each_other_and_share_databases(self) -> None:
        world = generated(apps=60, pipelines=4, add_ons=120, config_vars=900)
        hosts = [app.web_url.removeprefix("https://").rstrip("/") for app in world.apps.values()]
        values = [value for app in world.apps.values() for value in app.config.values()]
        assert any(f"https://{host}" in value for host in hosts for value in values)
        assert any(value in hosts for value in values), "some forget https://"
        assert any(world.add_ons[one.add_on_id].app_id != one.app_id for one in world.attachments.values())

    def test_what_cannot_be_is_said(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            generated(apps=-1)
        with pytest.raises(ValueError, match="belong to apps"):
            generated(apps=0, add_ons=1)
