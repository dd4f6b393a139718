"""The code on its way to the target: one `git push`, which runs nothing of the repository's own."""

import asyncio
import os
import shlex
from pathlib import Path

import msgspec

from wizard import child
from wizard.document.git import git as ask_git
from wizard.model.killed import killed_words
from wizard.model.plan import Evidence, Step
from wizard.model.secret import redact
from wizard.model.text import clean, clean_lines
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import GitRemote, Log
from wizard.ports.scans import ScansCode
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.session.places import private_folder

PUSH_LIMIT = 1800.0
"""Seconds for one `git push`."""

SCAN_LIMIT = 180.0
"""Seconds that a look of the target at the code may take."""

PLAIN = (
    # Hooks are programs of the repository, and git would give them its environment, the token with it.
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "push.recurseSubmodules=no"),
    *("-c", "push.followTags=false"),
    *("-c", "push.gpgSign=false"),
)
"""What a person may have set for pushes of their own and is not meant here."""

MAY_PASS = ("Connection", "closed by remote", "timed out", "the remote end hung up unexpectedly")

BY_GIT = (
    "fatal: Could not read from remote repository.",
    "Please make sure you have the correct access rights",
    "and the repository exists.",
)
"""What git adds to every refusal, whatever the reason."""


class PushRefused(Trouble):
    """The other side was reached, and does not let us in."""


class Push(Kind):
    """The commit that was prepared, pushed to a branch of its own: an upload, no deploy. A target that looks
    at code is asked what it finds there, while nothing on Heroku has changed; its word holds nobody up."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        # A dry run speaks to the pushing side only; a server for deploys need not let anybody fetch.
        try:
            said = await self._push(context, step, "--dry-run")
        except PushRefused:
            said = await self._look_by_hand(context, step)
        commit = str(step.args["commit"])
        if not any(line.startswith("=") for line in said.splitlines()):
            return None
        return Evidence(
            summary=f"commit {commit[:10]} of {step.args['handle']} is on the target",
            facts={"commit": commit},
        )

    async def do(self, context: Context, step: Step) -> None:
        try:
            await self._push(context, step)
        except PushRefused as refused:
            remote = (await self._remote(context, step))[0]
            if not remote.by_hand:
                raise
            folder = shlex.quote(str(step.args["checkout"]))
            command = f"git push {shlex.quote(remote.by_hand)} {_refspec(step, remote)}"
            raise PushRefused(
                refused.cause,
                untouched=refused.untouched,
                remedy=f"Push it yourself, with an SSH key that your account there knows, in {folder}: "
                f"{command} Then press r: Offramp looks whether it is there.",
                code=refused.code,
            ) from refused

    async def verify(self, context: Context, step: Step) -> Evidence:
        found = await super().verify(context, step)
        words = await self._scanned(context, step)
        return msgspec.structs.replace(found, summary=f"{found.summary}{words}")

    async def _scanned(self, context: Context, step: Step) -> str:
        target = context.target
        if not isinstance(target, ScansCode):
            return ""
        scanner: ScansCode = target
        try:
            app = await context.app(str(step.args["handle"]))
            remote, _ = await self._remote(context, step)
            async with asyncio.timeout(SCAN_LIMIT):
                there = await scanner.scan_code(app, remote.branch, context.log(step))
        except SignInNeeded:
            raise
        except (Trouble, TimeoutError) as error:
            why = error.cause if isinstance(error, Trouble) else f"no answer within {SCAN_LIMIT:.0f} s"
            context.log(step)(f"What the target finds in the code is not known: {why}")
            return ""
        here = await asyncio.to_thread(_in_root, step)
        lost = sorted(name for name, seen in there.items() if name in here and not seen)
        if lost:
            return f"; look before you go on: {context.plan.target} does not find {', '.join(lost)} in it"
        return (
            f"; {context.plan.target} finds {', '.join(name for name in there if there[name]) or 'no file'}"
        )

    async def _push(self, context: Context, step: Step, *options: str) -> str:
        remote, token = await self._remote(context, step)
        words = [*options, "--", remote.url, _refspec(step, remote)]
        return await _run_git(words, step, {**remote.environment, **token}, context.log(step))

    async def _look_by_hand(self, context: Context, step: Step) -> str:
        """What a dry run says by the way that a person's own pushes take: with their key and their settings,
        and without our token. Empty when it does not work either."""
        remote, _ = await self._remote(context, step)
        if not remote.by_hand:
            return ""
        log = context.log(step)
        words = ["--dry-run", "--", remote.by_hand, _refspec(step, remote)]
        agent = {name: os.environ[name] for name in ("SSH_AUTH_SOCK",) if name in os.environ}
        try:
            # Nobody sits at the worker: without a terminal and this, ssh asks for no passphrase.
            return await _run_git(words, step, {**agent, "SSH_ASKPASS_REQUIRE": "never"}, log)
        except Trouble as trouble:
            log(f"It was not pushed by hand so far as can be seen from here: {trouble.cause}")
            return ""

    async def _remote(self, context: Context, step: Step) -> tuple[GitRemote, dict[str, str]]:
        """Where to push, and the token for git's environment."""
        app = await context.app(str(step.args["handle"]))
        folder = private_folder(context.folder / "git" / app.handle)
        remote, secrets = await context.target.git_remote(app, str(folder), str(step.args["commit"]))
        return remote, {name: secret.reveal() for name, secret in secrets.items()}


def _in_root(step: Step) -> set[str]:
    """The names in the root of the commit, none where git does not tell."""
    try:
        said = ask_git(
            Path(str(step.args["checkout"])), "ls-tree", "-z", "--name-only", str(step.args["commit"])
        )
    except Trouble:
        return set()
    return set(said.decode(errors="replace").split("\0")) - {""}


def _refspec(step: Step, remote: GitRemote) -> str:
    return f"{step.args['commit']}:refs/heads/{remote.branch}"


async def _run_git(words: list[str], step: Step, more: dict[str, str], log: Log) -> str:
    """Push with `more` in git's environment; returns what git printed. `words` have "--" before the URL: one
    from an API is never read as an option."""
    checkout = str(step.args["checkout"])
    try:
        git = await child.start(
            "git",
            *PLAIN,
            "push",
            "--no-verify",
            "--porcelain",
            *words,
            cwd=checkout,
            env={
                **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ},
                # Its words are read below.
                "LC_ALL": "C",
                "GIT_TERMINAL_PROMPT": "0",
                **more,
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Trouble(
            "git is not on this machine, or the folder with the code is gone.",
            remedy=f"Install git; the code was in {checkout}. Then press r.",
            code="no-git",
        ) from error
    try:
        out, complaints = await asyncio.wait_for(git.communicate(), PUSH_LIMIT)
    except TimeoutError as error:
        raise Unreachable(f"git push did not end within {PUSH_LIMIT:.0f} s.", remedy="Press r.") from error
    finally:
        # With git alone gone, its ssh would go on, and with it the push.
        await child.end(git)
    said = out.decode(errors="replace")
    text = redact(clean_lines(said + complaints.decode(errors="replace")))
    for line in text.splitlines():
        log(clean(line))
    if git.returncode != 0:
        raise _failure(text, git.returncode or 0, str(step.args["handle"]))
    return said


def _failure(text: str, status: int, handle: str) -> Trouble:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if line not in BY_GIT] or lines or [f"exit code {status}"]
    may_pass = any(word in text for word in MAY_PASS)
    if how := killed_words(status, text):
        return Trouble(
            f"git push did not get to its end: {how}.",
            untouched="Nothing was deployed.",
            remedy="It is pushed again; what has arrived is not sent a second time.",
            code="git-killed",
            retry=True,
        )
    if BY_GIT[0] in lines and not may_pass and "Host key verification failed" not in text:
        return PushRefused(
            f"The target does not accept the push of {handle}: {telling[-1]}",
            untouched="Nothing was deployed.",
            remedy="The log (l) has all that git said. Press r to try again.",
            code="push-refused",
        )
    return Trouble(
        f"git push failed: {telling[-1]}",
        untouched="Nothing was deployed.",
        remedy="The log (l) has all that git said. Press r to try again.",
        code="git-failed",
        retry=may_pass,
    )
