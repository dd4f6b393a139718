"""The tables about apps: what they run, what they are told, where they are reached, how they got there."""

from collections.abc import Callable
from typing import Final

from wizard.document.answers import when
from wizard.document.export.table import At, Cell, Shape, app_of, col, kind_of, name_of, place_of
from wizard.model.system import Process

_ORIGINS: Final = {
    "add-on": "an add-on",
    "platform": "Heroku",
    "app-json": "app.json",
    "person": "a person",
}


def _features(at: At) -> Cell:
    return ", ".join(at.noun.features)


def _jobs(at: At) -> Cell:
    return "not told" if at.noun.jobs is None else f"{len(at.noun.jobs)}"


def autoscale_words(process: Process) -> str:
    """What Heroku scales between: "1 to 4 by p95 500 ms"."""
    scale = process.autoscale
    if scale is None:
        return ""
    by = "" if scale.p95_ms is None else f" by p95 {scale.p95_ms} ms"
    return f"{scale.least} to {scale.most}{by}{'' if scale.active else ' (off)'}"


def _autoscale(at: At) -> Cell:
    return autoscale_words(at.noun)


def _comes_from(at: At) -> Cell:
    return _ORIGINS[at.noun.origin.kind]


def _origin_add_on(at: At) -> Cell:
    return at.names.add_on(at.noun.origin.add_on_id)


def _origin_detail(at: At) -> Cell:
    return str(at.noun.origin.detail)


def _apps_in(field: str) -> Callable[[At], Cell]:
    """The names of the apps whose ids stand in a field."""

    def get(at: At) -> Cell:
        return ", ".join(at.names.app(app_id) for app_id in getattr(at.noun, field))

    return get


def _copied_from(at: At) -> Cell:
    return at.names.add_on(at.noun.copied_from)


def _attached(at: At) -> Cell:
    return at.names.add_on(at.noun.add_on_id)


def told_by(at: At) -> Cell:
    """Who said it."""
    return "a person" if at.noun.told_by == "person" else "Heroku"


def _when(at: At) -> Cell:
    return when(at.noun)


APPS: Final = Shape(
    "Apps",
    (
        col("App", "name", "name"),
        col("Pipeline", "pipeline", "name"),
        col("Stage", "pipeline_stage"),
        col("Team", "team", "name"),
        col("Region", "region"),
        col("Space", "space", "name"),
        col("Generation", "generation"),
        col("Stack", "stack"),
        col("Buildpacks", "buildpacks"),
        col("Folder of the repository", "folder", "name"),
        col("Procfile", "procfile", "name"),
        col("Web address", "web_url"),
        col("Maintenance", "maintenance", "flag"),
        col("Locked", "locked", "flag"),
        col("Internal routing", "internal_routing", "flag"),
        col("Automated certificates", "acm", "yes"),
        col("Release", "release", "number"),
        col("Released", "released_at", "time"),
        col("Commit", "slug_commit", "name"),
        col("Release phase", "release_command", "name"),
        col("Features", _features),
        col("Scheduler jobs", _jobs),
        col("Owner on Heroku", "owner"),
        col("Created", "created_at", "time"),
        col("Not read", "unread"),
        col("Id", "id"),
    ),
)
PROCESSES: Final = Shape(
    "Processes",
    (
        col("App", app_of, "name"),
        col("Process type", "type", "name"),
        col("Quantity", "quantity", "number"),
        col("Dyno size", "size"),
        col("Command", "command", "name"),
        col("Added by", "added_by"),
        col("Autoscale", _autoscale),
        col("Memory in MB", "memory_mb", "number"),
        col("CPU share", "compute", "number"),
        col("Dedicated", "dedicated", "flag"),
        col("US$ a month each", "monthly_cents", "cents"),
    ),
)
CONFIG_VARS: Final = Shape(
    "Config vars",
    (
        col("App", app_of, "name"),
        col("Config var", "name", "name"),
        col("Set by", _comes_from),
        col("Add-on", _origin_add_on, "name"),
        col("Detail", _origin_detail),
        col("Secret", "secret", "yes"),
        col("Because", "secret_because"),
        col("Empty", "empty", "flag"),
        col("Points at app", _apps_in("refers_to_apps")),
        col("Without https://", _apps_in("bare_hosts")),
        col("Web origins", "origins", "flag"),
        col("Domain of app", _apps_in("domains_of")),
        col("Names app", _apps_in("names_apps")),
        col("Address that is gone", "gone_hosts"),
        col("Outside", "outside"),
        col("Copied from", _copied_from, "name"),
        col("Copied as", "copied_as"),
    ),
)
ATTACHMENTS: Final = Shape(
    "Attachments",
    (
        col("App", app_of, "name"),
        col("Attachment", "name", "name"),
        col("Add-on", _attached, "name"),
        col("Namespace", "namespace", "name"),
        col("Config vars", "config_vars"),
        col("Id", "id"),
    ),
)
DOMAINS: Final = Shape(
    "Domains",
    (
        col("App", app_of, "name"),
        col("Domain", "hostname", "name"),
        col("Kind", "kind"),
        col("DNS target", "cname", "name"),
        col("ACM", "acm_status"),
        col("Reason", "acm_reason"),
        col("Status", "status"),
        col("Certificate", "certificate", "name"),
    ),
)
CERTIFICATES: Final = Shape(
    "Certificates",
    (
        col("App", app_of, "name"),
        col("Certificate", "name", "name"),
        col("Made by Heroku", "managed", "yes"),
        col("Issuer", "issuer"),
        col("Good for", "names"),
        col("Serves", "domains"),
        col("Starts", "starts_at", "time"),
        col("Expires", "expires_at", "time"),
        col("Self-signed", "self_signed", "flag"),
        col("Id", "id"),
    ),
)
JOBS: Final = Shape(
    "Jobs",
    (
        col("App", app_of, "name"),
        col("Command", "command", "name"),
        col("Runs", _when),
        col("Every minutes", "every", "number"),
        col("At minute", "at", "number"),
        col("Dyno size", "dyno_size"),
        col("Told by", told_by),
        col("Id", "id"),
    ),
)
FEATURES: Final = Shape(
    "Features",
    (col("Of", place_of, "name"), col("Kind", kind_of), col("Feature", name_of, "name")),
)
