"""The part of a proposal about Terraform: fresh files for the target, beside those for Heroku."""

from collections.abc import Iterator
from collections.abc import Mapping as Known

from wizard.document.checkout import Checkout, listed
from wizard.mapping.problem import Problem
from wizard.mapping.store_config import part_of
from wizard.model.mapping import Mapping
from wizard.model.system import App, System
from wizard.model.text import clean
from wizard.ports import Profile
from wizard.prepare.file_change import FileChange
from wizard.prepare.template import fill
from wizard.prepare.terraform import blocks
from wizard.prepare.terraform.hcl import file_text
from wizard.prepare.terraform.heroku_config import HerokuConfig, heroku_config
from wizard.prepare.terraform.provider import Provider, faults, provider_of
from wizard.prepare.terraform.readme import address, counterpart, readme
from wizard.prepare.terraform.stack import Program, Stack, stack_of
from wizard.prepare.terraform.written import MARK, written_outputs

Part = tuple[list[FileChange], list[Problem]]


def terraform_part(
    app: App, system: System | None, mapping: Mapping, profile: Profile, checkout: Checkout
) -> Part:
    """The files for an app that Terraform deploys, and those of the same code; nothing for any other."""
    provider, choice = provider_of(profile), mapping.app(app.id)
    if provider is None or choice is None:
        return [], []
    heroku = heroku_config(checkout.files, but=provider.folder)
    if choice.way != "terraform":
        return [], list(_offer(app, heroku, profile))
    stack = stack_of(app, system, mapping, checkout.files, provider)
    unknown = [one for one in stack.drains if one.scheme not in provider.drains]
    stack = stack._replace(drains=tuple(one for one in stack.drains if one not in unknown))
    problems = [
        _problem(
            "terraform-drain",
            app,
            f"the log drain {clean(one.handle)} goes to {clean(one.scheme)}, which {profile.title} cannot",
            "Leave it behind on the map, or give it an address with https or syslog+tls.",
            blocks=True,
        )
        for one in unknown
    ]
    wrong = faults(provider, blocks.main(stack, provider))
    problems += [
        _problem(
            "terraform-schema",
            app,
            f"Terraform would refuse {clean(one)}",
            "Change it on the map.",
            blocks=True,
        )
        for one in wrong
    ]
    if wrong:
        return [], problems
    problems += _about(app, stack, mapping, provider, heroku)
    changes, own = _changes(stack, provider, heroku, profile, checkout)
    problems += [
        _problem(
            "terraform-own-file",
            app,
            f"has a file {path} of its own, which Offramp does not write over",
            "Give that file another name and commit it.",
            blocks=True,
        )
        for path in own
    ]
    return ([] if own else changes), problems


def texts(
    stack: Stack, provider: Provider, heroku: HerokuConfig, title: str, there: Known[str, str]
) -> dict[str, tuple[str, str]]:
    """The files by path below the folder: what each is for, and its text.

    Args:
        there: names of outputs that the files have already, by the label of an endpoint.
    """
    names = {
        program.label: output.name
        for program in stack.programs
        for output in heroku.outputs
        for one in heroku.apps
        if one.name == program.app.name and output.app == one.label
    } | dict(there)
    parts = {
        "versions.tf": ("which provider, and from where", blocks.versions(provider)),
        "main.tf": (f"what stands at {title}", blocks.main(stack, provider)),
        "variables.tf": ("the values that come from outside; README.md says how", blocks.variables(stack)),
        "outputs.tf": ("its web addresses, and what DNS has to say", blocks.outputs(stack, provider, names)),
    }
    files = {
        name: (what, file_text(part, head=f"{MARK}: {what}.")) for name, (what, part) in parts.items() if part
    }
    page = readme(stack, provider, heroku, title)
    files["README.md"] = ("how to give the values, adopt what is there, and deploy", page)
    files[".gitignore"] = ("keeps Terraform's state and values out of git", fill("terraform.gitignore"))
    return files


def _changes(
    stack: Stack, provider: Provider, heroku: HerokuConfig, profile: Profile, checkout: Checkout
) -> tuple[list[FileChange], list[str]]:
    """The changes, and the files in their way that somebody else wrote."""
    changes, own = [], []
    outputs = written_outputs(checkout.files, provider)
    apps = ", ".join(one.app.name for one in stack.programs)
    for name, (what, text) in texts(stack, provider, heroku, profile.title, outputs).items():
        path = f"{provider.folder}/{name}"
        old = checkout.files.get(path)
        if old == text:
            continue
        if path in checkout.unreadable or (old is not None and MARK not in old.split("\n", 1)[0]):
            own.append(path)
            continue
        why = f"{what} (Terraform for {apps})"
        changes.append(FileChange(path=path, old=old, new=text, why=why))
    return changes, own


def _offer(app: App, heroku: HerokuConfig, profile: Profile) -> Iterator[Problem]:
    for one in heroku.apps:
        if one.name == app.name:
            yield _problem(
                "terraform-on-heroku",
                app,
                f"Terraform makes it on Heroku ({one.address})",
                f"Choose the way terraform on the map to have files for {profile.title} written; else take it"
                " out of that configuration after the move.",
            )


def _about(
    app: App, stack: Stack, mapping: Mapping, provider: Provider, heroku: HerokuConfig
) -> Iterator[Problem]:
    folder = provider.folder
    program = next(one for one in stack.programs if one.app.id == app.id)
    if not program.image:
        yield _problem(
            "terraform-image",
            app,
            "Terraform deploys images only, and the map names none",
            f"Name one on the map, or give it as TF_VAR_{program.image_variable}.",
        )
    asked = [one.variable for one in program.config if one.variable]
    if asked:
        yield _problem(
            "terraform-values",
            app,
            f"no value is in the files; Terraform has to be given {listed(asked, 5)}",
            f"{folder}/README.md says how.",
        )
    yield from _about_config(app, program, stack, mapping)
    for process in app.processes:
        if process.autoscale is not None and process.autoscale.active:
            yield _problem(
                "terraform-autoscale",
                app,
                f"Heroku scales `{clean(process.type)}` by response time; the files give a fixed number",
                "Add an `autoscaling_policy` by use of CPU or memory to its service, once you know its load.",
            )
    gone = [
        f"{address(block)} ({block.file}:{block.line})"
        for block in heroku.blocks
        if counterpart(provider, block).startswith(("no ", "not read"))
    ]
    if gone:
        yield _problem(
            "terraform-no-counterpart",
            app,
            f"has no counterpart in Terraform there: {listed(gone, 5)}",
            f"{folder}/README.md says what to do for each.",
        )
    if heroku.unread:
        yield _problem(
            "terraform-unread",
            app,
            f"{listed(heroku.unread)} could not be read as Terraform",
            "What it makes is not in the new files; look it through.",
        )
    if heroku.apps and not any(one.name == app.name for one in heroku.apps):
        yield _problem(
            "terraform-unnamed",
            app,
            f"no heroku_app is known to be this one: {listed([one.address for one in heroku.apps])}",
            "The files are written from the map alone.",
        )


def _about_config(app: App, program: Program, stack: Stack, mapping: Mapping) -> Iterator[Problem]:
    chosen = {one.name: one for one in mapping.config if one.app_id == app.id}
    types = {one.label: one.type for one in stack.databases}
    for one in program.config:
        choice = chosen[one.name]
        if one.kind == "value" and choice.replacement in ("app-url", "database"):
            what = "names a web address that these files do not make before it"
            if choice.replacement == "database":
                part = "" if stack.database(choice.refers_to) is None else part_of(one.name)
                what = (
                    f"holds the {part} of a database, and Terraform knows whole URLs only"
                    if part
                    else "names a database that these files do not make"
                )
            give = f"Give its new value as TF_VAR_{one.variable}."
            yield _problem("terraform-by-hand", app, f"{one.name} {what}", give)
        elif one.kind == "database" and types[one.ref] == "redis" and not one.tls:
            yield _problem(
                "terraform-redis",
                app,
                f"{one.name} becomes a URL without TLS (redis://), whatever it is on Heroku",
                "See that the app takes one; a setting for TLS beside it has to go.",
            )


def _problem(code: str, app: App, text: str, remedy: str, *, blocks: bool = False) -> Problem:
    return Problem(code=code, component=app.name, text=text, remedy=remedy, blocks=blocks)
