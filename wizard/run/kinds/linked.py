"""Code that a target fetches itself: a person links the repository, and pushes the prepared branch there."""

import asyncio
import os
import shlex
from urllib.parse import urlsplit

from wizard import child
from wizard.model.plan import Evidence, Step
from wizard.model.repository_address import same_repository
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Repository
from wizard.run.capsules import capsule_target
from wizard.run.context import Context
from wizard.run.guide import COPIED, Guide, guide_lines
from wizard.run.kinds.guided import Guided

LOOK_LIMIT = 30.0
"""Seconds for one look at the repository's own server."""

ASKED_NOTHING = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
}
"""Nobody sits at the worker to answer."""


class LinkRepository(Guided):
    """The repository, linked to the team of the environment in the vendor's dashboard."""

    async def guide(self, context: Context, step: Step) -> Guide:
        address = str(step.args["repository"])
        host = urlsplit(address).hostname or "your Git host"
        return Guide(
            step=step.key,
            waits=f"link {_short(address)}",
            lines=guide_lines(
                f"Open {step.args['page']} and sign in; choose the team "
                + (f"{step.args['team']}." if step.args.get("team") else "that the Space belongs to."),
                f"{COPIED}{step.args['page']}",
                f"Team settings, Git providers: install the app of the vendor on {host}, and let it see "
                "this repository.",
                f"{COPIED}{address}",
                "Did a colleague link it already? Then they share it with the team: a second link of one "
                "organisation fails.",
            ),
        )

    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        address = str(step.args["repository"])
        linked = await linked_repository(context, address)
        if linked is None:
            return None, f"{_short(address)} is not linked to the team so far"
        return Evidence(summary=f"{linked.name} is linked", facts={"id": linked.id}), ""


async def linked_repository(context: Context, address: str) -> Repository | None:
    """The linked repository of that address, however the target writes it; None when it is not linked."""
    target = capsule_target(context)
    for one in await target.repositories(await context.environment()):
        if same_repository(one.url, address):
            return one
    return None


class PushBranch(Guided):
    """The prepared commit, pushed by a person to the branch that the target builds. It is a branch of its own
    where the code had to change, so that a push deploys nothing that runs today."""

    by_word = True

    async def guide(self, context: Context, step: Step) -> Guide:
        branch, folder = str(step.args["branch"]), str(step.args["checkout"])
        remote = await remote_of(folder, str(step.args["repository"]))
        push = f"git -C {shlex.quote(folder)} push {shlex.quote(remote)} {_refspec(step)}"
        return Guide(
            step=step.key,
            waits=f"push {branch} to {_short(str(step.args['repository']))}",
            lines=guide_lines(
                f"Push the branch {branch} with your own Git account. It is not merged, and nothing on "
                "Heroku is deployed by it, unless a workflow of yours deploys every branch.",
                f"{COPIED}{push}",
                "Offramp cannot see that repository? Then say that it is pushed; the commit is compared "
                "at the build.",
            ),
        )

    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        branch, commit = str(step.args["branch"]), str(step.args["commit"])
        folder = str(step.args["checkout"])
        remote = await remote_of(folder, str(step.args["repository"]))
        found = await _tip(folder, remote, branch)
        if found == commit:
            return Evidence(
                summary=f"{branch} of {_short(str(step.args['repository']))} is at commit {commit[:10]}",
                facts={"commit": commit},
            ), ""
        if found:
            return None, f"{branch} is there, at another commit ({found[:10]}, prepared is {commit[:10]})"
        return None, f"there is no branch {branch} there so far"


def _refspec(step: Step) -> str:
    return shlex.quote(f"{str(step.args['commit'])[:12]}:refs/heads/{step.args['branch']}")


async def remote_of(folder: str, address: str) -> str:
    """The name of the checkout's remote that leads to `address`; "origin" where none is seen to, and where
    there is no such remote, the address."""
    status, said = await _git(folder, "remote", "-v")
    names: dict[str, str] = {}
    for line in said.splitlines() if status == 0 else ():
        name, _, rest = line.partition("\t")
        names.setdefault(name, rest.rpartition(" (")[0])
    for name, url in names.items():
        if same_repository(url, address):
            return name
    return "origin" if "origin" in names else address


async def _tip(folder: str, remote: str, branch: str) -> str:
    """The commit at the end of a branch, "" when there is no such branch.

    Raises:
        Trouble: the repository does not let itself be looked at from here; with `retry` set.
    """
    status, said = await _git(folder, "ls-remote", "--exit-code", "--", remote, f"refs/heads/{branch}")
    if status == 0:
        return said.split()[0] if said.split() else ""
    if status == 2:  # git's own code for: reached, and no such ref
        return ""
    last = [line for line in said.splitlines() if line.strip()][-1:] or ["no answer"]
    raise Trouble(
        f"git cannot look at {clean(remote)}: {clean(last[0].strip(), limit=200)}",
        untouched="Nothing was changed.",
        remedy="Push by hand, and say that it is pushed.",
        code="git-unseen",
        retry=True,
    )


async def _git(folder: str, *words: str) -> tuple[int, str]:
    """The status of git and what it said; its complaints where it failed."""
    kept = ("PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSH", "XDG_CONFIG_HOME")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
    try:
        git = await child.start(
            "git",
            *("-c", "core.hooksPath=/dev/null"),
            *words,
            cwd=folder,
            env={**environment, **ASKED_NOTHING},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Trouble(
            "git is not on this machine, or the folder with the code is gone.",
            untouched="Nothing was changed.",
            remedy=f"Install git; the code was in {folder}. Then press r.",
            code="git-missing",
        ) from error
    try:
        out, complaints = await asyncio.wait_for(git.communicate(), LOOK_LIMIT)
    except TimeoutError:
        return -1, f"no answer within {LOOK_LIMIT:.0f} s"
    finally:
        await child.end(git)
    status = git.returncode if git.returncode is not None else -1
    return status, (out if status == 0 else complaints).decode(errors="replace")


def _short(address: str) -> str:
    """owner/name of an address."""
    return clean(urlsplit(address).path.strip("/").removesuffix(".git") or address)
