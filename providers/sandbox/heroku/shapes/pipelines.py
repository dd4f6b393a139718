"""The JSON of the Platform API v3 for pipelines, their apps and review apps."""

from providers.sandbox.heroku.routes.kolkrabbi import number_of
from providers.sandbox.heroku.shapes.apps import Json, stack
from providers.sandbox.heroku.world.catalogue import GENERATIONS
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import Pipeline, Promotion, ReviewApp, World


def pipeline(world: World, one: Pipeline) -> Json:
    owner = {"id": one.team_id, "type": "team"} if one.team_id else {"id": world.account_id, "type": "user"}
    return {
        "created_at": one.created_at,
        "generation": GENERATIONS[one.generation],
        "id": one.id,
        "name": one.name,
        "owner": owner,
        "updated_at": one.created_at,
    }


def coupling(world: World, app_id: str) -> Json:
    pipeline_id, stage = world.couplings[app_id]
    line = world.pipelines[pipeline_id]
    made = line.created_at
    return {
        "app": {"id": app_id},
        "created_at": made,
        "id": stable_id("coupling", app_id),
        # The schema has the id only; Heroku's CLI shows the name from here (apps:info).
        "pipeline": {"id": pipeline_id, "name": line.name},
        "stage": stage,
        "updated_at": made,
    }


def pipeline_stack(world: World, one: Pipeline) -> Json:
    """The stack of the pipeline's production app, None without one."""
    for app_id, (pipeline_id, stage) in world.couplings.items():
        app = world.apps.get(app_id)
        if pipeline_id == one.id and stage == "production" and app is not None:
            return {"stack": stack(app.stack)}
    return {"stack": None}


def review_config(world: World, one: Pipeline) -> Json:
    wanted = one.review
    assert wanted is not None
    kind, _, name = wanted.target.rpartition(":")
    if kind == "space":
        ids = [space.id for space in world.spaces.values() if space.name == name]
        target = {"id": ids[0] if ids else stable_id("space", name), "type": "space"}
    else:
        target = {"id": stable_id("region", name), "type": "region"}
    return {
        "automatic_review_apps": wanted.automatic,
        "base_name": wanted.base_name,
        "deploy_target": target,
        "destroy_stale_apps": wanted.destroy_stale,
        "pipeline_id": one.id,
        "repo": {"id": number_of(one.repository or "")},
        "stale_days": wanted.stale_days,
        "wait_for_ci": wanted.wait_for_ci,
    }


def review_app(world: World, one: Pipeline, what: ReviewApp) -> Json:
    return {
        "app": {"id": what.app_id} if what.app_id else None,
        "app_setup": {"id": stable_id("app-setup", what.id)},
        "branch": what.branch,
        "created_at": what.created_at,
        "creator": {"id": world.account_id},
        "error_status": what.error,
        "fork_repo": None,
        "id": what.id,
        "message": what.error,
        "pipeline": {"id": one.id},
        "pr_number": what.pr_number,
        "status": what.status,
        "updated_at": what.created_at,
        "wait_for_ci": bool(one.review and one.review.wait_for_ci),
    }


def promotion(world: World, one: Pipeline, what: Promotion) -> Json:
    source = world.apps.get(what.source_app)
    shown: Json = {
        "created_at": what.created_at,
        "id": what.id,
        "pipeline": {"id": one.id},
        "source": {
            "app": {"id": what.source_app},
            "release": {"id": source.release.id if source and source.release else stable_id("release", "")},
        },
        "status": "completed",
        "updated_at": what.created_at,
    }
    return shown


def promotion_targets(what: Promotion) -> list[Json]:
    return [
        {
            "app": {"id": app_id},
            "error_message": None if release else "Release command failed.",
            "id": stable_id("target", what.id, app_id),
            "pipeline_promotion": {"id": what.id},
            "release": {"id": release} if release else None,
            "status": "succeeded" if release else "failed",
        }
        for app_id, release in what.targets.items()
    ]
