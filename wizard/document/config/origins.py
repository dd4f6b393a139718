"""Where each config var comes from, and what its value says, judged in memory and kept nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from wizard.document.config.platform_variables import METADATA
from wizard.document.config.platform_variables import set_by as platform_setter
from wizard.document.config.references import Places, References, is_origins
from wizard.document.config.secrets import judge
from wizard.document.config.servers import Servers
from wizard.document.repository.app_json import AppJson
from wizard.model.secret import Secret
from wizard.model.system import App, Attachment, ConfigVar, Origin, System

_BUILD: Final = "build setting of Heroku's {} buildpack"

PLATFORM: Final = {
    "BUILDPACK_URL": "chooses a buildpack on Heroku",
    "LANGUAGE_PACK_URL": "chooses a buildpack on Heroku",
    "WEB_CONCURRENCY": "number of web processes in a dyno; Heroku's buildpacks set it by dyno size",
    "WEB_MEMORY": "memory of a process, read by Heroku's Node.js buildpack",
    "MEMORY_AVAILABLE": "memory of a dyno, set by Heroku's Node.js buildpack",
    "DYNO_RAM": "memory of a dyno, set by Heroku's buildpacks",
    "SENSIBLE_DEFAULTS": "switches off what Heroku's buildpacks set by dyno size",
    **dict.fromkeys(
        (
            "NODE_MODULES_CACHE",
            "NPM_CONFIG_PRODUCTION",
            "YARN_PRODUCTION",
            "USE_NPM_INSTALL",
            "USE_YARN_CACHE",
            "YARN2_SKIP_PRUNING",
            "PNPM_SKIP_PRUNING",
            "NODE_VERBOSE",
            "NODE_BUILD_FLAGS",
            "HEROKU_RUN_BUILD_SCRIPT",
        ),
        _BUILD.format("Node.js"),
    ),
    "DISABLE_COLLECTSTATIC": _BUILD.format("Python"),
    "DEBUG_COLLECTSTATIC": _BUILD.format("Python"),
    **dict.fromkeys(
        (
            "GOVERSION",
            "GO_INSTALL_PACKAGE_SPEC",
            "GO_INSTALL_TOOLS_IN_IMAGE",
            "GO_SETUP_GOPATH_IN_IMAGE",
            "GO_LINKER_SYMBOL",
            "GO_LINKER_VALUE",
        ),
        _BUILD.format("Go"),
    ),
    **dict.fromkeys(
        ("MAVEN_CUSTOM_GOALS", "MAVEN_CUSTOM_OPTS", "MAVEN_JAVA_OPTS", "GRADLE_TASK"), _BUILD.format("Java")
    ),
    "SBT_CLEAN": _BUILD.format("Scala"),
    "SBT_TASKS": _BUILD.format("Scala"),
    "DYNO": "name of the dyno",
    "PORT": "the port that Heroku gives a web process",
    "PS": "name of the dyno in earlier years",
    "HEROKU_EXEC_URL": "set by Heroku for heroku ps:exec",
    "HEROKU_METRICS_URL": "set by Heroku for its language metrics",
}
"""Names that Heroku or its buildpacks set or read, with no meaning elsewhere, and what they are for (Dev
Center, buildpack sources of 2026)."""

_NOTHING: Final = Servers(())
_NOWHERE: Final = Places(())

_COMPANIONS: Final = {
    "heroku-postgresql": (
        "URL",
        "CONNECTION_POOL_URL",
        "BASTIONS",
        "BASTION_KEY",
        "BASTION_REKEYS_AFTER",
        "ANALYTICS_URL",
    ),
    "heroku-redis": ("URL", "TLS_URL", "TEMPORARY_URL", "BASTIONS", "BASTION_KEY", "BASTION_REKEYS_AFTER"),
    "heroku-kafka": ("URL", "TRUSTED_CERT", "CLIENT_CERT", "CLIENT_CERT_KEY", "PREFIX"),
}
"""What a data service sets beside an attachment's name: DATABASE gives DATABASE_URL and, where pooling is on,
DATABASE_CONNECTION_POOL_URL (Heroku's CLI and its documentation)."""

_USUAL_COMPANIONS: Final = ("URL", "API_KEY", "API_TOKEN", "USERNAME", "PASSWORD")


def set_by_convention(attachment: Attachment, service: str, names: Iterable[str]) -> tuple[str, ...]:
    """Which of an app's config vars an attachment sets, for when Heroku gave no list of them.

    Args:
        service: the add-on's ("heroku-postgresql"), "" where it is not known.
        names: the names of all config vars of the app.
    """
    there = set(names)
    wanted = _COMPANIONS.get(service, _USUAL_COMPANIONS)
    return tuple(name for end in wanted if (name := f"{attachment.name}_{end}") in there)


def set_by_attachments(
    names: Iterable[str], attachments: Iterable[Attachment], services: Mapping[str, str]
) -> dict[str, str]:
    """Ids of the add-ons by the names of the config vars that they set in an app through its attachments: by
    Heroku's own list where it came, else by convention. `services` are names of services by add-on id."""
    there = tuple(names)
    found: dict[str, str] = {}
    for one in attachments:
        service = services.get(one.add_on_id, "")
        listed = one.config_vars or set_by_convention(one, service, there) or (f"{one.name}_URL",)
        # What the list leaves out but the service always sets belongs to it too.
        known = set_by_convention(one, service, there) if service in _COMPANIONS else ()
        for name in (*listed, *known):
            found.setdefault(name, one.add_on_id)
    return found


def config_vars(
    values: Mapping[str, Secret],
    *,
    set_by: Mapping[str, str],
    servers: Servers = _NOTHING,
    places: Places = _NOWHERE,
    attachments: Sequence[Attachment] = (),
) -> tuple[ConfigVar, ...]:
    """Judge all config vars of one app, sorted by name.

    Args:
        values: the values by name.
        set_by: ids of the add-ons by the names of the config vars that they set in this app.
        servers: where the add-ons of the whole system are; made once for all apps.
        places: addresses and names of all apps, with their custom domains; made once for the whole system.
        attachments: the app's own, to say by which of them an add-on sets a config var.
    """
    by_name = {name: one for one in attachments for name in one.config_vars}
    found = []
    for name, value in sorted(values.items()):
        origin = origin_of(name, set_by, by_name.get(name))
        add_on_id, how = (_NOTHING if name in set_by else servers).copied_from(value)
        secret, because = judge(name, value, origin.kind)
        # What an add-on sets points at the add-on, and where that is is its own business.
        points = References() if origin.kind == "add-on" else places.look(value)
        found.append(
            ConfigVar(
                name=name,
                origin=origin,
                secret=secret,
                secret_because=because,
                empty=not value,
                refers_to_apps=points.refers_to_apps,
                bare_hosts=points.bare_hosts,
                domains_of=points.domains_of,
                names_apps=points.names_apps,
                gone_hosts=points.gone_hosts,
                outside=() if add_on_id else points.outside,
                origins=is_origins(name, value),
                copied_from=add_on_id,
                copied_as=how,
            )
        )
    return tuple(found)


def origin_of(name: str, set_by: Mapping[str, str], attachment: Attachment | None = None) -> Origin:
    """Where the config var `name` comes from, as far as names tell; `attachment` is what sets it."""
    if name in set_by:
        return Origin(kind="add-on", add_on_id=set_by[name], detail=_by_attachment(attachment))
    if name in PLATFORM:
        return Origin(kind="platform", detail=PLATFORM[name])
    if name in METADATA:
        return Origin(kind="platform", detail="metadata of the app on Heroku")
    if not name.startswith("HEROKU_") and (setter := platform_setter(name)):
        # It is a config var all the same: somebody wants this value, and the code reads it elsewhere too.
        return Origin(kind="person", detail=f"takes the place of what is set by {setter}")
    return Origin(kind="person")


def _by_attachment(attachment: Attachment | None) -> str:
    if attachment is None:
        return ""
    namespace = attachment.namespace or ""
    if namespace.startswith("credential:"):
        return f"attachment {attachment.name}, credential {namespace.removeprefix('credential:')}"
    if namespace.startswith("connection-pooling"):
        return f"attachment {attachment.name}, through the connection pooler"
    return f"attachment {attachment.name}"


def with_app_jsons(system: System, app_jsons: Mapping[str, AppJson | None]) -> System:
    """The system with the origins of config vars refined by the app.json of each app whose code was read, by
    app id."""
    if not any(app_jsons.values()):
        return system
    apps = (
        with_app_json(app, found.env, found.generated) if (found := app_jsons.get(app.id)) else app
        for app in system.apps
    )
    return replace(system, apps=tuple(apps))


def with_app_json(app: App, names: Iterable[str], generated: Iterable[str]) -> App:
    """The app with the origins of its config vars refined by the app.json of its code.

    Args:
        names: the config vars that app.json asks for (the keys of `env`).
        generated: those of them that Heroku makes up when it creates an app (`"generator": "secret"`).
    """
    asked, made_up = set(names), set(generated)
    return replace(app, config=tuple(_by_app_json(var, asked, made_up) for var in app.config))


def _by_app_json(var: ConfigVar, asked: set[str], made_up: set[str]) -> ConfigVar:
    if var.origin.kind not in ("person", "app-json") or var.name not in asked | made_up:
        return var
    if var.name not in made_up:
        return replace(var, origin=Origin(kind="app-json", detail="app.json asks for it"))
    return replace(
        var,
        origin=Origin(kind="app-json", detail="app.json has Heroku make it up when an app is created"),
        secret=var.secret or not var.empty,
        secret_because=var.secret_because if var.secret or var.empty else "app.json has Heroku make it up",
    )
