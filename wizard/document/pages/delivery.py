"""How an app's code comes to run: deploy path, release, image, buildpacks, releases and builds; pipelines."""

from wizard.document.index import Index
from wizard.document.pages.page import Fact, Page, Section, at, counted, joined, only, said
from wizard.document.summary import size_text
from wizard.model.delivery import Deploy, DeployKind, Pipeline, PipelineApp, ReviewApps
from wizard.model.system import App

WAYS: dict[DeployKind, str] = {
    "git": "git push to Heroku",
    "github": "Heroku's GitHub integration",
    "container": "the container registry (docker push)",
    "api": "a program that sends builds or slugs (CI)",
    "promotion": "promotion from an earlier stage of the pipeline",
    "none": "never deployed",
    "unknown": "not known",
}
"""How an app can be deployed, as it is said."""


def deploy_words(deploy: Deploy) -> str:
    """How an app is deployed, in one line."""
    words = [WAYS[deploy.kind]]
    link = deploy.github
    if link is not None:
        words.append(joined((link.repository, f"branch {link.branch}" if link.branch else ""), by=", "))
        words.append("deploys by itself" if link.auto_deploy else "deployed by hand")
        if link.wait_for_ci:
            words.append("waits for CI")
        if link.review_apps:
            by_itself = "an app for each pull request" if link.auto_review_apps else "apps for pull requests"
            words.append(by_itself)
    return joined(words)


def code_facts(index: Index, app: App) -> tuple[Fact, ...]:
    """What is deployed, and by which way."""
    deploy, image = app.deploy, app.image
    who = joined(("confirmed by a person" if deploy.told_by == "person" else "", deploy.evidence))
    last = joined((at(deploy.last_at or app.released_at), deploy.last_by), by=" by ")
    release = "none" if app.release is None else f"v{app.release}"
    return only(
        Fact(
            name="deployed by",
            text=deploy_words(deploy),
            detail=who or ("press h and say how" if deploy.kind == "unknown" else ""),
            mark="untold" if deploy.kind == "unknown" else "",
            key=f"deploy:{app.id}",
        ),
        said("last deploy", last),
        said("current release", joined((release, f"at {at(app.released_at)}" if app.released_at else ""))),
        said("release command", app.release_command, copy=app.release_command),
        said("commit", app.slug_commit, copy=app.slug_commit or ""),
        Fact(
            name="slug" if image.kind == "slug" else "image",
            text=joined(
                (
                    size_text(image.size) if image.size is not None else "",
                    image.digest,
                    image.architecture,
                    image.stack,
                )
            )
            or image.id,
            detail=joined((f"commit {image.commit}" if image.commit else "", ", ".join(image.builder))),
            copy=image.digest or image.id,
            key=f"image:{app.id}",
        )
        if image is not None
        else None,
        *(
            Fact(
                name="buildpack" if number == 1 else f"buildpack {number}",
                text=pack,
                copy=pack,
                key=f"buildpack:{app.id}:{pack}",
            )
            for number, pack in enumerate(app.buildpacks, 1)
        ),
        None if app.buildpacks else Fact(name="buildpacks", text="none set: Heroku chooses by the files"),
        said("folder", f"{app.folder}, and nothing else of the repository" if app.folder else ""),
        said("Procfile", app.procfile),
    )


def release_sections(index: Index, app: App) -> tuple[Section, ...]:
    """The latest releases and builds, newest first."""
    releases = tuple(
        Fact(
            name=f"v{one.version}",
            text=joined((one.description, "current" if one.current else "", "new code" if one.code else "")),
            detail=joined((at(one.created_at), one.user, "" if one.status == "succeeded" else one.status)),
            mark="look" if one.status == "failed" else "",
            key=f"release:{app.id}:v{one.version}",
        )
        for one in app.releases
    )
    builds = tuple(
        Fact(
            name=at(one.created_at) or one.id,
            text=joined((one.status, one.commit[:12], one.user)),
            detail=joined((one.stack, ", ".join(one.buildpacks))),
            mark="look" if one.status == "failed" else "",
            key=f"build:{app.id}:{one.id}",
        )
        for one in app.builds
    )
    return (
        Section(
            title="releases", facts=releases, untold=index.why_untold(app, "releases", "release history")
        ),
        Section(title="builds", facts=builds, untold=index.why_untold(app, "builds")),
    )


def pipeline_page(index: Index, pipeline: Pipeline) -> Page:
    """A pipeline: its stages in the order of promotion, its repository, its review apps."""
    return Page(
        key=f"pipeline:{pipeline.id}",
        title=pipeline.name,
        kind="pipeline",
        subtitle=joined((counted(len(pipeline.apps), "app"), pipeline.generation)),
        sections=(
            Section(
                title="about",
                counts=False,
                facts=only(
                    said("owner", pipeline.owner),
                    said("repository", pipeline.repository, copy=pipeline.repository or ""),
                ),
                untold=index.why_none(pipeline.repository or (), "GitHub links of pipelines", pipeline.name),
            ),
            Section(
                title="promotion order",
                facts=tuple(_staged(index, pipeline, one) for one in pipeline.apps),
                untold=index.why_none(pipeline.apps, "apps of pipelines", pipeline.name),
                none="no app stands in it",
            ),
            Section(
                title="review app settings",
                facts=_review(pipeline.review),
                counts=False,
                untold=index.why_none(
                    pipeline.review or (), "settings of review apps of pipelines", pipeline.name
                ),
            ),
            _config_of(pipeline, "test runs", "test-config-var", pipeline.test_config),
            _config_of(pipeline, "review apps", "review-config-var", pipeline.review_config),
            Section(
                title="review apps",
                facts=tuple(
                    Fact(
                        name=one.branch,
                        text=joined(
                            (
                                one.status,
                                f"pull request {one.pr_number}" if one.pr_number is not None else "",
                                index.app_name(one.app_id) if one.app_id else "no app",
                            )
                        ),
                        key=f"review-app:{pipeline.id}:{one.branch}"
                        + (f":{one.pr_number}" if one.pr_number is not None else ""),
                    )
                    for one in pipeline.review_apps
                ),
                untold=index.why_none(pipeline.review_apps, "review apps of pipelines", pipeline.name),
            ),
        ),
    )


def _config_of(pipeline: Pipeline, what: str, kind: str, names: tuple[str, ...]) -> Section:
    return Section(
        title=f"config vars of {what}",
        facts=tuple(Fact(name=name, key=f"{kind}:{pipeline.id}:{name}") for name in names),
    )


def _staged(index: Index, pipeline: Pipeline, one: PipelineApp) -> Fact:
    known = one.app_id in index.apps
    return Fact(
        name=one.app_name or index.app_name(one.app_id),
        text=one.stage,
        mark="" if known else "untold",
        detail="" if known else "this account cannot read it",
        key=f"app:{one.app_id}" if known else f"pipeline-app:{pipeline.id}:{one.app_id}",
    )


def _review(review: ReviewApps | None) -> tuple[Fact, ...]:
    if review is None:
        return ()
    return only(
        Fact(name="made", text="by themselves" if review.automatic else "by hand"),
        said("names begin with", review.base_name),
        said("in", review.target),
        Fact(
            name="deleted when stale",
            text=f"after {review.stale_days} days" if review.stale_days is not None else "yes",
        )
        if review.destroy_stale
        else None,
        Fact(name="waits for CI", text="yes") if review.wait_for_ci else None,
    )
