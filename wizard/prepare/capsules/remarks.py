"""What no change to a file settles: things that are otherwise in a capsule than on a dyno."""

from collections.abc import Iterator

from wizard.document.checkout import listed
from wizard.mapping.problem import Problem
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.clock_lock import postgres_variable
from wizard.prepare.capsules.commands import before_start

_ADDRESS = ("HEROKU_APP_DEFAULT_DOMAIN_NAME", "HEROKU_APP_NAME")
STORAGE = "PERSISTENT_STORAGE_DIR"
"""The variable with the folder of a store of files (the vendor's page on storage capsules)."""


def remarks(case: CapsuleCase) -> list[Problem]:
    """All of them; what blocks says so."""
    return [*_commands(case), *_release(case), *_address(case), *_tls(case), *_disk(case)]


def _commands(case: CapsuleCase) -> Iterator[Problem]:
    for choice in case.processes:
        if case.kind(choice) != "backend" or choice.command or case.commands.get(choice.type):
            continue
        yield case.problem(
            "no-command",
            f"nothing says what `{choice.type}` runs",
            "Name its command in the Procfile and commit it, or on the map.",
            blocks=True,
        )


def _release(case: CapsuleCase) -> Iterator[Problem]:
    chosen = [one for one in case.mapping.processes if one.app_id == case.app.id]
    if not any(one.action == "before-start" for one in chosen):
        return
    web = next((one for one in case.processes if one.type == "web"), None)
    if web is None or case.kind(web) == "frontend":
        yield case.problem(
            "release-without-web",
            "its release command is to run before `web` starts, and there is no `web` that starts anything",
            "Run it by hand after each deploy, and say so on the map.",
            blocks=True,
        )
        return
    lines = before_start(case.mapping, web, case.commands)
    if not lines:
        yield case.problem(
            "no-command", "nothing says what `release` runs", "Name it in the Procfile.", blocks=True
        )
        return
    copies = f"each of its {web.count} replicas runs it, " if web.count > 1 else ""
    yield case.problem(
        "release-before-start",
        "its release command runs before `web`, not once a deploy: at each start, also after a crash or a "
        f"new config var; {copies}and where it fails, `web` does not start",
        "Look that it may run twice, and at once"
        + (" (migrations take a lock in most frameworks)." if web.count > 1 else "."),
    )


def _address(case: CapsuleCase) -> Iterator[Problem]:
    lines = [one for one in case.checkout.lines if one.kind == "platform" and one.name in _ADDRESS]
    if lines:
        places = listed(f"{one.file}:{one.line}" for one in lines)
        yield case.problem(
            "app-address",
            f"makes its own address of {lines[0].name} ({places}), which is not there",
            "Read APP_URL instead, which is a bare host name there: put https:// before it.",
        )
    if any(var.name == "APP_URL" for var in case.app.config):
        yield case.problem(
            "app-url",
            f"has a config var APP_URL, and {case.profile.title} sets one itself: a host name without https://",
            "Look that the code takes both, or read another name.",
        )


def _tls(case: CapsuleCase) -> Iterator[Problem]:
    if not postgres_variable(case) or case.kinds() == {"frontend"}:
        return
    lines = [one for one in case.checkout.lines if one.kind == "certificate"]
    if lines:
        yield case.problem(
            "database-tls",
            "speaks TLS without a check of the certificate, as Heroku's databases want it "
            f"({listed(f'{one.file}:{one.line}' for one in lines)})",
            "Leave it so: a database there has a certificate of its own, too.",
        )


def _disk(case: CapsuleCase) -> Iterator[Problem]:
    choice = next((one for one in case.mapping.storages if one.app_id == case.app.id), None)
    lines = [one for one in case.checkout.lines if one.kind == "disk"]
    if choice is None or choice.action != "mount":
        return
    where = f" ({listed(f'{one.file}:{one.line}' for one in lines)})" if lines else ""
    yield case.problem(
        "storage",
        f"gets a store of files, and its folder is told in {STORAGE}: what it writes elsewhere{where} is "
        "gone at each restart",
        f"Let the code write below {STORAGE}, and take a folder of its own where that is not set.",
    )
