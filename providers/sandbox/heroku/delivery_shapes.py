"""The JSON of the Platform API v3 for what is built and released, and for groups of apps."""

from providers.sandbox.heroku.catalogue import CEDAR
from providers.sandbox.heroku.shapes import Json, app_identity, stack
from providers.sandbox.heroku.world import App, Pipeline, Release, Slug, Team, World, stable_id


def release(world: World, one: App, what: Release) -> Json:
    stream = f"https://release-output.heroku.com/streams/{what.id}" if what.output else None
    plans = [add_on.plan for add_on in world.add_ons.values() if add_on.app_id == one.id]
    return {
        "addon_plan_names": plans,
        "app": app_identity(one),
        "artifacts": [{"type": "slug", "id": what.slug_id}] if what.slug_id else [],
        "created_at": what.created_at,
        "current": what.version == one.current_version,
        "description": what.description,
        "eligible_for_rollback": what.status == "succeeded",
        "id": what.id,
        "output_stream_url": stream,
        "slug": {"id": what.slug_id} if what.slug_id else None,
        "status": what.status,
        "updated_at": what.created_at,
        "user": {"email": world.email, "id": world.account_id},
        "version": what.version,
    }


def slug(one: App, what: Slug) -> Json:
    return {
        "blob": {"method": "get", "url": f"https://slugs.example/{what.id}.tgz"},
        "buildpack_provided_description": "Python",
        "checksum": None,
        "commit": what.commit,
        "commit_description": None,
        "created_at": what.created_at,
        "deleted_at": None,
        "id": what.id,
        "process_types": what.process_types,
        "size": what.size,
        "stack": stack(one.stack),
        "updated_at": what.created_at,
    }


def build(world: World, one: App, what: Slug) -> Json:
    made = next((release for release in one.releases if release.slug_id == what.id), None)
    mark = stable_id("build", what.id)
    return {
        "app": {"id": one.id},
        "buildpacks": [{"name": name, "url": f"urn:buildpack:{name}"} for name in one.buildpacks],
        "created_at": what.created_at,
        "generation": "cedar",
        "id": mark,
        "output_stream_url": f"https://build-output.heroku.com/streams/{mark}",
        "release": made and {"id": made.id},
        "slug": {"id": what.id},
        "source_blob": {
            "checksum": None,
            "url": f"https://sources.example/{what.commit}.tgz",
            "version": what.commit,
            "version_description": None,
        },
        "stack": one.stack,
        "status": "succeeded",
        "updated_at": what.created_at,
        "user": {"email": world.email, "id": world.account_id},
    }


def buildpacks(one: App) -> list[Json]:
    return [
        {"ordinal": place, "buildpack": {"name": name, "url": f"urn:buildpack:{name}"}}
        for place, name in enumerate(one.buildpacks)
    ]


def pipeline(world: World, one: Pipeline) -> Json:
    return {
        "created_at": one.created_at,
        "generation": CEDAR,
        "id": one.id,
        "name": one.name,
        "owner": {"id": world.account_id, "type": "user"},
        "updated_at": one.created_at,
    }


def coupling(world: World, app_id: str) -> Json:
    pipeline_id, stage = world.couplings[app_id]
    made = world.pipelines[pipeline_id].created_at
    return {
        "app": {"id": app_id},
        "created_at": made,
        "id": stable_id("coupling", app_id),
        "pipeline": {"id": pipeline_id},
        "stage": stage,
        "updated_at": made,
    }


def team(one: Team) -> Json:
    return {
        "created_at": one.created_at,
        "credit_card_collections": True,
        "default": False,
        "enterprise_account": None,
        "id": one.id,
        "identity_provider": None,
        "membership_limit": 25,
        "name": one.name,
        "provisioned_licenses": False,
        "role": "admin",
        "type": "team",
        "updated_at": one.created_at,
    }
