"""Code that a target fetches itself: a person links the repository, and pushes the prepared branch there."""

import asyncio
import os
import re
import shlex
from urllib.parse import urlsplit

from wizard import child
from wizard.model.plan import Evidence, Step
from wizard.model.repository_address import same_repository
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Repository
from wizard.run.capsules import builds_begun, capsule_target, space_of
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


_USER = re.compile(r"://[^/@\s]*@")
"""Who an address is opened as: for git it may be a token."""


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
                + (f"{step.args['team']}." if step.args.get("team") else _whose(step)),
                f"{COPIED}{step.args['page']}",
                f"Team settings, Git providers: install the app of {context.plan.target} on {host}, and let "
                "it see this repository.",
                f"{COPIED}{address}",
                "Did a colleague link it already? Then they share it with the team: a second link of one "
                "organisation fails.",
            ),
        )

    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        address = str(step.args["repository"])
        linked = await linked_repository(context, address, space_of(step))
        if linked is None:
            return None, f"{_short(address)} is not linked to the team so far"
        return Evidence(summary=f"{linked.name} is linked", facts={"id": linked.id}), ""


def _whose(step: Step) -> str:
    space = space_of(step)
    return f"that the Space {space} belongs to." if space else "that the Space belongs to."


async def linked_repository(context: Context, address: str, space: str = "") -> Repository | None:
    """The repository of that address, however the target writes it, as it is linked to the team of a Space
    ("" for the mapping's own); None when it is not."""
    target = capsule_target(context)
    for one in await target.repositories(await context.environment(space)):
        if same_repository(one.url, address):
            return one
    return None


class PushBranch(Guided):
    """The prepared commit, pushed by a person to the branch that the target builds. It is a branch of its own
    where the code had to change, so that a push deploys nothing that runs today; else it is the person's."""

    by_word = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        record = context.journal.steps().get(step.key)
        if record is not None and record.state == "done" and builds_begun(context):
            # From here on the commit of each build says what it was made of, wherever the branch is by now.
            return record.evidence
        return await super().probe(context, step)

    async def guide(self, context: Context, step: Step) -> Guide:
        branch, folder = str(step.args["branch"]), str(step.args["checkout"])
        remote = await remote_of(folder, str(step.args["repository"]))
        push = f"git -C {shlex.quote(folder)} push {shlex.quote(remote)} {_refspec(step)}"
        commit = str(step.args["commit"])[:10]
        own = (
            f"The commit {commit} is to be the newest of your branch {branch}: push it with your own Git "
            f"account, if it is not there. Does Heroku or a workflow deploy {branch}? Then a push deploys it "
            "there, too.",
            f"Is {branch} further there already? Then do not force it back: check out its newest commit, and "
            "prepare the code again.",
        )
        made = (
            f"Push the branch {branch} with your own Git account. It is not merged, and nothing on "
            "Heroku is deployed by it, unless a workflow of yours deploys every branch.",
        )
        return Guide(
            step=step.key,
            waits=f"push {branch} to {_short(str(step.args['repository']))}",
            lines=guide_lines(
                *(own if step.args.get("own") else made),
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
        f"git cannot look at {_plain(remote)}: {_plain(last[0].strip())}",
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
            code="no-git",
        ) from error
    try:
        out, complaints = await asyncio.wait_for(git.communicate(), LOOK_LIMIT)
    except TimeoutError:
        return -1, f"no answer within {LOOK_LIMIT:.0f} s"
    finally:
        await child.end(git)
    status = git.returncode if git.returncode is not None else -1
    return status, (out if status == 0 else complaints).decode(errors="replace")


def _plain(text: str) -> str:
    """Words of git's, or an address, without who it is opened as."""
    return clean(_USER.sub("://", text), limit=200)


def _short(address: str) -> str:
    """owner/name of an address."""
    return clean(urlsplit(address).path.strip("/").removesuffix(".git") or address)
