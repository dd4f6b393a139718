"""How an app is deployed, concluded from releases, builds and links."""

from typing import Any

import pytest

from providers.heroku.deploy_path import Evidence, deploy_of, of_review_app
from providers.heroku.releases import brought_code, release_nouns
from wizard.model.delivery import GitHubLink

LINK = GitHubLink(repository="acme/shop", branch="main", auto_deploy=True, wait_for_ci=True)


def release(version: int, description: str, slug: str | None = "s1", **more: Any) -> dict[str, Any]:
    return {
        "id": f"r{version}",
        "version": version,
        "description": description,
        "slug": {"id": slug} if slug else None,
        "status": "succeeded",
        "created_at": f"2026-01-0{version}T00:00:00Z",
        "user": {"email": "ada@acme.example"},
        **more,
    }


def build(slug: str = "s1", version: str | None = "1a2b3c4d5e6f") -> dict[str, Any]:
    return {
        "id": "b1",
        "slug": {"id": slug},
        "source_blob": {"version": version},
        "user": {"email": "b@x.example"},
    }


DEPLOYED = [release(1, "Initial release", None), release(2, "Deploy 1a2b3c4d")]


@pytest.mark.parametrize(
    ("known", "kind", "words"),
    [
        (Evidence(DEPLOYED, [build()]), "git", "linked to no GitHub repository"),
        (
            Evidence(DEPLOYED, [build()], LINK),
            "github",
            "branch main: each push to it is deployed once CI has passed",
        ),
        (Evidence(DEPLOYED, [build()], link_told=False), "unknown", "did not tell whether"),
        (
            Evidence(DEPLOYED, [build()], link_told=False, repo_size=9),
            "unknown",
            "pushed to its git repository",
        ),
        (Evidence(DEPLOYED, [build()], link_told=False, repo_size=0), "unknown", "GitHub or a program"),
        (Evidence(DEPLOYED, [build()], repo_size=0), "api", "Nothing was ever pushed"),
        (Evidence(DEPLOYED, [build(version="v1.2 by CI")]), "api", "which is no commit"),
        (Evidence(DEPLOYED, []), "unknown", "pushed long ago, or a program"),
        (Evidence(DEPLOYED, [build("s0")]), "api", "No build on Heroku made its code"),
        (Evidence(DEPLOYED, [build("s0")] * 10), "git", "linked to no GitHub"),
        (
            Evidence([DEPLOYED[0], release(2, "Release of the day")], []),
            "api",
            "No build on Heroku made its code",
        ),
        (Evidence(DEPLOYED, None), "git", "linked to no GitHub"),
        (Evidence(DEPLOYED, [build()], stack="container"), "git", "by its heroku.yml"),
        (Evidence(DEPLOYED, [], stack="container"), "container", "container registry"),
        (
            Evidence([release(3, "Deployed web, worker (4d5e)", None)], []),
            "container",
            "“Deployed web, worker (4d5e)”",
        ),
        (
            Evidence([*DEPLOYED, release(3, "Promote acme-staging v12 1a2b3c4d", "s2")], [], LINK),
            "promotion",
            "linked to acme/shop, too",
        ),
        # What a rollback runs came some other way.
        (Evidence([*DEPLOYED, release(3, "Rollback to v1", "s0")], [build()]), "git", "Release v2"),
        (Evidence([*DEPLOYED, release(3, "Set A config vars")], [build()]), "git", "Release v2"),
        (
            Evidence([*DEPLOYED, release(3, "Deploy 9", "s9", status="failed")], [build()]),
            "git",
            "Release v2",
        ),
        (Evidence([release(1, "Initial release", None)], []), "none", "No release"),
        (Evidence([release(1, "Initial release", None)], [], LINK), "github", "Nothing was deployed yet"),
        (Evidence([], []), "none", "No release"),
        (Evidence([release(400, "Set A config vars")], []), "unknown", "further back"),
        (Evidence([release(400, "Set A config vars")], [], LINK), "github", "further back"),
        (Evidence(None, None), "unknown", "did not tell its releases"),
        (Evidence(None, None, LINK), "github", "linked to acme/shop"),
    ],
)
def test_the_deploy_path(known: Evidence, kind: str, words: str) -> None:
    deploy = deploy_of(known)
    assert (deploy.kind, deploy.told_by) == (kind, "api")
    assert words in deploy.evidence
    assert deploy.github == known.link


def test_who_deployed_last_and_when() -> None:
    deploy = deploy_of(Evidence([*DEPLOYED, release(3, "Set A config vars")], [build()]))
    assert (deploy.last_at, deploy.last_by) == ("2026-01-02T00:00:00Z", "ada@acme.example")
    nobody = [release(2, "Deploy 1a2b3c4d", user=None)]
    assert deploy_of(Evidence(nobody, [build()])).last_by == "b@x.example"


def test_review_apps_come_from_their_pipeline() -> None:
    assert of_review_app(deploy_of(Evidence(DEPLOYED, [build()]))).kind == "github"
    promoted = deploy_of(Evidence([release(2, "Promote a v1", "s2")], []))
    assert of_review_app(promoted) == promoted


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (
            [release(1, "Initial release", None), release(2, "Deploy a"), release(3, "Set A")],
            {1: 0, 2: 1, 3: 0},
        ),
        ([release(7, "Set A"), release(8, "Deploy b", "s2")], {7: 0, 8: 1}),
        ([release(7, "Deploy a"), release(8, "Set A")], {7: 1, 8: 0}),
        # A failed deploy never ran: the next change of a config var runs the code of before.
        (
            [release(1, "Deploy a"), release(2, "Deploy b", "s2", status="failed"), release(3, "Set A")],
            {1: 1, 2: 1, 3: 0},
        ),
        ([release(4, "Deployed web (1)", None), release(5, "Set A", None)], {4: 1, 5: 0}),
        ([{"version": "x"}, {"version": 2, "slug": []}, {}], {2: 0}),
    ],
)
def test_which_releases_brought_code(rows: list[dict[str, Any]], code: dict[int, int]) -> None:
    assert brought_code(rows) == {version: bool(one) for version, one in code.items()}


def test_releases_are_told_newest_first_and_the_current_one_is_known() -> None:
    nouns = release_nouns([*DEPLOYED, release(3, "Deploy c", "s3", status="failed")])
    assert [(one.version, one.current, one.code) for one in nouns] == [
        (3, False, True),
        (2, True, True),
        (1, False, False),
    ]
    assert len(release_nouns([release(one, "Set A") for one in range(1, 9)] * 5)) <= 20
