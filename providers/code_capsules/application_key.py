"""The key that names the application at the vendor's login: public, and it may change.

It stands in the web app's own JavaScript, in the field `appstraxServicesApiKey` of one of its chunks (skill),
and is read from there when nobody gave one.
"""

import re

import httpx

from providers.code_capsules.hosts import Addresses
from providers.code_capsules.paths import APPLICATION_KEY, KEY_FIELD
from providers.code_capsules.patience import Patience
from providers.code_capsules.wire import Wire
from wizard.model.trouble import Trouble

PAGE_LIMIT = 2 * 1024 * 1024
SCRIPT_LIMIT = 8 * 1024 * 1024
MOST_SCRIPTS = 60

_SCRIPT = re.compile(rb"\b(?:chunk|main)-[A-Za-z0-9_-]{1,64}\.js\b")
_KEY = re.compile(KEY_FIELD.encode() + rb"""["']?\s*:\s*["']([A-Za-z0-9_.~+/=-]{4,512})["']""")

_KNOWN: dict[str, str] = {}
"""By the web app's address, for as long as this program runs."""


async def application_key(addresses: Addresses, patience: Patience) -> str:
    """The key that was given, else the one of the web app.

    Raises:
        Trouble: none was given and none is found; it says where a person finds it.
    """
    if addresses.application_key:
        return addresses.application_key
    if addresses.app not in _KNOWN:
        _KNOWN[addresses.app] = await _read(addresses.app, patience)
    return _KNOWN[addresses.app]


def forget(addresses: Addresses) -> bool:
    """Forget what the web app said, because it is not accepted (any more); whether there was anything."""
    return not addresses.application_key and _KNOWN.pop(addresses.app, None) is not None


async def _read(app: str, patience: Patience) -> str:
    wire = Wire(app, patience)
    try:
        page = await _text(wire, "/", PAGE_LIMIT)
        if page is None:
            raise _not_found(f"the web app at {wire.host} does not answer")
        waiting = _names(page)
        asked: set[str] = set()
        while waiting and len(asked) < MOST_SCRIPTS:
            name = waiting.pop(0)
            asked.add(name)
            script = await _text(wire, f"/{name}", SCRIPT_LIMIT)
            if script is None:
                continue
            if (found := _KEY.search(script)) is not None:
                return found[1].decode()
            waiting += [one for one in _names(script) if one not in asked and one not in waiting]
    finally:
        await wire.close()
    raise _not_found(f"it is in none of the {len(asked)} scripts of {wire.host} that were read")


def _names(text: bytes) -> list[str]:
    return list(dict.fromkeys(name.decode() for name in _SCRIPT.findall(text)))


async def _text(wire: Wire, path: str, limit: int) -> bytes | None:
    try:
        answer = await wire.send("GET", path, headers={"Accept": "*/*"}, limit=limit)
    except (httpx.HTTPError, TimeoutError):
        return None
    return answer.body if answer.status == 200 else None


def _not_found(why: str) -> Trouble:
    return Trouble(
        f"Offramp does not find the application key that Code Capsules wants at each sign-in: {why}.",
        untouched="No password was sent.",
        remedy="It is public: open the web app in a browser with its developer tools on the tab Network, "
        "sign in, and copy the header x-api-key of the request `login`. Then set "
        f"{APPLICATION_KEY.variable} to it and try again.",
        code="application-key-missing",
        retry=True,
    )
