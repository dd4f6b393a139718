"""Values that a person typed a second time, into another config var or a scheduler job, are found."""

from providers.sandbox.heroku import HerokuSandbox
from tests.providers.test_heroku_inventory import heroku, named, read, source
from wizard.model.noun import encode
from wizard.model.secret import DOTS
from wizard.ports import Source

__all__ = ["heroku", "source"]


async def test_a_copy_in_another_app_is_known_without_its_value(
    heroku: HerokuSandbox, source: Source
) -> None:
    backend, frontend = (
        next(app for app in heroku.world.apps.values() if app.name == name)
        for name in ("migrate-backend", "migrate-frontend")
    )
    frontend.config["REPORTING_DB"] = backend.config["DATABASE_URL"]
    system = await read(source)
    database = next(one for one in system.add_ons if one.service == "heroku-postgresql")
    found = {one.name: one for one in named(system, "migrate-frontend").config}
    assert (found["REPORTING_DB"].copied_from, found["REPORTING_DB"].copied_as) == (database.id, "url")
    for app in system.apps:
        assert not [one.name for one in app.config if one.copied_from and one.name != "REPORTING_DB"]
    assert heroku.database.password not in encode(system)


async def test_a_secret_in_a_scheduler_job_is_kept_nowhere(heroku: HerokuSandbox, source: Source) -> None:
    emailer = next(app for app in heroku.world.apps.values() if app.name == "migrate-emailer")
    emailer.config["HOOK_TOKEN"] = "canary-hook-51f0c29b7d"
    (job,) = emailer.jobs.values()
    job.command = "curl -H canary-hook-51f0c29b7d https://hooks.example"
    system = await read(source)
    (told,) = named(system, "migrate-emailer").jobs or ()
    assert told.command == f"curl -H {DOTS} https://hooks.example"
    assert "canary-hook-51f0c29b7d" not in encode(system)
