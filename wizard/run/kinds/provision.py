"""What is made on the target before the cut-over: environment, databases, apps, code. Adopted by handle."""

import asyncio
import os

from wizard.model.plan import Evidence, Step
from wizard.model.secret import redact
from wizard.model.text import clean, clean_lines
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import DatabaseWish, Log
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.session.places import private_folder

PUSH_LIMIT = 1800.0
"""Seconds for one `git push`."""


class EnvironmentKind(Kind):
    """The environment that everything goes into."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        for environment in await context.target.environments():
            if environment.handle == step.args["handle"]:
                region = f" in {environment.region}" if environment.region else ""
                return Evidence(
                    summary=f"{environment.handle} is there{region}", facts={"id": environment.id}
                )
        return None

    async def do(self, context: Context, step: Step) -> None:
        if not step.args["create"]:
            raise Trouble(
                f"The environment {step.args['handle']} is not there any more.",
                remedy="Choose another on the map, and make the plan again.",
                code="environment-missing",
            )
        await context.target.create_environment(str(step.args["handle"]), context.log(step))


class DatabaseKind(Kind):
    """A database of the target, provisioned."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        database = await context.target.find_database(await context.environment(), str(step.args["handle"]))
        if database is None or database.state != "provisioned":
            return None
        return Evidence(
            summary=f"{database.handle} is provisioned: PostgreSQL {database.version}",
            facts={"id": database.id, "version": database.version, "disk_gb": database.disk_gb},
        )

    async def do(self, context: Context, step: Step) -> None:
        wish = DatabaseWish(
            handle=str(step.args["handle"]),
            version=str(step.args["version"]),
            memory_mb=int(str(step.args["memory_mb"])),
            disk_gb=int(str(step.args["disk_gb"])),
        )
        await context.target.create_database(await context.environment(), wish, context.log(step))


class AppKind(Kind):
    """An app of the target: a record, nothing runs yet."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        app = await context.target.find_app(await context.environment(), str(step.args["handle"]))
        return Evidence(summary=f"{app.handle} is there", facts={"id": app.id}) if app else None

    async def do(self, context: Context, step: Step) -> None:
        await context.target.create_app(
            await context.environment(), str(step.args["handle"]), context.log(step)
        )


class Push(Kind):
    """The commit that was prepared, pushed to a branch of its own: an upload, no deploy."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        # A dry run speaks to the pushing side only; a server for deploys need not let anybody fetch.
        said = await self._git(context, step, "--dry-run")
        commit = str(step.args["commit"])
        if not any(line.startswith("=") for line in said.splitlines()):
            return None
        return Evidence(
            summary=f"commit {commit[:10]} of {step.args['handle']} is on the target",
            facts={"commit": commit},
        )

    async def do(self, context: Context, step: Step) -> None:
        await self._git(context, step)

    async def _git(self, context: Context, step: Step, *options: str) -> str:
        app = await context.app(str(step.args["handle"]))
        commit = str(step.args["commit"])
        folder = private_folder(context.folder / "git" / app.handle)
        remote, secrets = await context.target.git_remote(app, str(folder), commit)
        ref = f"refs/heads/{remote.branch}"
        # "--": a URL from an API is never read as an option.
        words = ["push", "--porcelain", *options, "--", remote.url, f"{commit}:{ref}"]
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
            "GIT_TERMINAL_PROMPT": "0",
            **remote.environment,
            **{name: secret.reveal() for name, secret in secrets.items()},
        }
        log = context.log(step)
        return await _run_git(words, str(step.args["checkout"]), environment, log)


async def _run_git(words: list[str], checkout: str, environment: dict[str, str], log: Log) -> str:
    try:
        git = await asyncio.create_subprocess_exec(
            "git",
            *words,
            cwd=checkout,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Trouble(
            "git is not on this machine, or the folder with the code is gone.",
            remedy=f"Install git; the code was in {checkout}. Then press r.",
            code="git-missing",
        ) from error
    try:
        out, complaints = await asyncio.wait_for(git.communicate(), PUSH_LIMIT)
    except TimeoutError as error:
        raise Unreachable(f"git push did not end within {PUSH_LIMIT:.0f} s.", remedy="Press r.") from error
    finally:
        if git.returncode is None:
            git.kill()
            await git.wait()
    said = out.decode(errors="replace")
    text = redact(clean_lines(said + complaints.decode(errors="replace")))
    for line in text.splitlines():
        log(clean(line))
    if git.returncode != 0:
        last = [line for line in text.splitlines() if line.strip()]
        raise Trouble(
            f"git {words[0]} failed: {last[-1] if last else f'exit code {git.returncode}'}",
            untouched="Nothing was deployed.",
            remedy="The log (l) has all that git said. Press r to try again.",
            code="git-failed",
            retry=any(word in text for word in ("Connection", "closed by remote", "timed out")),
        )
    return said
