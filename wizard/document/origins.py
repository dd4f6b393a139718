"""Where each config var comes from, and what its value says, judged in memory and kept nowhere."""

import re
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Final

from wizard.document.servers import Server, copied_from, names_place
from wizard.model.secret import Secret
from wizard.model.system import ConfigVar, Origin

PLATFORM: Final = {
    "BUILDPACK_URL": "chooses a buildpack on Heroku",
    "LANGUAGE_PACK_URL": "chooses a buildpack on Heroku",
    "WEB_CONCURRENCY": "number of web processes in a dyno; Heroku's buildpacks set it by dyno size",
    "WEB_MEMORY": "memory of a process, read by Heroku's Node.js buildpack",
    "MEMORY_AVAILABLE": "memory of a dyno, set by Heroku's Node.js buildpack",
    "DYNO_RAM": "memory of a dyno, set by Heroku's buildpacks",
    "NODE_MODULES_CACHE": "build cache of Heroku's Node.js buildpack",
    "NPM_CONFIG_PRODUCTION": "build setting of Heroku's Node.js buildpack",
    "YARN_PRODUCTION": "build setting of Heroku's Node.js buildpack",
    "DISABLE_COLLECTSTATIC": "build setting of Heroku's Python buildpack",
    "DEBUG_COLLECTSTATIC": "build setting of Heroku's Python buildpack",
    "GOVERSION": "build setting of Heroku's Go buildpack",
    "DYNO": "name of the dyno",
    "PORT": "the port that Heroku gives a web process",
}
"""Names that Heroku or its buildpacks set or read, and what they are for (Dev Center, buildpack sources)."""

METADATA: Final = frozenset(
    {
        "HEROKU_APP_DEFAULT_DOMAIN_NAME",
        "HEROKU_APP_ID",
        "HEROKU_APP_NAME",
        "HEROKU_BRANCH",
        "HEROKU_BUILD_COMMIT",
        "HEROKU_BUILD_DESCRIPTION",
        "HEROKU_DYNO_ID",
        "HEROKU_PARENT_APP_NAME",
        "HEROKU_PR_NUMBER",
        "HEROKU_RELEASE_CREATED_AT",
        "HEROKU_RELEASE_VERSION",
        "HEROKU_SLUG_COMMIT",
        "HEROKU_SLUG_DESCRIPTION",
    }
)
"""What Heroku tells an app about itself (dyno metadata, review apps). Other names that begin with HEROKU_ are
a person's: HEROKU_API_KEY is a token that the code needs."""

_SECRET_NAME = re.compile(
    r"(KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|PRIVATE|AUTH|SALT|DSN|CERT|SIGN|LICEN[CS]E|COOKIE|WEBHOOK|PIN$"
    r"|ENCRYPT|HASH|(^|_)PAT($|_)|(DATABASE|REDIS|MONGO\w*|AMQP|KAFKA|SMTP)_UR[IL])",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,15}([-_./][A-Za-z0-9]{1,12}){0,3}")
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]{1,12}([.,:/][0-9]{1,9})*[a-z%]{0,3}", re.IGNORECASE)
_EMAIL = re.compile(r"([^<>@]{0,80}<)?[\w.+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+>?")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:[0-9]{1,5})?")
_PATH = re.compile(r"\.{0,2}(/[A-Za-z0-9._-]{1,24})+/?")
_LONG_RUN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_FLAGS = frozenset(
    {"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "none", "null", "0", "1"}
)


def config_vars(
    values: Mapping[str, Secret],
    *,
    set_by: Mapping[str, str],
    web_urls: Mapping[str, str],
    servers: Sequence[Server] = (),
) -> tuple[ConfigVar, ...]:
    """Judge all config vars of one app, sorted by name.

    Args:
        values: the values by name.
        set_by: ids of the add-ons by the names of the config vars that they set in this app.
        web_urls: the web address of every app of the system by app id.
        servers: where the add-ons of the whole system are.
    """
    places = {app_id: place for app_id, url in web_urls.items() if (place := _place(url))}
    found = []
    for name, value in sorted(values.items()):
        add_on_id, how = copied_from(value, () if name in set_by else servers)
        found.append(
            ConfigVar(
                name=name,
                origin=origin_of(name, set_by),
                secret=looks_secret(name, value, from_add_on=name in set_by),
                empty=not value,
                refers_to_apps=_apps_named_in(value, places),
                copied_from=add_on_id,
                copied_as=how,
            )
        )
    return tuple(found)


def origin_of(name: str, set_by: Mapping[str, str]) -> Origin:
    """Where the config var `name` comes from, as far as names tell."""
    if name in set_by:
        return Origin(kind="add-on", add_on_id=set_by[name])
    if name in PLATFORM:
        return Origin(kind="platform", detail=PLATFORM[name])
    if name in METADATA:
        return Origin(kind="platform", detail="metadata of the app on Heroku")
    return Origin(kind="person")


def looks_secret(name: str, value: Secret, *, from_add_on: bool = False) -> bool:
    """Whether the value should be hidden. When in doubt it should: only what is plainly no secret is not.

    A name that promises a secret (KEY, TOKEN, ...) is believed unless the value is empty or a flag.
    """
    text = value.reveal().strip()
    if not text or text.lower() in _FLAGS:
        return False
    if _SECRET_NAME.search(name):
        return True
    if _PLAIN_NUMBER.fullmatch(text):
        return False
    if "://" in text:
        return not _plain_url(text)
    if _LONG_RUN.search(text):
        return True
    if any(kind.fullmatch(text) for kind in (_PLAIN_WORD, _EMAIL, _HOST, _PATH)):
        return from_add_on and not (_HOST.fullmatch(text) or _EMAIL.fullmatch(text))
    return True


def _plain_url(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
        has_user = parts.username is not None or parts.password is not None
    except ValueError:
        return False
    if parts.scheme not in ("http", "https", "ws", "wss") or has_user or parts.query or parts.fragment:
        return False
    return " " not in text and not _LONG_RUN.search(parts.path.replace("/", " "))


def _place(url: str) -> str:
    """The host of a web address, with the port when it has one, in lower case; "" when there is none."""
    try:
        return urllib.parse.urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _apps_named_in(value: Secret, places: Mapping[str, str]) -> tuple[str, ...]:
    text = value.reveal().lower()
    return tuple(app_id for app_id, place in places.items() if names_place(text, place))
