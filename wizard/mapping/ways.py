"""How the code of an app gets to the target: the ways that fit it, the one that is advised, and why."""

from collections.abc import Iterator

from wizard.document.checkout import Checkout
from wizard.document.repository.code_nouns import DeployPath, TerraformBlock
from wizard.document.repository.terraform import terraform_blocks
from wizard.document.repository.workflows import deploy_paths
from wizard.mapping.way_words import WAYS, Way
from wizard.model.noun import Noun
from wizard.model.system import App
from wizard.ports import Profile

_DEPLOYING = ("git", "container", "promotion", "api", "action")


class WayFit(Noun, frozen=True, kw_only=True):
    """One way: whether it fits this app, and in half a sentence why, or why not."""

    way: Way
    fits: bool
    why: str


class Advice(Noun, frozen=True, kw_only=True):
    """The advised way. `why` are three sentences at most; `ways` are all that the target knows, the advised
    one first, then those that fit."""

    way: Way
    why: tuple[str, ...]
    ways: tuple[WayFit, ...]


def advise(app: App, checkout: Checkout | None, profile: Profile) -> Advice:
    """Which way is advised for `app`.

    Args:
        checkout: its code, None where nobody has named the folder; then only what Heroku tells is known.
    """
    files = checkout.files if checkout else {}
    workflow = next(_workflows(app, files), None)
    block = next(_made_by_terraform(app, files), None)
    fits = {
        "git": WayFit(way="git", fits=True, why="Offramp pushes the commit itself, with your token"),
        "image": _image(app, checkout),
        "workflow": WayFit(
            way="workflow",
            fits=workflow is not None,
            why=f"{workflow.file}:{workflow.line} deploys it today"
            if workflow
            else "no workflow is known to deploy it",
        ),
        "terraform": WayFit(
            way="terraform",
            fits=block is not None,
            why=f"{block.file}:{block.line} makes it on Heroku"
            if block
            else "no Terraform is known to make it",
        ),
        "linked": WayFit(
            way="linked",
            fits=True,
            why=f"{profile.title} fetches the prepared branch from the repository that you link to it",
        ),
    }
    offered = [way for way in WAYS if way in profile.capabilities.ways] or ["git"]
    best: Way = "git" if "git" in offered else offered[0]
    for way in ("workflow", "image", "terraform"):
        if way in offered and fits[way].fits and (way != "image" or _pushed(app)):
            best = way
            break
    ordered = sorted(offered, key=lambda way: (way != best, not fits[way].fits))
    return Advice(
        way=best,
        why=_sentences(best, fits[best].why, profile),
        ways=tuple(fits[way] for way in ordered),
    )


def _sentences(way: Way, because: str, profile: Profile) -> tuple[str, ...]:
    match way:
        case "workflow":
            return (
                f"{because}.",
                f"The same file then deploys to {profile.title}; Offramp rewrites it on a branch.",
                "You merge at the cut-over, when Offramp says so: the apps stand still until then.",
            )
        case "image":
            return (
                f"{because}.",
                f"{profile.title} pulls an image that you build, from any registry.",
                _where_the_procfile_is(profile),
            )
        case "terraform":
            return (
                f"{because}.",
                f"Offramp writes files for {profile.title}, makes the databases, and gives the imports.",
                "You apply at the cut-over, when Offramp says so: the apps stand still until then.",
            )
        case "linked":
            return (
                f"{because}.",
                "You push the branch and link the repository in its dashboard; Offramp says when, and looks.",
            )
    return (
        "Offramp pushes the commit itself, with your token: you do nothing.",
        f"{profile.title} builds it from its Dockerfile.",
    )


def _where_the_procfile_is(profile: Profile) -> str:
    folder = profile.capabilities.images.folder
    return f"Its Procfile must be in the image, at {folder}/Procfile." if folder else ""


def _pushed(app: App) -> bool:
    return app.deploy.kind == "container"


def _image(app: App, checkout: Checkout | None) -> WayFit:
    if _pushed(app):
        return WayFit(way="image", fits=True, why="its images are built elsewhere and pushed to Heroku today")
    built = app.stack == "container" or bool(checkout and checkout.has("heroku.yml"))
    if built:
        return WayFit(
            way="image", fits=True, why="it is built from a Dockerfile; you would build and push it"
        )
    if checkout and checkout.has("Dockerfile"):
        return WayFit(way="image", fits=True, why="it has a Dockerfile; you would build and push the image")
    return WayFit(way="image", fits=False, why="you would have to build the image and push it to a registry")


def _workflows(app: App, files: dict[str, str]) -> Iterator[DeployPath]:
    """Steps of GitHub workflows that deploy the app; those that name no app only where Heroku says that the
    code of this app comes from outside."""
    texts = {path: text for path, text in files.items() if path.startswith(".github/workflows/")}
    found = [path for path in deploy_paths(texts) if path.how in _DEPLOYING]
    yield from (path for path in found if path.app == app.name)
    yield from (path for path in found if not path.app.replace("-", "").isalnum())


def _made_by_terraform(app: App, files: dict[str, str]) -> Iterator[TerraformBlock]:
    texts = {path: text for path, text in files.items() if path.endswith(".tf")}
    found = [one for one in terraform_blocks(texts) if one.kind == "resource" and one.type == "heroku_app"]
    yield from (one for one in found if one.told.get("name", "").strip('"') == app.name)
    if len(found) == 1 and not found[0].told.get("name", "").strip('"').replace("-", "").isalnum():
        yield found[0]
