"""The tables about delivery and people: how code comes to run, and who may do what."""

from typing import Final

from wizard.document.export.app_shapes import told_by
from wizard.document.export.table import (
    At,
    Cell,
    Shape,
    app_of,
    as_cell,
    col,
    kind_of,
    name_of,
    order_of,
    place_of,
)


class _OfLink:
    """A field of the GitHub link of a deploy path."""

    def __init__(self, field: str) -> None:
        self._field = field

    def __call__(self, at: At) -> Cell:
        link = at.noun.github
        return None if link is None else as_cell(getattr(link, self._field))


def _way_told_by(at: At) -> Cell:
    """Of a deploy path that is not known, Heroku told only what one could guess by."""
    return "nobody" if at.noun.kind == "unknown" else told_by(at)


def _members(at: At) -> Cell:
    """Only of teams: members that could not be read."""
    return "not told" if getattr(at.noun, "members", ()) is None else ""


def _two_factor(at: At) -> Cell:
    told = getattr(at.noun, "two_factor", None)
    return told if told is None or isinstance(told, bool) else None


DEPLOYS: Final = Shape(
    "Deploy paths",
    (
        col("App", app_of, "name"),
        col("Deployed by", "kind"),
        col("GitHub repository", _OfLink("repository"), "name"),
        col("Branch", _OfLink("branch"), "name"),
        col("By itself", _OfLink("auto_deploy"), "yes"),
        col("Waits for CI", _OfLink("wait_for_ci"), "yes"),
        col("Apps for pull requests", _OfLink("review_apps"), "yes"),
        col("For each by itself", _OfLink("auto_review_apps"), "yes"),
        col("Last", "last_at", "time"),
        col("Last by", "last_by"),
        col("Because", "evidence"),
        col("Told by", _way_told_by),
    ),
)
IMAGES: Final = Shape(
    "Slugs and images",
    (
        col("App", app_of, "name"),
        col("Kind", "kind"),
        col("Commit", "commit", "name"),
        col("Stack", "stack"),
        col("Architecture", "architecture"),
        col("Size", "size", "bytes"),
        col("Made by", "builder"),
        col("Digest", "digest", "name"),
        col("Id", "id"),
    ),
)
BUILDPACKS: Final = Shape(
    "Buildpacks",
    (
        col("App", app_of, "name"),
        col("Order", order_of, "number"),
        col("Buildpack", name_of, "name"),
    ),
)
RELEASES: Final = Shape(
    "Releases",
    (
        col("App", app_of, "name"),
        col("Release", name_of, "name"),
        col("Version", "version", "number"),
        col("Description", "description"),
        col("Status", "status"),
        col("Current", "current", "flag"),
        col("New code", "code", "flag"),
        col("By", "user"),
        col("Created", "created_at", "time"),
    ),
)
BUILDS: Final = Shape(
    "Builds",
    (
        col("App", app_of, "name"),
        col("Commit", "commit", "name"),
        col("Status", "status"),
        col("Stack", "stack"),
        col("Buildpacks", "buildpacks"),
        col("By", "user"),
        col("Created", "created_at", "time"),
        col("Build", "id"),
        col("Release id", "release_id"),
    ),
)
PIPELINES: Final = Shape(
    "Pipelines",
    (
        col("Pipeline", "name", "name"),
        col("Owner on Heroku", "owner"),
        col("Generation", "generation"),
        col("Repository", "repository", "name"),
        col("Id", "id"),
    ),
)
PIPELINE_APPS: Final = Shape(
    "Pipeline apps",
    (
        col("Pipeline", place_of, "name"),
        col("Order", order_of, "number"),
        col("Stage", "stage"),
        col("App", name_of, "name"),
        col("App id", "app_id"),
    ),
)
REVIEW_SETTINGS: Final = Shape(
    "Review app settings",
    (
        col("Pipeline", name_of, "name"),
        col("By itself", "automatic", "yes"),
        col("Base name", "base_name", "name"),
        col("Destroys stale ones", "destroy_stale", "yes"),
        col("Stale after days", "stale_days", "number"),
        col("Waits for CI", "wait_for_ci", "yes"),
        col("In", "target"),
    ),
)
PIPELINE_CONFIG: Final = Shape(
    "Pipeline config vars",
    (
        col("Pipeline", place_of, "name"),
        col("Kind", kind_of),
        col("Config var", name_of, "name"),
    ),
)
REVIEW_APPS: Final = Shape(
    "Review apps",
    (
        col("Pipeline", place_of, "name"),
        col("Branch", "branch", "name"),
        col("Pull request", "pr_number", "number"),
        col("Status", "status"),
        col("App", app_of, "name"),
    ),
)
PEOPLE: Final = Shape(
    "Teams and people",
    (
        col("Kind", kind_of),
        col("Name", name_of, "name"),
        col("Of", place_of, "name"),
        col("Role", "role"),
        col("Permissions", "permissions"),
        col("Two-factor", _two_factor, "yes"),
        col("Federated", "federated", "flag"),
        col("Type", "type"),
        col("Enterprise account", "enterprise", "name"),
        col("Members", _members),
        col("Full name", lambda at: at.noun.name if at.component.kind == "account" else ""),
        col("Default team", "default_team", "name"),
        col("Identity provider", "identity_provider"),
        col("Suspended", "suspended_at", "time"),
        col("Delinquent", "delinquent_at", "time"),
        col("Id", "id"),
    ),
)
KEYS: Final = Shape(
    "SSH keys",
    (
        col("SSH key", name_of, "name"),
        col("Of", place_of, "name"),
        col("Fingerprint", "fingerprint", "name"),
        col("Created", "created_at", "time"),
        col("Id", "id"),
    ),
)
INVOICES: Final = Shape(
    "Invoices",
    (
        col("Invoice", name_of, "name"),
        col("Number", "number", "number"),
        col("Of", place_of, "name"),
        col("From", "starts_on"),
        col("To", "ends_on"),
        col("Total", "total_cents", "cents"),
        col("Charges", "charges_cents", "cents"),
        col("Credits", "credits_cents", "cents"),
        col("Id", "id"),
    ),
)
