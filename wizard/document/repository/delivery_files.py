"""The files of a commit that say how code is deployed: those of CI, and Terraform for Heroku or beside it."""

import posixpath
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from wizard.document.git import git_bounded
from wizard.document.repository.code_tree import our_files

MOST_FILES = 100
"""Files that are named; no app has more of them."""

CI = (
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    ".github/actions/*.yml",
    ".github/actions/*.yaml",
    ".circleci/*.yml",
    ".gitlab-ci.yml",
    ".gitlab/*.yml",
    ".travis.yml",
    "bitbucket-pipelines.yml",
    "azure-pipelines*.yml",
    ".drone.yml",
    ".buildkite/*",
    ".semaphore/*",
    ".woodpecker*",
    "appveyor.yml",
    "codeship-*.yml",
    "cloudbuild.yaml",
    "Jenkinsfile*",
)
"""Files of CI systems, as git names paths; a `*` goes across folders."""

_BESIDE = ("README.md", ".gitignore")
_SECONDS = 20.0
_MOST_OUTPUT = 1024 * 1024


def delivery_files(folder: Path) -> list[str]:
    """Paths of these files in the commit that is checked out in `folder`. Raises Trouble as git does.

    Of a folder of Terraform that names Heroku, or a platform that Heroku's apps have moved to, all files are
    named: variables and outputs stand in files of their own.
    """
    named = list(_search(folder, ("-e", ""), our_files(CI)))
    terraform = {
        posixpath.dirname(path)
        for path in _search(folder, ("-i", "-e", "heroku", "-e", "required_providers"), our_files(("*.tf",)))
    }
    for place in sorted(terraform)[:MOST_FILES]:
        within = f"{place}/" if place else ""
        wanted = (f":(glob){within}*.tf", *(f":(glob){within}{name}" for name in _BESIDE))
        named += _search(folder, ("-e", ""), wanted)
    return list(dict.fromkeys(named))[:MOST_FILES]


def is_ci(path: str) -> bool:
    """Whether a file is one of a CI system."""
    return any(fnmatchcase(path, pattern) for pattern in CI)


def _search(folder: Path, pattern: tuple[str, ...], pathspecs: Sequence[str]) -> Iterator[str]:
    words = ("grep", "--no-textconv", "-l", "-z", *pattern, "HEAD", "--", *pathspecs)
    told = git_bounded(folder, *words, most=_MOST_OUTPUT, seconds=_SECONDS)
    for path in told.output.decode(errors="replace").split("\0"):
        if path.startswith("HEAD:"):
            yield path.removeprefix("HEAD:")
