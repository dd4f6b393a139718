"""`offramp values`: config vars for Terraform, given to a command in its environment, or written if asked."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import BinaryIO, Literal

from screens.headless.asking import want_consent
from screens.headless.exit_codes import DONE
from wizard.credentials import open_vault
from wizard.document.answers import apply_answers
from wizard.document.checkout import read_checkout
from wizard.document.repository.code_place import place_in
from wizard.model.mapping import Mapping
from wizard.model.noun import Noun
from wizard.model.system import App, System
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Source
from wizard.prepare.terraform.given import Given, given
from wizard.prepare.terraform.heroku_config import heroku_config
from wizard.prepare.terraform.provider import provider_of
from wizard.prepare.terraform.stack import Stack, make_stack
from wizard.prepare.terraform.values import as_environment, as_shell, as_tfvars
from wizard.registry import open_source, target_provider
from wizard.session.new_file import write_new_file
from wizard.session.parts import ANSWERS, MAPPING, SYSTEM, TARGET, Answers
from wizard.session.store import Session, find


class ValuesOptions(Noun, frozen=True, kw_only=True):
    """The command line of `values`. `app` is the name of one of the apps whose code lies together."""

    session: str
    app: str | None = None
    format: Literal["tfvars", "shell"] = "tfvars"
    output: str | None = None
    yes: bool = False
    command: tuple[str, ...] = ()


def run(options: ValuesOptions) -> int:
    """Run the command with the values, or write them; see `offramp values --help`. Raises Trouble."""
    if bool(options.command) == bool(options.output):
        raise _usage(
            "Values are not printed.",
            "Name a command after --, which gets them in its environment, or a new file with --output.",
        )
    if options.command and shutil.which(options.command[0]) is None:
        raise _usage(f"There is no program {clean(options.command[0])}.", "Install it, or name its path.")
    session = find(options.session)
    try:
        stack, mapping = _stack(session, options.app)
        if options.output:
            want_consent(session.name, what="write secret values", yes=options.yes, out=sys.stderr)
        made = asyncio.run(_read(open_source(session, open_vault()), stack, mapping))
    finally:
        session.close()
    for variable, why in made.missing.items():
        sys.stderr.write(f"offramp: {variable} is yours to give: {clean(why)}.\n")
    if options.output:
        return _write(made, options)
    environment = {name: value.reveal() for name, value in as_environment(made.values).items()}
    return _execute(options.command, environment)


def _stack(session: Session, name: str | None) -> tuple[Stack, Mapping]:
    read, mapping, target = session.load(SYSTEM), session.load(MAPPING), session.load(TARGET)
    provider = provider_of(target_provider(target.provider).profile()) if target else None
    chosen = [one for one in (mapping.moved_apps() if mapping else ()) if one.way == "terraform"]
    if read is None or mapping is None or provider is None or not chosen:
        raise Trouble(
            f"Terraform deploys no app of {clean(session.name)}.",
            untouched="Nothing was asked of Heroku.",
            remedy="Choose that way for an app on the map first.",
            code="nothing-for-terraform",
        )
    system = apply_answers(read, session.load(ANSWERS) or Answers())
    app = _app(system, [one.app_id for one in chosen], name)
    choice = mapping.app(app.id)
    files = read_checkout(choice.checkout, place=place_in(app)).files if choice and choice.checkout else {}
    stack = make_stack(app, system, mapping, heroku_config(files, but=provider.folder))
    apart = {one.app_id for one in chosen} - {one.app.id for one in stack.programs}
    if apart and name is None:
        others = ", ".join(system.app(one).name for one in sorted(apart))
        raise _usage(
            f"The code of {app.name} and of {clean(others)} does not lie together.", "Name one with --app."
        )
    return stack, mapping


def _app(system: System, ids: Sequence[str], name: str | None) -> App:
    apps = [system.app(one) for one in ids]
    found = next((one for one in apps if name in (None, one.name)), None)
    if found is None:
        known = ", ".join(one.name for one in apps)
        raise _usage(f"Terraform does not deploy {clean(str(name))}.", f"Name one of these: {clean(known)}.")
    return found


async def _read(source: Source, stack: Stack, mapping: Mapping) -> Given:
    try:
        ids = [program.app.id for program in stack.programs]
        return given(stack, mapping, {one: await source.config(one) for one in ids})
    finally:
        await source.close()


def _write(made: Given, options: ValuesOptions) -> int:
    text = (as_tfvars if options.format == "tfvars" else as_shell)(made.values)
    content = ("# Secret: values of config vars, as they were asked for.\n" + text.reveal()).encode()

    def put(file: BinaryIO) -> None:
        file.write(content)

    path = write_new_file(str(options.output), put)
    sys.stderr.write(
        f"{len(made.values)} values are in {clean(str(path))}, for you only. Delete it after use.\n"
    )
    return DONE


def _execute(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run it in this terminal; its exit code, as a shell gives it."""
    try:
        child = subprocess.Popen(list(command), env={**os.environ, **environment})
    except OSError as error:
        raise Trouble(
            f"{clean(command[0])} does not start: {error.strerror}.",
            untouched="Nothing was run.",
            # The kernel limits what an environment may hold (Linux: 128 KB for each, some MB in all).
            remedy="If it is for the size of the values, write them with --output terraform.tfvars instead.",
            code="command",
        ) from error
    while True:
        try:
            code = child.wait()
            break
        except KeyboardInterrupt:
            # The terminal told the command too; how it ends is its own matter.
            continue
    return code if code >= 0 else 128 - code


def _usage(cause: str, remedy: str) -> Trouble:
    return Trouble(cause, untouched="Nothing was done.", remedy=remedy, code="usage")
