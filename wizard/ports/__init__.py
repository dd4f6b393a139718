"""What a provider offers: Protocols and the plain values they speak in, nothing else.

The wizard finds providers through the entry-point group `offramp.providers`; each entry is an object
that satisfies `SourceProvider` or `TargetProvider`. All methods that reach a vendor raise
`wizard.model.trouble.Trouble` (or a subclass) and nothing else for whatever goes wrong out there.
"""

from wizard.ports.capsules import (
    Capsule,
    CapsuleTarget,
    CapsuleWish,
    Repository,
    StorageCapsule,
    Team,
)
from wizard.ports.deploys import DeployState, RegistryLogin, TargetDeploy
from wizard.ports.domains import (
    CertificateWish,
    DomainEndpoint,
    DomainsAndDrains,
    TargetCertificate,
    TargetDrain,
)
from wizard.ports.example import Example, ExampleProvider
from wizard.ports.profile import Capabilities, ImageRules, Prices, Profile, ReleaseHook
from wizard.ports.signing_in import FoundToken, Hosts, Log, SignIn, Token
from wizard.ports.source import AppState, ReadProgress, Source, SourceProvider
from wizard.ports.stacks import Stack
from wizard.ports.target import Target, TargetProvider
from wizard.ports.target_things import (
    DatabaseWish,
    Endpoint,
    Environment,
    GitRemote,
    TargetApp,
    TargetDatabase,
    TargetService,
)
from wizard.ports.tunnel_program import GoesByProgram

__all__ = [
    "AppState",
    "Capabilities",
    "Capsule",
    "CapsuleTarget",
    "CapsuleWish",
    "CertificateWish",
    "DatabaseWish",
    "DeployState",
    "DomainEndpoint",
    "DomainsAndDrains",
    "Endpoint",
    "Environment",
    "Example",
    "ExampleProvider",
    "FoundToken",
    "GitRemote",
    "GoesByProgram",
    "Hosts",
    "ImageRules",
    "Log",
    "Prices",
    "Profile",
    "ReadProgress",
    "RegistryLogin",
    "ReleaseHook",
    "Repository",
    "SignIn",
    "Source",
    "SourceProvider",
    "Stack",
    "StorageCapsule",
    "Target",
    "TargetApp",
    "TargetCertificate",
    "TargetDatabase",
    "TargetDeploy",
    "TargetDrain",
    "TargetProvider",
    "TargetService",
    "Team",
    "Token",
]
