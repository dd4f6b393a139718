"""Config vars of an app whose web process is a static site, beside capsules that run."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

import msgspec

from tests.wizard.capsule_world import SPACE, Capsules, FakeContext
from tests.wizard.test_run_capsules import step, wish
from wizard.model.mapping import ConfigChoice, DatabaseChoice
from wizard.model.secret import Secret
from wizard.ports import TargetApp, TargetDatabase
from wizard.run.kinds.serve import Configure

URL = Secret("postgresql://postgres:canary@shop-db-rw:5432/app", "URL of the database shop-db")


class Configured(Capsules):
    """Remembers the config vars of each capsule by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.vars: dict[str, dict[str, Secret]] = {}

    async def config(self, app: TargetApp) -> dict[str, Secret]:
        first, *others = [self.vars.get(id_, {}) for id_ in app.parts.values()]
        return {key: value for key, value in first.items() if all(one.get(key) == value for one in others)}

    async def configure(
        self, app: TargetApp, values: Mapping[str, Secret], log: Callable[[str], None]
    ) -> None:
        for id_ in app.parts.values():
            self.vars.setdefault(id_, {}).update(values)

    async def database_url(self, database: TargetDatabase, credential: str = "") -> Secret:
        return URL


class Around(FakeContext):
    """With a source that has two config vars, and a database."""

    async def database(self, handle: str) -> TargetDatabase:
        return TargetDatabase(id="9", handle=handle, environment_id="1", version="", state="provisioned")

    @property
    def source(self) -> SimpleNamespace:
        async def config(app: str) -> dict[str, Secret]:
            return {"DATABASE_URL": Secret("postgres://old"), "NAME": Secret("Acme", register=False)}

        return SimpleNamespace(config=config)


async def test_a_static_site_gets_no_url_of_a_database(tmp_path: Path) -> None:
    one = step("configure", app="a", handle="shop")
    target = Configured()
    context = Around(tmp_path, [one], target)
    processes = (
        msgspec.structs.replace(context.mapping.processes[0], capsule="frontend"),
        *context.mapping.processes[1:],
    )
    context.mapping = msgspec.structs.replace(
        context.mapping,
        processes=processes,
        databases=(DatabaseChoice(add_on_id="pg", handle="shop-db"),),
        config=(
            ConfigChoice(
                app_id="a",
                name="DATABASE_URL",
                action="replace",
                replacement="database",
                refers_to="pg",
            ),
            ConfigChoice(app_id="a", name="NAME"),
        ),
    )
    for name in ("shop", "shop-worker"):
        await target.create_capsule(SPACE, msgspec.structs.replace(wish("backend"), name=name), print)
    kind = Configure()
    assert await kind.probe(context.as_context, one) is None
    await kind.do(context.as_context, one)
    assert await kind.verify(context.as_context, one) is not None
    assert set(target.vars["id-shop"]) == {"NAME"}
    assert target.vars["id-shop-worker"]["DATABASE_URL"] == URL
