"""`offramp values`: config vars for Terraform, given to a command in its environment, or written if asked.

The command takes the place of this process (exec): it gets every signal itself, no child is left behind, and
whoever asked sees its own exit code.
"""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from typing import BinaryIO, Literal, NamedTuple, NoReturn

from screens.headless.asking import want_consent
from screens.headless.exit_codes import DONE
from wizard.credentials import open_vault
from wizard.document.answers import apply_answers
from wizard.document.checkout import listed, read_checkout
from wizard.document.repository.code_place import place_in
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.noun import Noun
from wizard.model.system import App, System
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Source
from wizard.prepare.terraform.given import Given, given, undeclared
from wizard.prepare.terraform.provider import provider_of
from wizard.prepare.terraform.stack import Stack, stack_of
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


class _Place(NamedTuple):
    """A stack with what it was made from. `folder` is that of its files, `written` what stands there in the
    code."""

    stack: Stack
    mapping: Mapping
    folder: str
    written: dict[str, str]


def run(options: ValuesOptions) -> int:
    """Run the command with the values, or write them; see `offramp values --help`. Raises Trouble.

    Does not return where a command takes its place.
    """
    if bool(options.command) == bool(options.output):
        raise _usage(
            "Values are not printed.",
            "Name a command after --, which gets them in its environment, or a new file with --output.",
        )
    if options.command and shutil.which(options.command[0]) is None:
        raise _usage(f"There is no program {clean(options.command[0])}.", "Install it, or name its path.")
    session = find(options.session)
    try:
        place = _place(session, options.app)
        if options.output:
            want_consent(session.name, what="write secret values", yes=options.yes, out=sys.stderr)
        made = asyncio.run(_read(open_source(session, open_vault()), place))
    finally:
        session.close()
    _want_declared(place, made)
    for variable, why in made.missing.items():
        sys.stderr.write(f"offramp: {variable} is yours to give: {clean(why)}.\n")
    if options.output:
        return _write(made, options)
    names = ", ".join(one.app.name for one in place.stack.programs)
    environment = {name: value.reveal() for name, value in as_environment(made.values).items()}
    sys.stderr.write(
        f"offramp: {clean(options.command[0])} gets {len(environment)} values of {clean(names)}.\n"
    )
    return _become(options.command, environment)


def _place(session: Session, name: str | None) -> _Place:
    read, mapping, target = session.load(SYSTEM), session.load(MAPPING), session.load(TARGET)
    provider = provider_of(target_provider(target.provider).profile()) if target else None
    known = {app.id for app in read.apps} if read else set()
    moved = mapping.moved_apps() if mapping else ()
    chosen = [one for one in moved if one.way == "terraform" and one.app_id in known]
    if read is None or mapping is None or provider is None or not chosen:
        raise Trouble(
            f"Terraform deploys no app of {clean(session.name)}.",
            untouched="Nothing was asked of Heroku.",
            remedy="Choose that way for an app on the map first.",
            code="nothing-for-terraform",
        )
    system = apply_answers(read, session.load(ANSWERS) or Answers())
    app = _app(system, chosen, name)
    choice = mapping.app(app.id)
    files = read_checkout(choice.checkout, place=place_in(app)).files if choice and choice.checkout else {}
    written = {
        path: text
        for path, text in files.items()
        if path.startswith(f"{provider.folder}/") and path.endswith(".tf")
    }
    return _Place(stack_of(app, system, mapping, files, provider), mapping, provider.folder, written)


def _app(system: System, chosen: Sequence[AppChoice], name: str | None) -> App:
    """The app that is named; without a name any one, where the code of all lies together."""
    known = {one.id: one for one in system.apps}
    stacks: dict[str, list[App]] = {}
    for choice in chosen:
        stacks.setdefault(choice.checkout or choice.app_id, []).append(known[choice.app_id])
    apps = [app for stack in stacks.values() for app in stack]
    told = "; ".join(", ".join(app.name for app in stack) for stack in stacks.values())
    if name is None and len(stacks) > 1:
        raise _usage(
            f"Terraform has {len(stacks)} folders, each with values of its own: {clean(told)}.",
            "Name one app of the folder that you mean with --app.",
        )
    found = next((one for one in apps if name in (None, one.name)), None)
    if found is None:
        raise _usage(f"Terraform does not deploy {clean(str(name))}.", f"Name one of these: {clean(told)}.")
    return found


async def _read(source: Source, place: _Place) -> Given:
    try:
        ids = [program.app.id for program in place.stack.programs]
        return given(place.stack, place.mapping, {one: await source.config(one) for one in ids})
    finally:
        await source.close()


def _want_declared(place: _Place, made: Given) -> None:
    """Terraform passes over a variable of its environment that no file declares, in silence."""
    unknown = undeclared([*made.values, *made.missing], place.written.values()) if place.written else []
    if unknown:
        raise Trouble(
            f"The files in {place.folder}/ were not made for the map as it is now: none declares "
            f"{clean(listed(unknown, 5))}.",
            untouched="Nothing was run, and nothing written.",
            remedy="Accept the files anew (prepare), and commit or merge them in the folder with the code.",
            code="files-changed",
        )


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


def _become(command: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Let the command take the place of this process, in this terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    # Python ignores it, and a program begins with what its parent ignored.
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvpe(command[0], list(command), {**os.environ, **environment})  # noqa: S606 - no shell reads it
    except OSError as error:
        signal.signal(signal.SIGPIPE, before)
        raise Trouble(
            f"{clean(command[0])} does not start: {error.strerror}.",
            untouched="Nothing was run.",
            # The kernel limits what an environment may hold (Linux: 128 KB for each, some MB in all).
            remedy="If it is for the size of the values, write them with --output terraform.tfvars instead.",
            code="command",
        ) from error


def _usage(cause: str, remedy: str) -> Trouble:
    return Trouble(cause, untouched="Nothing was done.", remedy=remedy, code="usage")
