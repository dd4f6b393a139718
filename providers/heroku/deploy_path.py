"""How an app is deployed, concluded from what Heroku tells: pure, with the evidence in words.

No route says it. Facts that the conclusion stands on: a git push and a deploy from GitHub both make a build
and a release "Deploy <commit>"; only the link to GitHub tells them apart, and what is deployed from GitHub
leaves the app's git repository on Heroku empty (`repo_size`). A promotion makes "Promote <app> v12 <commit>",
the container registry "Deployed web (<image>)". A slug that no build made was sent by a program.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from providers.heroku.fields import number, text
from providers.heroku.releases import BUILDS, brought_code, code_of, current_of
from wizard.model.delivery import Deploy, DeployKind, GitHubLink

Row = dict[str, Any]

_DEPLOY: Final = re.compile(r"deploy [0-9a-f]{6,64}")
_COMMIT: Final = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)


@dataclass(frozen=True)
class Evidence:
    """What is known. None for what Heroku did not tell; `linked_told` says whether `link` is an answer."""

    releases: Sequence[Row] | None
    builds: Sequence[Row] | None
    link: GitHubLink | None = None
    link_told: bool = True
    stack: str = ""
    repo_size: int | None = None


def deploy_of(known: Evidence) -> Deploy:
    """The deploy path. `unknown` where the evidence fits more than one."""
    if known.releases is None:
        words = "Heroku did not tell its releases."
        if known.link:
            return Deploy(kind="github", evidence=f"{_linked(known.link)} {words}", github=known.link)
        return Deploy(kind="unknown", evidence=words)
    last = _last_code(known.releases)
    if last is None and not code_of(current_of(known.releases)):
        if known.link:
            words = f"{_linked(known.link)} Nothing was deployed yet."
            return Deploy(kind="github", evidence=words, github=known.link)
        return Deploy(kind="none", evidence="No release of it runs any code.")
    kind, words = _judged(known, last)
    build = _build_of(known.builds, last) if last else None
    return Deploy(
        kind=kind,
        evidence=words,
        github=known.link,
        last_at=(text(last, "created_at") or None) if last else None,
        last_by=(text(last, "user", "email") or text(build, "user", "email")) if last else "",
    )


def of_review_app(deploy: Deploy) -> Deploy:
    """The same for an app in the stage `review`, which its pipeline makes."""
    if deploy.kind not in ("unknown", "git", "api"):
        return deploy
    return Deploy(
        kind="github",
        evidence="It is a review app: its pipeline makes it from a branch on GitHub.",
        github=deploy.github,
        last_at=deploy.last_at,
        last_by=deploy.last_by,
    )


def _judged(known: Evidence, last: Row | None) -> tuple[DeployKind, str]:
    if last is None:
        if known.link:
            return "github", f"{_linked(known.link)} Its last deploy is further back than Heroku was asked."
        return "unknown", "Its last deploy is further back than Heroku was asked."
    said = text(last, "description")
    words = f"Release v{number(last, 'version')} says “{said[:100]}”."
    lower = said.lower()
    if lower.startswith("promote"):
        linked = f" It is linked to {known.link.repository}, too." if known.link else ""
        return "promotion", f"{words} The code came from an earlier stage of its pipeline.{linked}"
    build = _build_of(known.builds, last)
    if lower.startswith("deployed") or (
        known.stack == "container" and known.builds is not None and not build
    ):
        return "container", f"{words} Its images are pushed to Heroku's container registry."
    if known.link:
        return "github", f"{words} {_linked(known.link)}"
    if known.builds is not None and build is None and code_of(last):
        if not known.builds and _DEPLOY.fullmatch(lower):
            return (
                "unknown",
                f"{words} Heroku knows no build of it: it was pushed long ago, or a program sent it.",
            )
        if len(known.builds) < BUILDS:
            return "api", f"{words} No build on Heroku made its code: a program sent it."
    return _built(known, words, build)


def _built(known: Evidence, words: str, build: Row | None) -> tuple[DeployKind, str]:
    """Built on Heroku and not linked to GitHub, as far as that was told."""
    source = text(build, "source_blob", "version") if build else ""
    if build is not None and source and not _COMMIT.fullmatch(source):
        return (
            "api",
            f"{words} Its build is of the version “{source[:40]}”, which is no commit: a program sent it.",
        )
    if known.repo_size == 0:
        if known.link_told:
            return (
                "api",
                f"{words} Nothing was ever pushed to its git repository on Heroku: a program builds it.",
            )
        words = f"{words} Nothing was pushed to its git repository on Heroku, so GitHub or a program."
        return "unknown", words
    docker = " Heroku builds the image by its heroku.yml." if known.stack == "container" else ""
    if known.link_told:
        return "git", f"{words} It is linked to no GitHub repository, so it was pushed to Heroku.{docker}"
    pushed = " Something was pushed to its git repository on Heroku once." if known.repo_size else ""
    words = f"{words} Heroku did not tell whether it is linked to GitHub, so that or a push.{pushed}{docker}"
    return "unknown", words


def _last_code(releases: Sequence[Row]) -> Row | None:
    """The newest good release that brought code. A rollback says nothing of how code comes, so it is the last
    resort."""
    code = brought_code(releases)
    good = [
        row
        for row in sorted(releases, key=lambda row: number(row, "version") or 0, reverse=True)
        if code.get(number(row, "version") or 0) and text(row, "status") in ("succeeded", "")
    ]
    forward = [row for row in good if not text(row, "description").lower().startswith("roll")]
    return next(iter(forward or good), None)


def _build_of(builds: Sequence[Row] | None, release: Row) -> Row | None:
    mark, slug = text(release, "id"), text(release, "slug", "id")
    for row in builds or ():
        if (mark and text(row, "release", "id") == mark) or (slug and text(row, "slug", "id") == slug):
            return row
    return None


def _linked(link: GitHubLink) -> str:
    branch = f", branch {link.branch}" if link.branch else ""
    waits = " once CI has passed" if link.wait_for_ci else ""
    how = f"each push to it is deployed{waits}" if link.auto_deploy else "deploys are started by hand"
    return f"It is linked to {link.repository} on GitHub{branch}: {how}."
