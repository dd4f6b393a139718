"""What Aptible's APIs answer, as far as Offramp reads it.

Field names are those of the deploy API's OpenAPI document (aptible/aptible-api-go,
aptibleapi/api/openapi.yaml). Unknown fields are ignored. Links are followed by the id at their end only,
never by their address, so that the token goes nowhere but to the host it belongs to.
"""

import re
from typing import Any

from msgspec import field

from wizard.model.noun import Noun

FINISHED = ("succeeded", "failed")

_LAST_PART = re.compile(r"/([0-9a-zA-Z-]{1,64})/?(?:\?.*)?$")


class Link(Noun, frozen=True, kw_only=True):
    href: str | None = None


class Resource(Noun, frozen=True, kw_only=True):
    """Anything with `_links`."""

    links: dict[str, Link | None] = field(name="_links", default_factory=dict)

    def linked_id(self, relation: str) -> str | None:
        """The id at the end of a link's address, None without one."""
        link = self.links.get(relation)
        found = _LAST_PART.search(link.href) if link is not None and link.href else None
        return found[1] if found else None


class Provisioned(Resource, frozen=True, kw_only=True):
    """What takes a `provision` operation until it is there."""

    status: str

    @property
    def state(self) -> str:
        """Its status in the wizard's words: `failed`, else Aptible's own."""
        return "failed" if self.status == "provision_failed" else self.status


class Page(Resource, frozen=True, kw_only=True):
    """One page of a list; `embedded` has one key, the name of what is listed."""

    embedded: dict[str, list[dict[str, Any]]] = field(name="_embedded", default_factory=dict)
    current_page: int = 1
    per_page: int = 0


class ApiError(Noun, frozen=True, kw_only=True):
    """What is said of a failure. Any of it may be null, and then the rest still counts."""

    code: int | str | None = None
    error: str | None = None
    message: str | None = None
    exception_context: dict[str, Any] | None = None


class TokenAnswer(Resource, frozen=True, kw_only=True):
    access_token: str = ""
    scope: str = ""


class Organization(Resource, frozen=True, kw_only=True):
    id: str
    name: str = ""


class Stack(Resource, frozen=True, kw_only=True):
    id: int
    name: str
    region: str = ""
    public: bool = False
    default: bool | None = None
    allow_c_instance_profile: bool | None = None
    allow_r_instance_profile: bool | None = None
    ssh_portal_host: str
    ssh_portal_port: int
    ssh_host_rsa_public_key: str | None = None
    ssh_host_ecdsa_public_key: str | None = None

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles of containers that it has (app-ui, stack/index.ts), the default first."""
        allowed = {"c": self.allow_c_instance_profile, "r": self.allow_r_instance_profile}
        return ("m", *(letter for letter, may in allowed.items() if may))


class AccountAnswer(Resource, frozen=True, kw_only=True):
    """What the API calls an account is an environment everywhere else."""

    id: int
    handle: str


class DatabaseImage(Resource, frozen=True, kw_only=True):
    id: int
    type: str
    version: str
    visible: bool = False


class DatabaseAnswer(Provisioned, frozen=True, kw_only=True):
    id: int
    handle: str
    type: str | None = None
    initial_disk_size: int | None = None
    enable_backups: bool | None = None


class BackupAnswer(Resource, frozen=True, kw_only=True):
    id: int


class Credential(Resource, frozen=True, kw_only=True):
    """`connection_url` is a secret and stays as it came; there is none before the database is provisioned."""

    id: int
    type: str = ""
    default: bool = False
    connection_url: str | None = None


class AppAnswer(Resource, frozen=True, kw_only=True):
    id: int
    handle: str
    status: str
    git_repo: str | None = None


class Configuration(Resource, frozen=True, kw_only=True):
    id: int
    env: dict[str, Any] | None = None


class ServiceAnswer(Resource, frozen=True, kw_only=True):
    id: int
    process_type: str
    command: str | None = ""
    container_count: int | None = 0
    container_memory_limit_mb: int | None = None
    instance_class: str | None = None
    stop_timeout: int | None = None


class ImageAnswer(Resource, frozen=True, kw_only=True):
    """What an app runs: `docker_ref` names the content of an image that was pulled."""

    id: int
    docker_repo: str | None = None
    docker_ref: str | None = None


class Deployment(Resource, frozen=True, kw_only=True):
    """What a deploy operation brought; there is none before it has begun to."""

    id: int
    operation_id: int | None = None
    git_commit_sha: str | None = None
    docker_image: str | None = None
    image_id: int | None = None


class AcmeName(Noun, frozen=True, kw_only=True):
    """A name of a DNS record. `legacy` ones are still accepted where they are, and not to be made anew."""

    name: str = ""
    legacy: bool = False


class AcmeChallenge(Noun, frozen=True, kw_only=True):
    """A CNAME that Let's Encrypt looks for; `method` is http01 or dns01."""

    method: str = ""
    source: AcmeName = field(name="from", default_factory=AcmeName)
    to: tuple[AcmeName, ...] = ()


class AcmeConfiguration(Noun, frozen=True, kw_only=True):
    challenges: tuple[AcmeChallenge, ...] = ()


class Vhost(Provisioned, frozen=True, kw_only=True):
    id: int
    type: str = ""
    default: bool = False
    internal: bool = False
    virtual_domain: str | None = None
    external_host: str | None = None
    user_domain: str | None = None
    container_port: int | None = None
    acme: bool = False
    acme_status: str | None = None
    acme_dns_challenge_host: str | None = None
    acme_configuration: AcmeConfiguration | None = None


class CodeScanResult(Resource, frozen=True, kw_only=True):
    id: int
    dockerfile_present: bool = False
    procfile_present: bool = False
    aptible_yml_present: bool = False


class CertificateAnswer(Resource, frozen=True, kw_only=True):
    """Its private key is left out: nothing that Offramp asks for shows it."""

    id: int
    sha256_fingerprint: str | None = None
    leaf_certificate: str | None = None
    certificate_body: str | None = None


class LogDrain(Provisioned, frozen=True, kw_only=True):
    """Its address is left out: nothing that Offramp asks for shows secrets of drains."""

    id: int
    handle: str
    drain_type: str = ""
    status: str = ""
    drain_host: str | None = None


class Operation(Resource, frozen=True, kw_only=True):
    id: int
    type: str
    status: str
    cancelled: bool | None = None
    aborted: bool | None = None
    git_ref: str | None = None
    container_count: int | None = None
    container_size: int | None = None
    settings: dict[str, Any] | None = None
    created_at: str | None = None

    @property
    def called_off(self) -> bool:
        """Whether somebody at Aptible has ended it before its end."""
        return self.status != "succeeded" and bool(self.cancelled or self.aborted)

    @property
    def finished(self) -> bool:
        """Whether it will not change any more."""
        return self.status in FINISHED or self.called_off


class SshPortalConnection(Resource, frozen=True, kw_only=True):
    """`ssh_port_forward_socket` is a path (the OpenAPI document of 2025 calls it a number; the CLI and the
    document of 2026 do not)."""

    id: str
    ssh_user: str
    ssh_certificate_body: str
    ssh_port_forward_socket: str | None = None
    ssh_pty: bool = False
