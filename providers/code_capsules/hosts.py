"""Where Code Capsules is reached: its own addresses, or others that a person names."""

import os
import re
import urllib.parse
from collections.abc import Mapping

from providers.code_capsules.paths import (
    ADDRESSES,
    API,
    API_ALTERNATIVE,
    APP,
    APPLICATION_KEY,
    CLI,
    CLUSTER_DOMAINS,
    LOGIN,
    SETTINGS,
    VENDOR_DOMAINS,
    Setting,
)
from wizard.model.loopback import is_loopback, safe_url
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


class Addresses(Noun, frozen=True, kw_only=True):
    """Roots without a closing slash. `alternative` is empty where there is no second main host;
    `application_key` where it must be read off the web app. `cluster_domains` are domains that clusters may
    be under."""

    api: str
    alternative: str
    login: str
    app: str
    application_key: str
    cli: str
    cluster_domains: tuple[str, ...]

    @property
    def here(self) -> bool:
        """Whether this is a Code Capsules on this machine."""
        return is_loopback(_host(self.api))


def addresses(hosts: Mapping[str, str]) -> Addresses:
    """Fill in what `hosts` leaves out and check the rest.

    Addresses are a session's own from its beginning on: a password is for the place that it was typed for.
    What gets no secret (the application key, the CLI's words, domains of clusters) the environment may say
    anew at any time. The vendor's other main host is only filled in beside the vendor's own first one.

    Raises:
        Trouble: an address is not https (plain http is for loopback only), or only a part of them is on this
            machine.
    """
    now = {one.key: os.environ.get(one.variable, "").strip() for one in SETTINGS if one not in ADDRESSES}
    told = {**hosts, **{key: value for key, value in now.items() if value}}
    alternative = told.get(API_ALTERNATIVE.key, "" if API.key in told else API_ALTERNATIVE.default)
    more = [name.strip().lower() for name in _value(told, CLUSTER_DOMAINS).split(",") if name.strip()]
    for name in more:
        if _DOMAIN.fullmatch(name) is None:
            raise _bad(CLUSTER_DOMAINS.key, "domains with commas between")
    found = Addresses(
        api=_root(API.key, _value(told, API)),
        alternative=_root(API_ALTERNATIVE.key, alternative) if alternative else "",
        login=_root(LOGIN.key, _value(told, LOGIN)),
        app=_root(APP.key, _value(told, APP)),
        application_key=_value(told, APPLICATION_KEY).strip(),
        cli=_value(told, CLI).strip() or CLI.default,
        cluster_domains=(*VENDOR_DOMAINS, *more),
    )
    _check_one_place([found.api, found.login, *([found.alternative] if found.alternative else [])])
    return found


def environment_hosts(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the variables of `paths.SETTINGS` say, nothing for what they do not.

    Raises:
        Trouble: a host is neither Code Capsules' nor this machine, so that no password is sent there; or only
            a part of those that get secrets is this machine.
    """
    environment = os.environ if environment is None else environment
    found = {
        setting.key: environment[setting.variable].strip()
        for setting in SETTINGS
        if environment.get(setting.variable, "").strip()
    }
    for setting in ADDRESSES:
        if setting.key in found:
            found[setting.key] = _told(setting, found[setting.key])
    secret = [setting.key for setting in (API, API_ALTERNATIVE, LOGIN) if setting.key in found]
    here = [key for key in secret if is_loopback(_host(found[key]))]
    if here and not {API.key, LOGIN.key} <= set(here):
        raise Trouble(
            f"{API.variable} and {LOGIN.variable} do not both name this machine.",
            untouched="Nothing was sent.",
            remedy="Set both of them, or none.",
            code="bad-address",
        )
    return found


def cluster_root(url: str, addresses: Addresses) -> str:
    """The address of a cluster as the API tells it, checked: the token goes there, too.

    Raises:
        Trouble: it is neither one of the vendor's nor, where the main host is on this machine, on it as well.
    """
    host = _host(url).lower()
    inside = any(f".{host}".endswith(f".{domain}") for domain in addresses.cluster_domains)
    mine = is_loopback(host) if addresses.here else inside
    if mine and safe_url(url, loopback_too=addresses.here) and not urllib.parse.urlsplit(url).query:
        return url.rstrip("/")
    raise Trouble(
        f"Code Capsules names a cluster at {host or 'an address'} that Offramp does not know as the "
        "vendor's.",
        untouched="No token was sent there.",
        remedy=f"If the vendor confirms that it is theirs, set {CLUSTER_DOMAINS.variable} to its domain and "
        "try again.",
        code="cluster-elsewhere",
    )


def _value(told: Mapping[str, str], setting: Setting) -> str:
    return told.get(setting.key, "") or setting.default


def _host(url: str) -> str:
    try:
        return urllib.parse.urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _check_one_place(urls: list[str]) -> None:
    if len({is_loopback(_host(url)) for url in urls}) > 1:
        raise Trouble(
            "Only a part of Code Capsules' addresses is on this machine.",
            untouched="Nothing was sent.",
            remedy=f"Give {API.key} and {LOGIN.key} together, or neither.",
            code="bad-address",
        )


def _told(setting: Setting, url: str) -> str:
    host = _host(url)
    good = safe_url(url, loopback_too=True) and not urllib.parse.urlsplit(url).query
    if good and (is_loopback(host) or any(f".{host}".endswith(f".{domain}") for domain in VENDOR_DOMAINS)):
        return url.rstrip("/")
    raise Trouble(
        f"{setting.variable} names a host that is neither Code Capsules' nor this machine.",
        untouched="No password and no token was sent there.",
        remedy=f"Unset {setting.variable}.",
        code="bad-address",
    )


def _root(name: str, url: str) -> str:
    if not safe_url(url, loopback_too=True) or urllib.parse.urlsplit(url).query:
        raise _bad(name, "an https address")
    return url.rstrip("/")


def _bad(name: str, wanted: str) -> Trouble:
    return Trouble(
        f"The address given for Code Capsules' {name} is not usable.",
        remedy=f"Give {wanted}, or leave it out to use the vendor's own.",
        code="bad-address",
    )
