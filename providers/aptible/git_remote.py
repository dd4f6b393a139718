"""Pushing code with the token alone, as Aptible's own GitHub action does.

Source: aptible/aptible-deploy-action, entrypoint.sh (commit 0d25913, 2025-04-02): the remote
`root@primetime.aptible.com:<environment>/<app>.git` on port 43022, ACCESS_TOKEN sent over SSH, no public
key, a branch named `deploy-...`, then a deploy operation with that branch as `git_ref`. No SSH key has to be
registered with the account, which would need an elevated token.
"""

import hashlib
import os
import re
import shlex
from pathlib import Path

from providers.aptible.hosts import Addresses
from providers.aptible.portal import known_hosts_line
from wizard.model.secret import Secret
from wizard.ports import GitRemote, TargetApp

_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def git_remote(
    addresses: Addresses, *, environment: str, app: TargetApp, folder: str, ref: str, token: Secret
) -> tuple[GitRemote, dict[str, Secret]]:
    """Write known_hosts (0600) below `folder`; return the remote, and the secret part of git's environment.

    Push `<ref>:refs/heads/<branch>`, then deploy that branch. A complete clone is needed: pushes of
    shallow ones break.
    """
    known_hosts = write_known_hosts(addresses, Path(folder))
    remote = GitRemote(
        url=f"{addresses.git_user}@{addresses.git_host}:{environment}/{app.handle}.git",
        branch=branch_for(ref),
        environment={
            "GIT_SSH_COMMAND": _ssh_command(addresses, known_hosts),
            "GIT_SSH_VARIANT": "ssh",
            "GIT_TERMINAL_PROMPT": "0",
            "SSH_ASKPASS_REQUIRE": "never",
        },
        by_hand=app.repository,
    )
    return remote, {"ACCESS_TOKEN": token}


def branch_for(ref: str) -> str:
    """A branch name at Aptible for `ref`: the same for the same ref, another for another."""
    if _COMMIT.fullmatch(ref):
        return f"deploy-{ref[:12]}"
    return f"deploy-{hashlib.sha256(ref.encode()).hexdigest()[:12]}"


def write_known_hosts(addresses: Addresses, folder: Path) -> Path:
    """Write the pinned host keys, replacing what an earlier run wrote."""
    lines = [known_hosts_line(addresses.git_host, addresses.git_port, key) for key in addresses.git_host_keys]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "aptible_known_hosts"
    made = folder / f".aptible_known_hosts.{os.getpid()}"
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("".join(f"{line}\n" for line in lines))
    made.replace(path)
    return path


def _ssh_command(addresses: Addresses, known_hosts: Path) -> str:
    # ssh splits this option at blanks and expands percent signs; the shell takes its own turn before.
    quoted = '"' + str(known_hosts.absolute()).replace("%", "%%") + '"'
    options = (
        "SendEnv=ACCESS_TOKEN",
        # Not BatchMode, which leaves out a log-in that asks for nothing: without a terminal and a program
        # that asks, ssh answers with nothing and does not wait.
        "NumberOfPasswordPrompts=1",
        "PubkeyAuthentication=no",
        f"UserKnownHostsFile={quoted}",
        "GlobalKnownHostsFile=none",
        "StrictHostKeyChecking=yes",
        "ControlMaster=no",
        "ControlPath=none",
        "ConnectTimeout=20",
        "ServerAliveInterval=15",
        "LogLevel=ERROR",
    )
    words = ["ssh", "-F", os.devnull, "-p", str(addresses.git_port)]
    for option in options:
        words += ["-o", option]
    return shlex.join(words)
