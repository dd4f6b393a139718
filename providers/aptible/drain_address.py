"""What an address that Heroku sends logs to is at Aptible: TLS syslog, or HTTPS with JSON in its body.

Aptible's CLI makes Papertrail and any syslog service a `syslog_tls_tcp`; Datadog, Sumo Logic, Mezmo and any
HTTPS receiver an `https_post` (log_drain.rb). Two want another path than Heroku's, as its messages say:

- Datadog: `/v1/input/<key>` ("https://http-intake.logs.datadoghq.com/v1/input/<DD_API_KEY>").
- Mezmo: "https://logs.logdna.com/aptible/ingest/<INGESTION KEY>".
"""

import re
import urllib.parse
from dataclasses import dataclass

from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

_DATADOG = re.compile(r"[a-z0-9.-]*logs\.([a-z0-9-]+\.)?(datadoghq\.(com|eu)|ddog-gov\.com)")
_MEZMO = re.compile(r"(heroku|logs|api)\.(logdna|mezmo)\.com")


@dataclass(frozen=True)
class Destination:
    """Wire type and its fields. `host` and `port` are for syslog; `url` holds a token often."""

    kind: str
    host: str = ""
    port: int = 0
    url: Secret | None = None

    def key(self) -> Secret:
        """The same for the same destination."""
        return self.url or Secret(f"{self.kind} {self.host} {self.port}", "log drain", register=False)

    def fields(self) -> dict[str, str | int]:
        """For the body of the request that creates it; `reveal`s the URL."""
        if self.url is not None:
            return {"drain_type": self.kind, "url": self.url.reveal()}
        return {"drain_type": self.kind, "drain_host": self.host, "drain_port": self.port}


def destination(address: Secret) -> Destination:
    """Aptible's counterpart of a drain of Heroku's.

    Raises:
        Trouble: there is none.
    """
    try:
        parts = urllib.parse.urlsplit(address.reveal())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").lower(), parts.port
    except ValueError:
        scheme, host, port = "", "", None
    if scheme == "syslog+tls" and host and port and not (parts.username or parts.password):
        return Destination("syslog_tls_tcp", host, port)
    if scheme == "https" and host:
        return Destination("https_post", url=_https(parts, host, address))
    why = (
        "sends logs without TLS, and Aptible has no such drain"
        if scheme == "syslog"
        else "is of another kind"
    )
    raise Trouble(
        f"A log drain of Heroku's ({scheme or 'no'} scheme) has no counterpart at Aptible: it {why}.",
        untouched="Nothing was made.",
        remedy="Leave it behind on the map, or give it an address with TLS on Heroku first.",
        code="no-such-drain",
    )


def _https(parts: urllib.parse.SplitResult, host: str, address: Secret) -> Secret:
    netloc = host if parts.port in (None, 443) else f"{host}:{parts.port}"
    if _DATADOG.fullmatch(host):
        key = urllib.parse.parse_qs(parts.query).get("dd-api-key", [""])[0]
        by_path = re.fullmatch(r"/v1/input/([0-9A-Za-z_-]+)/?", parts.path)
        if by_path:
            key = by_path[1]
        if re.fullmatch(r"[0-9A-Za-z_-]+", key):
            Secret(key, "Datadog API key")
            return Secret(f"https://{netloc}/v1/input/{key}", "address of a log drain")
    by_path = re.fullmatch(r"/heroku/ingest/([0-9A-Za-z_-]+)/?", parts.path)
    if _MEZMO.fullmatch(host) and by_path:
        Secret(by_path[1], "Mezmo ingestion key")
        return Secret(f"https://logs.logdna.com/aptible/ingest/{by_path[1]}", "address of a log drain")
    return address
