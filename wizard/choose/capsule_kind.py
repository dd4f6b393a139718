"""Which kind of capsule a process becomes, where every process is one of its own, and why."""

from typing import NamedTuple

from wizard.choose.runtime_lines import TITLES, Wanted, fits, lines_of, wanted
from wizard.choose.sizes import process_memory_mb
from wizard.choose.static_sites import static_site
from wizard.document.checkout import Checkout
from wizard.model.mapping import CapsuleKind
from wizard.model.system import App, Process
from wizard.ports import Profile

PIN: dict[str, str] = {
    "node": "engines in package.json",
    "python": ".python-version",
    "ruby": "Gemfile.lock",
    "php": "composer.json",
    "dotnet": "global.json",
    "java": "a config var",
    "go": "a config var",
}
"""Where buildpacks of the Google Cloud kind read the version of a language."""


class Kind(NamedTuple):
    """The kind of capsule that an app's process becomes, and why."""

    capsule: CapsuleKind
    why: str


def has_capsules(profile: Profile) -> bool:
    """Whether each process is a capsule of its own there."""
    return profile.capabilities.layout == "capsules"


def kind_of(app: App, process: Process, checkout: Checkout | None, profile: Profile) -> Kind:
    """What a process becomes: files that are served by themselves, a container of the app's own, or code that
    the target's builders build. A worker is that, too: nobody has to listen on a port."""
    site = static_site(app, process, checkout)
    if site is not None:
        return Kind(
            "frontend",
            f"{site.because}: a static site, which reads no config var when it runs and reaches no database",
        )
    if app.stack == "container":
        return Kind("docker", "built from its Dockerfile, as on Heroku")
    if checkout is not None and checkout.has("heroku.yml"):
        return Kind("docker", "built from the Dockerfile that its heroku.yml names")
    if checkout is not None and checkout.has("Dockerfile"):
        return Kind("docker", "built from its Dockerfile; enter leaves it to the builders")
    told = wanted(app, checkout)
    lines = lines_of(profile, told.language) if told else None
    if told is not None and lines is not None and not lines:
        return Kind("docker", f"built from a Dockerfile: {profile.title} builds no {TITLES[told.language]}")
    if told is not None and lines and not fits(told.version, lines):
        why = f"it wants {told.in_words()}, and {profile.title} itself builds {_few(lines)}"
        return Kind("docker", f"built from a Dockerfile: {why}")
    return Kind("backend", _built(told, lines, process, profile))


def _built(told: Wanted | None, lines: tuple[str, ...] | None, process: Process, profile: Profile) -> str:
    port = "" if process.type == "web" else ", and needs no port"
    if told is None:
        return f"{profile.title} builds it{port}"
    title = TITLES[told.language]
    if not told.version and lines:
        return f"{profile.title} builds {title}{port}; nothing pins its version: it takes its newest"
    where = f", pinned by {PIN[told.language]}" if told.language in PIN else ""
    return f"{profile.title} builds {told.in_words()}{where}{port}"


def _few(lines: tuple[str, ...]) -> str:
    return " and ".join(lines) if len(lines) < 3 else f"{lines[0]} to {lines[-1]}"


def memory_needed(process: Process, kind: CapsuleKind, profile: Profile) -> int:
    """MB that a service should have: a dyno's, and what files take that are only served."""
    needed = process_memory_mb(process)
    files = profile.capabilities.static_memory_mb
    return min(needed, files) if kind == "frontend" and files else needed
