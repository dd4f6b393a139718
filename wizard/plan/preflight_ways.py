"""What to know before a run of the ways in which code gets to the target."""

import shlex

from wizard.credentials import Vault
from wizard.mapping.way_words import IN_WORDS
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.plan import Finding
from wizard.model.trouble import Trouble, joined, tag
from wizard.ports import Profile
from wizard.session.image_login import login_ref, registries
from wizard.session.parts import Prepared, PreparedApp

NONE = Prepared()


def way_findings(
    mapping: Mapping, profile: Profile, vault: Vault, prepared: Prepared = NONE
) -> list[Finding]:
    """One or more for each app that is not pushed by git. Asks the keyring; may block for its deadline."""
    findings = []
    for choice in mapping.moved_apps():
        if choice.way == "image":
            findings.append(_image(choice, profile))
            findings += [
                _build(choice, one) for one in prepared.apps if one.app_id == choice.app_id and one.branch
            ]
        elif choice.way in ("workflow", "terraform"):
            findings.append(
                Finding(
                    state="look",
                    what=f"You deploy {choice.handle} yourself in the cut-over, by {IN_WORDS[choice.way]}",
                    detail="the apps stand still until you do; a gate before it says what to get ready",
                    remedy="Be there then, with the rights to merge or to apply.",
                )
            )
    return findings + [_login(registry, vault) for registry in registries(mapping)]


def _image(choice: AppChoice, profile: Profile) -> Finding:
    folder = profile.capabilities.images.folder
    procfile = f"; its Procfile must be in it, at {folder}/Procfile" if folder else ""
    return Finding(
        state="look",
        what=f"{choice.handle}: only its deploy tells whether {choice.image} can be pulled",
        detail=f"that is in the cut-over, where a wrong name ends on the way back{procfile}",
        remedy=f"Look now: docker manifest inspect {shlex.quote(choice.image)}",
    )


def _build(choice: AppChoice, code: PreparedApp) -> Finding:
    """The files that Offramp wrote for an app are in its image only when that is built of them."""
    folder, image = shlex.quote(code.checkout), shlex.quote(choice.image)
    return Finding(
        state="look",
        what=f"{choice.handle}: the image has to be built of {code.branch}, commit {code.commit[:10]}",
        detail="what Offramp wrote for the target is in that commit: an image of other code lacks it",
        remedy=f"git -C {folder} archive {code.commit} | docker build -t {image} - && docker push {image}",
    )


def _login(registry: str, vault: Vault) -> Finding:
    try:
        known = vault.get(login_ref(registry)) is not None
    except Trouble as trouble:
        return Finding(state="look", what=trouble.cause, remedy=joined(trouble.remedy, tag(trouble.code)))
    if known:
        return Finding(state="good", what=f"The login of {registry} is at hand")
    return Finding(
        state="look",
        what=f"The login of {registry} is not at hand",
        detail="the run would ask for it in the cut-over, and the apps stand still until it is typed in",
        remedy="Type it in on the map, at `deployed by`.",
    )
