"""What a config var's value, or a command, points at: apps of the system, Heroku itself, services elsewhere.

One look-up for each host that stands in a text, in tables made once for the whole system: 8,000 values among
200 apps are no more work than 8,000 values among one.
"""

import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from wizard.model.secret import Secret
from wizard.model.text import clean

HEROKU_APPS: Final = "herokuapp.com"

LOCAL_SPACE: Final = ".app.localspace"
"""Names of process types inside a Private Space, `web.shop.app.localspace` (Heroku's documentation of DNS
service discovery; not tried)."""

OUTSIDE: Final = {
    "mongodb.net": "MongoDB Atlas",
    "rds.amazonaws.com": "Amazon RDS",
    "s3.amazonaws.com": "Amazon S3",
    "sqs.amazonaws.com": "Amazon SQS",
    "cache.amazonaws.com": "Amazon ElastiCache",
    "es.amazonaws.com": "Amazon OpenSearch",
    "mq.amazonaws.com": "Amazon MQ",
    "amazonaws.com": "Amazon Web Services",
    "cloudfront.net": "Amazon CloudFront",
    "windows.net": "Microsoft Azure",
    "azure.com": "Microsoft Azure",
    "azurewebsites.net": "Microsoft Azure",
    "googleapis.com": "Google Cloud",
    "run.app": "Google Cloud",
    "appspot.com": "Google Cloud",
    "snowflakecomputing.com": "Snowflake",
    "supabase.co": "Supabase",
    "neon.tech": "Neon",
    "upstash.io": "Upstash",
    "redislabs.com": "Redis Cloud",
    "redis-cloud.com": "Redis Cloud",
    "cloudamqp.com": "CloudAMQP",
    "elastic-cloud.com": "Elastic Cloud",
    "bonsaisearch.net": "Bonsai",
    "algolia.net": "Algolia",
    "aivencloud.com": "Aiven",
    "confluent.cloud": "Confluent Cloud",
    "sentry.io": "Sentry",
    "datadoghq.com": "Datadog",
    "datadoghq.eu": "Datadog",
    "newrelic.com": "New Relic",
    "papertrailapp.com": "Papertrail",
    "logentries.com": "Logentries",
    "slack.com": "Slack",
    "discord.com": "Discord",
    "stripe.com": "Stripe",
    "twilio.com": "Twilio",
    "sendgrid.net": "SendGrid",
    "sendgrid.com": "SendGrid",
    "mailgun.org": "Mailgun",
    "mailgun.net": "Mailgun",
    "postmarkapp.com": "Postmark",
    "mailtrap.io": "Mailtrap",
    "sparkpostmail.com": "SparkPost",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "auth0.com": "Auth0",
    "okta.com": "Okta",
    "salesforce.com": "Salesforce",
    "force.com": "Salesforce",
    "zendesk.com": "Zendesk",
    "intercom.io": "Intercom",
    "segment.com": "Segment",
    "cloudinary.com": "Cloudinary",
    "netlify.app": "Netlify",
    "vercel.app": "Vercel",
    "render.com": "Render",
    "onrender.com": "Render",
    "fly.dev": "Fly.io",
    "digitaloceanspaces.com": "DigitalOcean",
    "ondigitalocean.com": "DigitalOcean",
    "openai.com": "OpenAI",
    "anthropic.com": "Anthropic",
    "heroku.com": "Heroku itself",
}
"""Who is behind a host, by the end of its name. Only what is well known; a host that is not here is not
named, since it might tell more than a document should."""

_HOST = re.compile(r"(?P<host>[*]?[\w.-]{0,254}\w)(?::(?P<port>[0-9]{1,5})(?![0-9]))?")
_USER_BEFORE = re.compile(r"://[^\s/@]{0,300}@$")
_APP_IN_PATH = re.compile(
    r"(?:api|dashboard)\.heroku\.com/apps/([a-z0-9-]+)|git\.heroku\.com/([a-z0-9-]+)\.git"
)
_ORIGIN = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:\*\.|\.)?[\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?/?", re.IGNORECASE
)
_ORIGIN_NAME = re.compile(
    r"CORS|ORIGIN|CSRF|(ALLOW|TRUST|PERMIT|WHITELIST|SAFE)\w*_?(HOST|DOMAIN|URL|SITE)|(HOST|DOMAIN)S?_?(ALLOW|WHITE)"
    r"|FRAME_ANCESTORS|CSP_",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s,;|]+")
_SHORTEST_NAME = 3


@dataclass(frozen=True)
class AppPlace:
    """Where an app is reached: `heroku_hosts` are other addresses of Heroku's own, `domains` custom ones."""

    app_id: str
    name: str = ""
    web_url: str = ""
    domains: tuple[str, ...] = ()
    heroku_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class References:
    """What a text points at; app ids in the order of the system. See `ConfigVar` for each."""

    refers_to_apps: tuple[str, ...] = ()
    bare_hosts: tuple[str, ...] = ()
    domains_of: tuple[str, ...] = ()
    names_apps: tuple[str, ...] = ()
    gone_hosts: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass
class _Found:
    """The same while it is collected; a dict holds each once."""

    refers: dict[str, None] = field(default_factory=dict)
    bare: dict[str, None] = field(default_factory=dict)
    domains: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    outside: dict[str, None] = field(default_factory=dict)

    def frozen(self, order: Mapping[str, int]) -> References:
        def ordered(apps: dict[str, None]) -> tuple[str, ...]:
            return tuple(sorted(apps, key=lambda app_id: order[app_id]))

        return References(
            refers_to_apps=ordered(self.refers),
            bare_hosts=ordered(self.bare),
            domains_of=ordered(self.domains),
            names_apps=ordered(self.names),
            gone_hosts=tuple(self.gone),
            outside=tuple(self.outside),
        )


class Places:
    """The addresses and names of all apps of a system."""

    def __init__(self, apps: Iterable[AppPlace]) -> None:
        self._web: dict[str, str] = {}
        self._custom: dict[str, list[str]] = {}
        self._wild: dict[str, list[str]] = {}
        self._under: dict[str, list[str]] = {}
        self._other: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._order: dict[str, int] = {}
        for app in apps:
            self._order.setdefault(app.app_id, len(self._order))
            if place := place_of(app.web_url):
                self._web.setdefault(place, app.app_id)
            for host in app.heroku_hosts:
                self._other.setdefault(host.lower(), app.app_id)
            if len(app.name) >= _SHORTEST_NAME:
                self._names.setdefault(app.name.lower(), app.app_id)
            for domain in app.domains:
                self._add_domain(domain.lower(), app.app_id)

    def _add_domain(self, domain: str, app_id: str) -> None:
        if domain.startswith("*."):
            self._wild.setdefault(domain[2:], []).append(app_id)
            parent = domain[2:]
        else:
            self._custom.setdefault(domain, []).append(app_id)
            parent = domain.partition(".")[2]
        while "." in parent:
            self._under.setdefault(parent, []).append(app_id)
            parent = parent.partition(".")[2]

    def look(self, value: Secret | str) -> References:
        """What stands in `value`: hosts with or without scheme, port and path, in lists and in JSON, also
        escaped as in the query of a URL."""
        text = (value.reveal() if isinstance(value, Secret) else value).lower()
        found = _Found()
        if text.strip() in self._names and _is_name(text.strip()):
            found.names[self._names[text.strip()]] = None
        if "%" in text:
            text = urllib.parse.unquote(text).lower()
        if "." in text:
            self._look_at_hosts(text.replace("\\/", "/"), found)
        return found.frozen(self._order)

    def _look_at_hosts(self, text: str, found: _Found) -> None:
        for match in _HOST.finditer(text):
            if "." not in match["host"]:
                continue
            before = text[max(0, match.start() - 320) : match.start()]
            with_scheme = before.endswith("://") or _USER_BEFORE.search(before) is not None
            if before.endswith("@") and not with_scheme:
                continue  # an email address
            self._one_host(match["host"], match["port"], bare=not with_scheme, found=found)
        for match in _APP_IN_PATH.finditer(text):
            if app_id := self._names.get(match[1] or match[2]):
                found.names[app_id] = None

    def _one_host(self, written: str, port: str | None, *, bare: bool, found: _Found) -> None:
        wild = written[0] in "*."
        host = _in_ascii(written.lstrip("*."))
        app_id = (
            None
            if wild
            else self._web.get(f"{host}:{port}" if port else host, self._default_port(host, port))
        )
        if app_id is not None:
            found.refers[app_id] = None
            if bare:
                found.bare[app_id] = None
            return
        customs = self._customs(host, wild=wild)
        if customs:
            found.domains.update(dict.fromkeys(customs))
            if bare and not wild:
                found.bare.update(dict.fromkeys(customs))
        # Last of an address with another port: meant all the same, but no new address fits in its place.
        elif app_id := self._other.get(host) or self._in_space(host) or self._web.get(host):
            found.names[app_id] = None
        elif host == HEROKU_APPS and wild:
            found.gone[f"*.{HEROKU_APPS}"] = None
        elif host.endswith("." + HEROKU_APPS):
            found.gone[clean(host, limit=255)] = None
        elif words := _outside(host):
            found.outside[words] = None

    def _default_port(self, host: str, port: str | None) -> str | None:
        return self._web.get(host) if port == "443" else None

    def _customs(self, host: str, *, wild: bool) -> list[str]:
        if wild:
            return [*self._under.get(host, ()), *self._custom.get(host, ())]
        return self._custom.get(host) or self._wild.get(host.partition(".")[2]) or []

    def _in_space(self, host: str) -> str | None:
        if not host.endswith(LOCAL_SPACE):
            return None
        return self._names.get(host.removesuffix(LOCAL_SPACE).rpartition(".")[2])


def place_of(url: str) -> str:
    """The host of a web address, with the port when it has one, in lower case; "" when there is none."""
    try:
        return urllib.parse.urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def is_origins(name: str, value: Secret) -> bool:
    """Whether the value is a list of web origins or hosts that may do something, as CORS, CSRF and
    allowed-hosts settings are: by its shape together with its name, or, without a telling name, two or more
    origins and nothing else."""
    text = value.reveal().strip().strip("[]")
    items = [item.strip("\"'") for item in _SEPARATORS.split(text) if item.strip("\"'")]
    if not items:
        return False
    if _ORIGIN_NAME.search(name):
        return all(item in ("*", "localhost") or _is_origin(item) for item in items)
    return len(items) > 1 and all("://" in item and _is_origin(item) for item in items)


def _is_origin(item: str) -> bool:
    item = item.replace("\\.", ".").removeprefix("^").removesuffix("$")
    return (
        _ORIGIN.fullmatch(item) is not None
        or re.fullmatch(r"https?://(localhost|127\.0\.0\.1)(:[0-9]+)?/?", item) is not None
    )


def _is_name(text: str) -> bool:
    """Whether a text that is an app's name is likely to be meant as one: "shop" and "web" are words too."""
    return "-" in text or any(sign.isdigit() for sign in text)


def _in_ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _outside(host: str) -> str:
    for ending in _endings(host):
        if ending in OUTSIDE:
            return OUTSIDE[ending]
    return ""


def _endings(host: str) -> Iterator[str]:
    """The host and its parents, longest first: regions between a service's name and its domain are left out
    (`s3.eu-west-1.amazonaws.com` is Amazon S3 too)."""
    labels = host.split(".")
    if host.endswith(".amazonaws.com"):
        yield from (f"{label}.amazonaws.com" for label in labels[:-2])
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])
