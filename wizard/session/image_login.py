"""Who may pull an image from a private registry: kept where tokens are, one for each registry.

Name and password are one entry of the keyring, so that they never belong to different people. A session holds
nothing but the fact that one is wanted (`AppChoice.private`).
"""

import json

import msgspec

from wizard.credentials import CredentialRef, Vault
from wizard.model.image_reference import registry_of
from wizard.model.mapping import Mapping
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import RegistryLogin

VENDOR = "registry"
"""How the login of a registry is asked for ("registry:ghcr.io"), where a token has the name of a provider."""

KIND = "login"


def login_ref(registry: str) -> CredentialRef:
    """Names the login of one registry (a host)."""
    return CredentialRef(vendor=VENDOR, account=registry, kind=KIND)


def pack(login: RegistryLogin) -> Secret:
    """Both parts as one secret."""
    return Secret(json.dumps([login.username, login.password.reveal()]), "registry login")


def unpack(secret: Secret) -> RegistryLogin:
    """Both parts again.

    Raises:
        Trouble: it is no such entry; somebody else wrote it.
    """
    try:
        username, password = msgspec.json.decode(secret.reveal(), type=tuple[str, str])
    except msgspec.MsgspecError:
        raise Trouble(
            "What is kept as the login of a registry is none.",
            remedy="Type it in again on the map.",
            code="login-broken",
        ) from None
    return RegistryLogin(username, Secret(password, "registry password"))


def registries(mapping: Mapping) -> tuple[str, ...]:
    """The registries that ask who pulls, of all apps that move as images; each once."""
    found = [
        registry_of(choice.image)
        for choice in mapping.moved_apps()
        if choice.way == "image" and choice.private and registry_of(choice.image)
    ]
    return tuple(dict.fromkeys(found))


def login_of(vault: Vault, registry: str) -> RegistryLogin:
    """The login of a registry.

    Raises:
        SignInNeeded: it is not at hand; a person has to type it in.
    """
    secret = vault.get(login_ref(registry))
    if secret is None:
        raise SignInNeeded(
            f"{VENDOR}:{registry}",
            f"The login of the registry {registry} is not at hand.",
            remedy=f"Type in who may pull from {registry}.",
            code="token-missing",
        )
    return unpack(secret)


def wanted_registry(vendor: str) -> str:
    """The registry whose login is wanted; empty when it is something else that is."""
    start, colon, registry = vendor.partition(":")
    return registry if colon and start == VENDOR else ""
