"""What a person can decide of the way an app's code takes: the advised way first, each with its reason."""

from screens.map_option import Option
from wizard.document.checkout import Checkout
from wizard.mapping import edit
from wizard.mapping.way_words import IN_WORDS, Way
from wizard.mapping.ways import Advice, advise
from wizard.model.image_reference import parse, registry_of
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.system import System
from wizard.ports import Profile

WHY: dict[Way, str] = {
    "git": "Offramp pushes the commit itself; enter shows the other ways, and which is advised",
    "image": "the target pulls an image that is built elsewhere",
    "workflow": "you merge the rewritten workflow at the cut-over; Offramp sees the deploy",
    "terraform": "you apply the written files at the cut-over; Offramp looks what came of it",
    "linked": "you push the prepared branch and link the repository when Offramp says so; it looks, too",
}

EXAMPLE = "ghcr.io/acme/shop:v42"


def way_options(app_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """Every way that the target knows, and what belongs to the one that was chosen."""
    choice = mapping.app(app_id) or AppChoice(app_id=app_id)
    found = [_way(app_id, way, choice) for way in profile.capabilities.ways]
    if choice.way == "image" and (registry := registry_of(choice.image)):
        found.append(_login(app_id, registry, known=choice.private))
        if choice.private:
            found.append(
                Option(
                    "public",
                    f"Everybody may pull from {registry}",
                    lambda m, _: edit.set_private(m, app_id, private=False),
                )
            )
    elif choice.way in ("workflow", "terraform"):
        found.append(_image(app_id, choice.way, choice, "The image that it deploys"))
    return found


def advice_of(app_id: str, system: System, profile: Profile, code: Checkout | None) -> list[str]:
    """What is advised, and why, a line each."""
    advice: Advice = advise(system.app(app_id), code, profile)
    reasons = [sentence[:1].upper() + sentence[1:] for sentence in advice.why if sentence]
    others = [f"· {IN_WORDS[one.way]}: {one.why}" for one in advice.ways if one.way != advice.way]
    return [f"Advised: {IN_WORDS[advice.way]}.", *reasons, *others]


def _way(app_id: str, way: Way, choice: AppChoice) -> Option:
    now = " (chosen)" if way == choice.way else ""
    if way == "image":
        return _image(app_id, way, choice, f"Docker image{now}")
    return Option(way, f"{IN_WORDS[way]}{now}", lambda m, _: edit.set_way(m, app_id, way))


def _image(app_id: str, way: Way, choice: AppChoice, words: str) -> Option:
    return Option(
        "image",
        words,
        lambda m, text: edit.set_way(m, app_id, way, text),
        f"Which image? registry/repository:tag, as in {EXAMPLE}",
        choice.image,
        _why_none,
    )


def _why_none(text: str) -> str:
    found = parse(text)
    return f"This names no image: {found}." if isinstance(found, str) else ""


def _login(app_id: str, registry: str, *, known: bool) -> Option:
    words = "Another login for" if known else "A login is wanted by"
    return Option(
        "login",
        f"{words} {registry}",
        lambda m, _: edit.set_private(m, app_id, private=True),
        registry=registry,
    )
