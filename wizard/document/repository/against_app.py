"""What differs between the code in a folder and what runs on Heroku as an app."""

from collections.abc import Iterator

from wizard.document.checkout import Checkout, Remark
from wizard.document.procfile import fir_name
from wizard.document.repository.buildpack_processes import added_by
from wizard.model.system import App
from wizard.model.text import clean

_LOOK = "Look whether this checkout is what runs on Heroku."


def compare_with_app(checkout: Checkout, app: App) -> tuple[Remark, ...]:
    """What differs between the checkout and what runs on Heroku as `app`."""
    remarks = [
        *_about_builds(checkout, app),
        *_about_deploys(checkout, app),
        *_about_processes(checkout, app),
    ]
    if app.slug_commit and checkout.head and not checkout.head.startswith(app.slug_commit):
        remarks.append(
            Remark(
                kind="other-commit",
                text=f"Heroku runs {clean(app.slug_commit)[:10]}, the checkout is at {checkout.head[:10]}.",
                remedy="Check out what runs on Heroku, unless the newer code is what should move.",
            )
        )
    return tuple(remarks)


def _about_processes(checkout: Checkout, app: App) -> Iterator[Remark]:
    """Where the process types differ; nothing where Heroku did not tell them, or only images say them."""
    there = {process.type: process.command for process in app.processes}
    if not there or (app.stack == "container" and checkout.heroku_yml is None):
        return
    if app.stack == "container" and checkout.heroku_yml is not None:
        file = "heroku.yml"
        # An image without a line runs its own command.
        here = dict.fromkeys(checkout.heroku_yml.images, "")
        here |= {run.type: run.command for run in checkout.heroku_yml.run}
        here |= {"release": checkout.heroku_yml.release_command}
    else:
        file = "the Procfile" if checkout.procfile_at == "Procfile" else clean(checkout.procfile_at)
        here = checkout.procfile.commands if checkout.procfile else {}
    if app.release_command:
        there.setdefault("release", app.release_command)
    if app.generation == "fir":
        here = {fir_name(name): command for name, command in here.items()}
    for name, command in there.items():
        if name not in here and not added_by(name, command, app.buildpacks):
            yield Remark(
                kind="only-on-heroku",
                text=f"Heroku runs `{name}` ({command}), not in {file}.",
                remedy="A buildpack may have added it, or the checkout is another one than the deployed.",
            )
        elif here.get(name) and here[name] != command:
            yield Remark(
                kind="command-differs",
                text=f"`{name}` runs `{command}` on Heroku, `{clean(here[name])}` by {file}.",
                remedy=_LOOK,
            )
    for name in sorted(here.keys() - there.keys()):
        # Heroku runs `release` without a formation of its own, so its absence there says nothing.
        if name != "release":
            yield Remark(
                kind="only-in-checkout",
                text=f"By {file} there is `{clean(name)}`, which Heroku does not know.",
                remedy=_LOOK,
            )


def _about_builds(checkout: Checkout, app: App) -> Iterator[Remark]:
    """What the code has, and the app does not build with."""
    if app.stack != "container" and checkout.has("heroku.yml"):
        yield Remark(
            kind="heroku-yml",
            text=f"heroku.yml counts on the stack container only; {app.name} is on {app.stack or 'another'}.",
        )
    if not app.buildpacks and app.stack != "container" and app.generation != "fir":
        first, *others = checkout.runtimes or (None,)
        if first is not None and others:
            names = ", ".join(one.buildpack for one in others)
            yield Remark(
                kind="buildpacks",
                text=f"No buildpacks are set, so Heroku builds with {first.buildpack} alone, since there is "
                f"{first.because}; {names} would take the code, too.",
            )


def _about_deploys(checkout: Checkout, app: App) -> Iterator[Remark]:
    """What in the repository deploys to this app by its name."""
    for path in checkout.deploy_paths:
        if path.app == app.name and path.how not in ("run", "other"):
            branch = f" from {path.branch}" if path.branch else ""
            folder = f" the folder {path.folder}" if path.folder else ""
            who = "A script" if path.system in ("script", "CI") else path.system
            yield Remark(
                kind="deployed-from-here",
                text=f"{who} deploys{folder} to {app.name}{branch}: {path.file}:{path.line}.",
                remedy="It must deploy to the new place once the app has moved.",
            )
