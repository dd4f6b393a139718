"""Dockerfiles of capsules that are built from one: such a capsule has no run command, each needs its own.

The documentation on Docker capsules (2026): "Docker File" is a path in the repository, "/Dockerfile" where
nothing is set, and the build context is the folder that is named beside it; the network port is told by PORT.
"""

import json
import re
import shlex
from collections.abc import Iterator

import msgspec

from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.ports import ImageRules, Profile
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.clock_names import clock_command
from wizard.prepare.capsules.commands import start_command
from wizard.prepare.capsules.draft import MARK, ours
from wizard.prepare.capsules.pin_catalogue import pins
from wizard.prepare.capsules.remarks import STORAGE
from wizard.prepare.case import Case
from wizard.prepare.command import exec_form
from wizard.prepare.dockerfile import dockerfile, starts_by_script
from wizard.prepare.own_dockerfile import has_entrypoint
from wizard.prepare.own_dockerfile import start_command as image_command
from wizard.prepare.start_script import started

PLAIN = "Dockerfile"

_CMD = re.compile(r"^CMD .*$", re.MULTILINE)
_FROM = re.compile(r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)", re.MULTILINE | re.IGNORECASE)
_ENTRYPOINT = re.compile(r"^[ \t]*ENTRYPOINT[ \t]+(.*)$", re.MULTILINE | re.IGNORECASE)
_SMALL = re.compile(r"alpine|busybox|distroless|^scratch$")
_BASH = re.compile(r"\b(add|install)\b[^\n]*\bbash\b")
_SCRIPT = re.compile(r"\bheroku-(?:together|clock)[\w-]*\.\w+")
_ALL_OF_IT = re.compile(r"^[ \t]*(?:COPY|ADD)[ \t]+(?:--\S+[ \t]+)*\./?[ \t]", re.MULTILINE | re.IGNORECASE)
_SAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def docker_files(case: CapsuleCase) -> tuple[dict[str, str], list[Problem]]:
    """Write what is missing. The paths by service from the app's folder, and what is to be known."""
    wanted = {
        one.service: (one.type, start_command(case.mapping, one, case.commands, _clock(case)))
        for one in case.processes
        if case.kind(one) == "docker"
    }
    if case.clock and case.clock_kind == "docker":
        wanted[case.clock] = ("", _clock(case))
    if not wanted:
        return {}, []
    files = case.checkout.files
    owns = {
        service: own
        for service, (type_, _) in wanted.items()
        if (own := case.case.dockerfiles.get(type_)) and own in files
    }
    text, problems = _base(case) if len(owns) < len(wanted) else (None, [])
    paths: dict[str, str] = {}
    for service, (_, command) in wanted.items():
        if service in owns:
            paths[service], told = _for(case, service, owns[service], files[owns[service]], command)
            problems += told
        elif text is not None:
            line = started(command) if starts_by_script(_inner(case)) else command
            paths[service], told = _for(case, service, PLAIN, text, line)
            problems += told
    return paths, [*problems, *_paths(case, paths)]


def _clock(case: CapsuleCase) -> str:
    return clock_command(case.language)


def _for(case: CapsuleCase, service: str, base: str, text: str, command: str) -> tuple[str, list[Problem]]:
    """The Dockerfile of one service: the common one, where its image starts that already or the first that
    needs it; else one beside it with another CMD. A person's own file of that name is taken as it is."""
    if not command or _same(image_command(text), command):
        return base, []
    shell = "bash" if ours(text) and not case.case.choice.image else "sh"
    problems = list(_not_ours(case, service, text, command)) if shell == "sh" else []
    new = _with_scripts(with_command(text, command, shell), command)
    if base == PLAIN and _plain_is_ours(case) and service == _first(case):
        case.draft.write(PLAIN, new, f"starts `{service}`")
        return PLAIN, problems
    path = f"{base}.{_SAFE.sub('-', service)}"
    there = case.checkout.files.get(path)
    if there is not None and not ours(there):
        return path, list(_own_of_a_service(case, service, path, there, command))
    if not ours(new):
        new = f"{new.rstrip()}\n# {MARK}: {base} with the command of {service}.\n"
    case.draft.write(path, new, f"the image for `{service}`: a Docker capsule has no run command")
    return path, problems


def _with_scripts(text: str, command: str) -> str:
    """With our scripts that the command runs, where the image does not have all of the code."""
    if _ALL_OF_IT.search(text):
        return text
    head, cmd, last = text.rpartition("\nCMD ")
    return head + "".join(f"\nCOPY {name} ./" for name in _SCRIPT.findall(command)) + cmd + last


def _plain_is_ours(case: CapsuleCase) -> bool:
    """Whether the Dockerfile in the root is there for us to write, or to write anew."""
    return not case.checkout.has(PLAIN) or ours(case.checkout.files.get(PLAIN, ""))


def _own_of_a_service(
    case: CapsuleCase, service: str, path: str, text: str, command: str
) -> Iterator[Problem]:
    if not _same(image_command(text), command):
        yield case.problem(
            "docker-own",
            f"has a file {path}, from which `{service}` is built: Heroku runs `{clean(command)}`, its image "
            f"`{image_command(text) or 'what its base image runs'}`",
            "Look that its CMD starts the same, for a Docker capsule has no run command.",
        )


def _not_ours(case: CapsuleCase, service: str, text: str, command: str) -> Iterator[Problem]:
    """Scripts of ours are bash's, which small images do not have; and Heroku starts an ENTRYPOINT with the
    command (its page on the container runtime: "you can override with ENTRYPOINT")."""
    entrypoint = next((one for one in reversed(_ENTRYPOINT.findall(text)) if one.strip(" []")), "")
    if entrypoint:
        yield case.problem(
            "docker-entrypoint",
            f"`{service}` is started without the ENTRYPOINT of its Dockerfile ({clean(entrypoint)})",
            "Put what it does before the command on the map, or write a Dockerfile for it and commit that.",
        )
    base = next((one for one in reversed(_FROM.findall(text)) if one), "")
    if command.startswith("bash ") and _SMALL.search(base) and not _BASH.search(text):
        yield case.problem(
            "docker-bash",
            f"`{service}` is started by `{clean(command)}`, and its image (FROM {clean(base)}) has no bash",
            "Install it in the Dockerfile (`RUN apk add --no-cache bash` on Alpine) and commit it, or give "
            "each process a capsule of its own on the map.",
            blocks=True,
        )


def _first(case: CapsuleCase) -> str:
    """The service whose image the Dockerfile in the root is: `web`, else the first."""
    services = [one.service for one in case.processes if case.kind(one) == "docker"]
    types = {one.service: one.type for one in case.processes}
    return next((one for one in services if types[one] == "web"), services[0] if services else "")


def _same(one: str, other: str) -> bool:
    return _words(one) == _words(other)


def _words(command: str) -> list[str]:
    """The words as a shell reads them: quotes that change nothing make no other command."""
    text = clean(command).removeprefix("exec ")
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def with_command(text: str, command: str, shell: str = "bash") -> str:
    """A Dockerfile whose image runs `command` by itself.

    Args:
        shell: which one runs a command that needs one: an image that is not ours may have `sh` alone, which
            is what Heroku runs the commands of images with.
    """
    words = json.loads(exec_form(command))
    line = f"CMD {json.dumps([shell, *words[1:]] if words[:2] == ['bash', '-c'] else words)}"
    if has_entrypoint(text):
        line = f"ENTRYPOINT []\n{line}"
    found = list(_CMD.finditer(text))
    if found and not text[found[-1].end() :].strip() and not found[-1][0].endswith("\\"):
        return text[: found[-1].start()] + line + text[found[-1].end() :]
    return f"{text.rstrip()}\n{line}\n"


def _base(case: CapsuleCase) -> tuple[str | None, list[Problem]]:
    """The text that the Dockerfiles are made of: the app's own, that of its image, or a new one. None where
    there is none; then a problem says it."""
    if case.case.choice.image:
        image = from_image(case.case.choice.image, case.mapping.port)
        if _plain_is_ours(case):
            case.draft.write(PLAIN, image, f"{case.profile.title} builds from a repository only")
        return image, _image_words(case)
    inner = _inner(case)
    changes, problems = dockerfile(inner)
    for change in changes:
        case.draft.write(change.path, change.new, change.why)
    stuck = any(problem.blocks for problem in problems)
    return None if stuck else case.draft.text(PLAIN), problems


def _inner(case: CapsuleCase) -> Case:
    """The app as one whose image the target builds from a Dockerfile."""
    capabilities = msgspec.structs.replace(
        case.profile.capabilities, needs_dockerfile=True, release_hook=None, images=ImageRules()
    )
    profile: Profile = msgspec.structs.replace(case.profile, capabilities=capabilities)
    return Case(case.app, case.mapping, profile, case.checkout)


def from_image(image: str, port: int) -> str:
    """A Dockerfile that is an image which was built elsewhere."""
    return (
        "# Written by Offramp: an image that is built elsewhere, where only a repository can be named.\n"
        f"FROM {image}\n"
        f"ENV PORT={port}\n"
        f"EXPOSE {port}\n"
    )


def _image_words(case: CapsuleCase) -> list[Problem]:
    problems = [
        case.problem(
            "image-build",
            "runs an image that is built elsewhere: a new one comes by a change of FROM in its Dockerfile",
            "Name a version there and not `latest`, and let what builds the image commit the new one.",
        )
    ]
    if case.case.choice.private:
        problems.append(
            case.problem(
                "image-private",
                "its image is in a registry that asks who pulls it, and a build there has no key to it",
                "Make that image public, or let the capsule build from the code.",
            )
        )
    return problems


def _paths(case: CapsuleCase, paths: dict[str, str]) -> list[Problem]:
    """What a person sets in the dashboard, where it is not what the target takes by itself."""
    folder = f"/{case.checkout.folder}" if case.checkout.folder else ""
    problems = []
    for service, path in paths.items():
        context = f"{folder}/{path.rpartition('/')[0]}".rstrip("/") or "/"
        if f"{folder}/{path}" == f"/{PLAIN}":
            continue
        problem = case.problem(
            "docker-path",
            f"`{service}` is built from {path}: its capsule has to be told so",
            f"Config, Capsule Parameters: Docker File {folder}/{path}, Docker Build Context {context}.",
        )
        problems.append(msgspec.structs.replace(problem, copies=(f"{folder}/{path}", context)))
    return problems


def queues(case: CapsuleCase) -> list[Problem]:
    """Queues that an add-on runs on Heroku, where a person moves them by hand: a Dockerfile for a capsule."""
    # Whoever replaces it by something else says so in the reason.
    by_hand = {
        one.add_on_id
        for one in case.mapping.add_ons
        if one.action == "by-hand" and (not one.reason.strip() or "docker" in one.reason.lower())
    }
    problems = []
    for add_on in case.system.add_ons if case.system else ():
        queue = next((one for one in pins().queue if add_on.service in one.services), None)
        if queue is None or add_on.app_id != case.app.id or add_on.id not in by_hand:
            continue
        path = f"{queue.folder}/{PLAIN}"
        # TERM ends it in good order: its script waits for the node (RabbitMQ 3.10: a second; with the name of
        # the node set, queues that are durable are there at the next start).
        text = (
            f"# Written by Offramp: {queue.title} in its own capsule; config vars name user and password.\n"
            f"FROM {queue.image}\n"
            "# Its data lies below the name of the node, which is the container's at each start otherwise.\n"
            f"ENV RABBITMQ_NODENAME=rabbit@localhost\nEXPOSE {queue.port}\n"
        )
        if not case.draft.foreign(f"{queue.folder}/"):
            case.draft.write(
                path, text, f"{queue.title} runs in a capsule of its own, instead of {add_on.name}"
            )
        problems.append(_queue_words(case, queue.title, path, queue.port, add_on.config_vars))
    return problems


def _queue_words(case: CapsuleCase, title: str, path: str, port: int, names: tuple[str, ...]) -> Problem:
    at = f"/{case.checkout.folder}/{path}" if case.checkout.folder else f"/{path}"
    told = ", ".join(names) or "the config var with its URL"
    problem = case.problem(
        "queue",
        f"{title} is an add-on on Heroku, and a Docker capsule there that you make",
        f"Docker File {at}, Network port {port}; RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS as its "
        f"config vars, and {told} of the apps to match. Messages that wait are not moved: let the workers "
        "empty the queue first. What is in it is lost at a restart, unless a store of files is bound to it "
        f"and RABBITMQ_MNESIA_BASE is the folder in its {STORAGE}. Requests from outside get to a capsule by "
        "https alone, and the vendor's guide has capsules talk to each other through HTTP: try first whether "
        "other capsules reach that port.",
    )
    return msgspec.structs.replace(problem, copies=(at, json.dumps(str(port)).strip('"')))
