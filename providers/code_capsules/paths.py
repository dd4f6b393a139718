"""Every host and path of Code Capsules that Offramp speaks to, in one table.

The vendor documents no API. What stands here is what its own Pulumi provider does ("official client":
github.com/codecapsules-io/pulumi-codecapsules, v0.1.0 of 2026) and what was observed of its web app ("skill":
github.com/LewisDwyer/codecapsules-skill, 2026-03-13). They disagree in places, so that all hosts can be given
otherwise: by the session's hosts, and by the variables named here.
"""

import urllib.parse
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Setting:
    """One thing that can be set: its key among the hosts, the variable that overrides it, what it is when
    nobody says otherwise, and which source states that."""

    key: str
    variable: str
    default: str
    source: str


API: Final = Setting("api", "OFFRAMP_CODE_CAPSULES_API", "https://api.codecapsules.io", "official client")
API_ALTERNATIVE: Final = Setting(
    "api_alternative",
    "OFFRAMP_CODE_CAPSULES_API_ALTERNATIVE",
    "https://api-v2.codecapsules.io/api",
    "skill; asked where `api` does not know the account's Spaces",
)
LOGIN: Final = Setting(
    "login",
    "OFFRAMP_CODE_CAPSULES_LOGIN",
    "https://appstrax-services.codecapsules.io",
    "official client, skill",
)
APP: Final = Setting(
    "app", "OFFRAMP_CODE_CAPSULES_APP", "https://app.codecapsules.io", "skill, documentation"
)
APPLICATION_KEY: Final = Setting(
    "application_key",
    "OFFRAMP_CODE_CAPSULES_APPLICATION_KEY",
    "",
    "skill: it stands in the web app's own JavaScript, where it is read from when it is not given",
)
CLI: Final = Setting("cli", "OFFRAMP_CODE_CAPSULES_CLI", "npx -y @codecapsules/cli", "documentation, CLI")
DNS: Final = Setting("dns", "OFFRAMP_CODE_CAPSULES_DNS", "", "for tests: which name server is asked")
CLUSTER_DOMAINS: Final = Setting(
    "cluster_domains",
    "OFFRAMP_CODE_CAPSULES_CLUSTER_DOMAINS",
    "",
    "more domains that clusters may be under, with commas between, for clusters by arrangement",
)

ADDRESSES: Final = (API, API_ALTERNATIVE, LOGIN, APP)
SETTINGS: Final = (*ADDRESSES, APPLICATION_KEY, CLI, DNS, CLUSTER_DOMAINS)

VENDOR_DOMAINS: Final = ("codecapsules.io", "codecapsules.co.za", "ccdns.co")
"""Domains that the vendor's hosts are under (skill: its list of clusters; documentation: default domains)."""

LOGIN_TYPE: Final = "[User] Login Initiated"
"""The `type` of a login, word for word (official client, skill)."""

# -- login host ---------------------------------------------------------------------------------------
LOG_IN: Final = "/api/auth/login"  # official client, skill: POST {email, password, type}

# -- main host: answers are wrapped in {"data", "meta"} -------------------------------------------------
TEAMS: Final = "/teams"  # skill: GET
CLUSTERS: Final = "/clusters"  # skill: GET
PLANS: Final = "/plans"  # skill: GET
REPOSITORIES: Final = "/git/repo/connected"  # skill: GET, of all teams
TEAM_REPOSITORIES: Final = "/git/team-repo/{team}"  # skill: GET
SPACES: Final = "/spaces"  # skill: GET
NEW_SPACE: Final = "/spaces/"  # official client: POST {name, slug, teamId, clusterId}; skill: without slug
SPACE: Final = "/spaces/{space}"  # official client: GET
SPACE_BY_SLUG: Final = "/spaces/slug/{slug}"  # skill: GET, the whole object
NEW_CAPSULE: Final = "/capsules/capsules"  # skill: POST {space: the whole object, capsuleRequest}

# -- cluster host, of `cluster.clusterApiEndpoint` of the Space: answers are not wrapped, but logs are ---
CAPSULES: Final = "/namespaces/{namespace}/capsules"  # skill: GET; official client: POST
DATA_STATUS: Final = "/data-capsule/{capsule}/status"  # official client: GET
PRODUCTS: Final = "/capsules/{capsule}/products"  # official client, skill: PATCH, all four products
CONFIGS: Final = "/capsules/{capsule}/configs"  # skill: GET; official client, skill: PUT, all of them
BIND: Final = "/data-capsule/{data}/bind-to"  # skill: PATCH {capsuleId}
BUILDS: Final = "/capsules/{capsule}/builds"  # skill: GET, POST {}
BUILD_LOGS: Final = "/builds/{build}/logs"  # skill: GET ?limit=&start=&end=&direction=forward, nanoseconds
LOGS: Final = "/capsules/{capsule}/logs"  # skill: GET, as for builds
DOMAINS: Final = "/capsules/{capsule}/domains"  # skill: GET, POST {hostname}

DATA_TYPES: Final = {
    "postgresql": "PostgreSQL",  # skill
    "mysql": "mysql",  # official client, skill
    "redis": "Redis",  # official client, skill
    "mongodb": "MongoDb",  # skill
    "documentdb": "DocumentDb",  # skill
}
"""`dataType` of a new data capsule by the wizard's word for its type; letter case matters."""

STORAGE_TYPE: Final = "PersistentStorage"
"""`dataType` of a store of files (official client; the skill has "PersistentStorageGanesha", which the
official client calls another, newer kind)."""

STORAGE_VARIABLE: Final = "PERSISTENT_STORAGE_DIR"
"""What a store of files that is bound to a capsule sets there (documentation, skill)."""

KEY_FIELD: Final = "appstraxServicesApiKey"
"""What the application key is called in the web app's JavaScript (skill)."""

REGIONS: Final = {
    "za-1": "South Africa (Cape Town)",
    "aws-eu-1": "Europe (North)",
    "az-uk-1": "UK (South)",
    "us-1": "USA",
}
"""The documentation's names of regions by the id of the cluster (skill)."""


def filled(path: str, **ids: str) -> str:
    """`path` with its ids, none of which can change where it leads."""
    return path.format(**{name: urllib.parse.quote(value, safe="") for name, value in ids.items()})
