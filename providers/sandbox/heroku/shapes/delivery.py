"""The JSON of the Platform API v3 for what is built and released."""

from providers.sandbox.heroku.shapes.apps import Json, app_identity, cloud_native, stack, user
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import App, Build, Image, Release, Slug, World

_STREAMS = "https://{kind}-output.heroku.com/streams/{id}"


def _stream(world: World, kind: str, mark: str) -> str:
    return f"{world.outputs}/streams/{mark}" if world.outputs else _STREAMS.format(kind=kind, id=mark)


def release(
    world: World, one: App, what: Release, *, plans: list[str] | None = None, sdk: bool = False
) -> Json:
    """`plans` are those of the app's add-ons, where many releases of one app are shown."""
    artifacts = [{"type": "slug", "id": what.slug_id}] if what.slug_id else []
    artifacts += [{"type": "oci-image", "id": what.image_id}] if what.image_id else []
    shown = {
        "addon_plan_names": [each.plan for each in world.owned(one.id)] if plans is None else plans,
        "app": app_identity(one),
        "artifacts": artifacts,
        "created_at": what.created_at,
        "current": what.version == one.current_version,
        "description": what.description,
        "eligible_for_rollback": what.status == "succeeded" and bool(artifacts),
        "id": what.id,
        "output_stream_url": _stream(world, "release", what.id) if what.output else None,
        "slug": {"id": what.slug_id} if what.slug_id else None,
        "status": what.status,
        "updated_at": what.created_at,
        "user": user(world, what.user or world.email),
        "version": what.version,
    }
    if sdk:
        shown["oci_image"] = {"id": what.image_id} if what.image_id else None
    return shown


def slug(one: App, what: Slug) -> Json:
    return {
        "blob": {"method": "get", "url": f"https://slugs.example/{what.id}.tgz"},
        "buildpack_provided_description": what.language,
        "checksum": what.checksum,
        "commit": what.commit,
        "commit_description": None,
        "created_at": what.created_at,
        "deleted_at": None,
        "id": what.id,
        "process_types": what.process_types,
        "size": what.size,
        "stack": stack(what.stack or one.stack),
        "updated_at": what.created_at,
    }


def image(one: App, what: Image) -> Json:
    """An OCI image. Of a container's, Heroku knows no buildpacks and no base."""
    return {
        "architecture": what.architecture,
        "base_image_name": what.base,
        "base_top_layer": f"sha256:{what.digest[7:47]}",
        "buildpacks": cloud_native(what.buildpacks),
        "commit": what.commit,
        "commit_description": "",
        "created_at": what.created_at,
        "deleted_at": None,
        "digest": what.digest,
        "id": what.id,
        "image_repo": what.repository,
        "process_types": {
            kind: {
                "command": f"/cnb/process/{kind}" if one.generation == "fir" else command,
                "default": kind == "web",
                "display_cmd": command,
                "name": kind,
                "working_dir": "/workspace" if one.generation == "fir" else "/",
            }
            for kind, command in what.process_types.items()
        },
        "stack": stack("cnb" if one.generation == "fir" else one.stack),
        "updated_at": what.created_at,
    }


def builds_of(world: World, one: App) -> list[Build]:
    """All builds: those that the world names, and one for each slug that nobody sent ready-made, and for
    each image that Heroku built (Fir)."""
    named = {build.slug_id for build in one.builds}
    made: list[tuple[str, str, str]] = [
        (slug.id, slug.commit, slug.created_at) for slug in one.slugs.values() if slug.built
    ]
    if one.generation == "fir":
        made += [(image.id, image.commit, image.created_at) for image in one.images.values()]
    implied = [_implied(world, one, *each) for each in made if each[0] not in named]
    return sorted([*one.builds, *implied], key=lambda build: (build.created_at, build.id))


def _implied(world: World, one: App, mark: str, commit: str, at: str) -> Build:
    released = next((each for each in one.releases if mark in (each.slug_id, each.image_id)), None)
    return Build(
        id=stable_id("build", mark),
        commit=commit,
        created_at=at,
        user=released.user if released else world.email,
        slug_id=mark if mark in one.slugs else None,
        release_id=released.id if released else None,
    )


def build(world: World, one: App, what: Build) -> Json:
    names = one.buildpacks if what.buildpacks is None else what.buildpacks
    return {
        "app": {"id": one.id},
        "buildpacks": [_buildpack(name) for name in names] or None,
        "created_at": what.created_at,
        "generation": one.generation,
        "id": what.id,
        "output_stream_url": _stream(world, "build", what.id),
        "release": {"id": what.release_id} if what.release_id else None,
        "slug": {"id": what.slug_id} if what.slug_id else None,
        "source_blob": {
            "checksum": None,
            "url": f"https://sources.example/{what.commit}.tgz",
            "version": what.commit,
            "version_description": None,
        },
        "stack": what.stack or ("cnb" if one.generation == "fir" else one.stack),
        "status": what.status,
        "updated_at": what.created_at,
        "user": user(world, what.user or world.email),
    }


def _buildpack(name: str) -> Json:
    """Heroku's own have names; others are known by their address only."""
    if "://" in name:
        return {"name": name, "url": name}
    return {"name": name, "url": f"urn:buildpack:{name}"}


def buildpacks(one: App) -> list[Json]:
    """In order. An app of Fir has none here: its image says what built it."""
    if one.generation == "fir":
        return []
    return [{"ordinal": place, "buildpack": _buildpack(name)} for place, name in enumerate(one.buildpacks)]
