"""A service before its code: an image that holds nothing, deployed with no container.

Aptible makes services at the first deploy, and an endpoint hangs on a service (Aptible's deploy API). What
is pushed for that is two files that Offramp writes itself: nothing of the app's code, no hook, no release
command.
"""

import asyncio
import os
from pathlib import Path

import msgspec

from wizard import child
from wizard.model.plan import Evidence, Step
from wizard.model.text import clean_lines
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.push import Push
from wizard.run.seat_code import AT, AUTHOR, MESSAGE, seat_files
from wizard.session.places import private_folder


class Seat(Kind):
    """The web service of an app, empty."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        app = await context.app(str(step.args["handle"]))
        for service in await context.target.services(app):
            if service.type == "web":
                return Evidence(summary=f"{app.handle} has its web service", facts={"id": service.id})
        return None

    async def do(self, context: Context, step: Step) -> None:
        app = await context.app(str(step.args["handle"]))
        folder = private_folder(context.folder / "seat" / app.handle)
        commit = await _commit(folder, int(str(step.args["port"])))
        pushed = msgspec.structs.replace(step, args={**step.args, "checkout": str(folder), "commit": commit})
        await Push().do(context, pushed)
        keys = private_folder(context.folder / "git" / app.handle)
        remote, _ = await context.target.git_remote(app, str(keys), commit)
        try:
            await context.target.deploy(app, remote.branch, context.log(step), folder=keys, count=0)
        except SignInNeeded:
            raise
        except Trouble as trouble:
            if not trouble.retry:
                trouble.advise(
                    "Or go without it: press s, and on the map enter at the domain has its endpoint made "
                    "after the first deploy, or by hand; then make the plan again. Nothing empty is deployed "
                    "then."
                )
            raise


async def _commit(folder: Path, port: int) -> str:
    """A repository with nothing but the names of the services; returns its only commit."""
    files = seat_files(port)
    for name, text in files.items():
        (folder / name).write_text(text)
    await _git(folder, "init", "--quiet")
    await _git(folder, "add", "--", *files)
    await _git(folder, "commit", "--quiet", "--allow-empty", "--no-verify", "-m", MESSAGE)
    return (await _git(folder, "rev-parse", "HEAD")).strip()


async def _git(folder: Path, *words: str) -> str:
    who = {"NAME": AUTHOR[0], "EMAIL": AUTHOR[1], "DATE": AT}
    try:
        git = await child.start(
            "git",
            *("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "core.autocrlf=false"),
            *words,
            cwd=str(folder),
            env={
                **{name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ},
                **{
                    f"GIT_{role}_{key}": value
                    for role in ("AUTHOR", "COMMITTER")
                    for key, value in who.items()
                },
                "GIT_CONFIG_NOSYSTEM": "1",
                "HOME": str(folder),
                "LC_ALL": "C",
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except FileNotFoundError as error:
        raise Trouble(
            "git is not on this machine.", remedy="Install it, then press r.", code="no-git"
        ) from error
    try:
        said, _ = await git.communicate()
    finally:
        await child.end(git)
    text = said.decode(errors="replace")
    if git.returncode != 0:
        raise Trouble(
            f"git {words[0]} failed: {clean_lines(text).strip()[-200:]}",
            untouched="Nothing was pushed.",
            remedy="Press r to try again.",
            code="git-failed",
        )
    return text
