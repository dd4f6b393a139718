"""Who may do what at the sandbox's Aptible: users, their roles, and what a role may in an environment."""

import secrets
import uuid
from dataclasses import dataclass, field

ORGANIZATION = "9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a10"

SCOPES = ("admin", "read", "basic_read", "deploy", "observability", "sensitive", "tunnel", "destroy")
"""Permissions of a role in an environment (app-ui, src/types/deploy.ts)."""


@dataclass(frozen=True)
class Role:
    """`scopes` are what it may in every environment."""

    id: str
    name: str
    type: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        return "admin" in self.scopes or scope in self.scopes

    def may_see(self) -> bool:
        """Whether environments and what is in them are shown at all."""
        return bool(self.scopes)


@dataclass(frozen=True)
class SshKey:
    id: str
    name: str
    public_key: str
    created_at: str


@dataclass
class User:
    """`password` None: signs in over SSO only. `security_key`: wants a WebAuthn assertion."""

    id: str
    name: str
    email: str
    password: str | None
    otp: str | None
    role: Role
    security_key: bool = False
    keys: list[SshKey] = field(default_factory=list)


OWNERS = Role("9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a11", "Account Owners", "owner", frozenset(SCOPES))
DEPLOYERS = Role(
    "9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a12",
    "Deployers",
    "platform_user",
    frozenset({"read", "deploy", "observability"}),
)
TUNNELLERS = Role(
    "9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a13", "Tunnellers", "platform_user", frozenset({"read", "tunnel"})
)
READERS = Role("9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a14", "Readers", "platform_user", frozenset({"basic_read"}))
NOBODIES = Role("9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a15", "Newcomers", "platform_user", frozenset())
ROLES = (OWNERS, DEPLOYERS, TUNNELLERS, READERS, NOBODIES)


class People:
    """The users of the one organisation, by a short name.

    Names: `person` (owner, one-time code), `robot` (owner, no second factor), `key` (owner, security key),
    `sso` (owner, no password), `deployer` (no sensitive, no tunnel), `tunneller` (tunnel, not sensitive),
    `reader` (basic_read), `nobody` (no permission anywhere).
    """

    def __init__(self, canary: str) -> None:
        def made(name: str, email: str, role: Role = OWNERS) -> User:
            password = f"pw-{canary}-{secrets.token_urlsafe(12)}"
            return User(str(uuid.uuid4()), name, f"{email}@acme.example", password, None, role)

        self.by_name = {
            "person": made("Ada Example", "ada"),
            "robot": made("Deploy Robot", "robot"),
            "key": made("Kay Example", "kay"),
            "sso": made("Sam Example", "sam"),
            "deployer": made("Dee Example", "dee", DEPLOYERS),
            "tunneller": made("Tam Example", "tam", TUNNELLERS),
            "reader": made("Rea Example", "rea", READERS),
            "nobody": made("New Example", "new", NOBODIES),
        }
        self.by_name["person"].otp = f"{secrets.randbelow(900000) + 100000}"
        self.by_name["key"].security_key = True
        self.by_name["sso"].password = None

    def all(self) -> list[User]:
        return list(self.by_name.values())
