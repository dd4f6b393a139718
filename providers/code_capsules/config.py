"""Config vars of capsules. A PUT replaces all of them, so that each is read, merged, sent and read again.

Whether entries of the vendor's own (`setBy` "System") outlive a PUT without them, its sources disagree on:
they are sent back as they are, and looked after.
"""

from collections.abc import Mapping

import msgspec

from providers.code_capsules.answers import ConfigAnswer
from providers.code_capsules.paths import CONFIGS, filled
from providers.code_capsules.places import Place, Places
from wizard.model.secret import Secret, config_value
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, Log

SYSTEM, USER = "System", "User"

OWN_HOST = "APP_URL"
"""The variable with a capsule's own host, without a scheme (documentation)."""

PUBLIC = (OWN_HOST, "PORT", "PERSISTENT_STORAGE_DIR")
"""Entries of the vendor's own that tell where something is, and nothing that lets anybody in. Taken out of
texts they would take every address of the capsule with them."""


class Configs:
    """Config vars by capsule."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def of(self, capsule_id: str, name: str) -> dict[str, Secret]:
        """All of a capsule, the vendor's own among them."""
        place = await self._places.of_capsule(capsule_id)
        return {one.key: _secret(one) for one in await _read(place, capsule_id, name)}

    async def set_by(self, capsule: Capsule) -> Mapping[str, str]:
        """Who set each: "User" or "System"."""
        place = await self._places.of_capsule(capsule.id)
        found = await _read(place, capsule.id, capsule.name)
        return {one.key: SYSTEM if _system(one) else USER for one in found}

    async def system(self, capsule_id: str, name: str) -> dict[str, Secret]:
        """Those that the vendor set itself."""
        place = await self._places.of_capsule(capsule_id)
        return {one.key: _secret(one) for one in await _read(place, capsule_id, name) if _system(one)}

    async def agreed(self, capsules: Mapping[str, str]) -> dict[str, Secret]:
        """What all of these capsules (ids by name) agree on."""
        all_: list[dict[str, Secret]] = [await self.of(id_, name) for name, id_ in capsules.items()]
        if not all_:
            return {}
        return {
            name: value
            for name, value in all_[0].items()
            if all(other.get(name) == value for other in all_[1:])
        }

    async def merge(self, capsule_id: str, name: str, values: Mapping[str, Secret], log: Log) -> None:
        """Merge `values` into the config vars of a capsule, which restarts it where anything changes.

        Raises:
            Trouble: `config-lost`, `config-unclear`: what is there afterwards is not what was sent.
        """
        place = await self._places.of_capsule(capsule_id)
        before = await _read(place, capsule_id, name)
        wanted = {one.key: one for one in before}
        changed = [key for key, value in values.items() if key not in wanted or _secret(wanted[key]) != value]
        if not changed:
            log(f"The config vars of {name} are as they should be.")
            return
        for key in changed:
            if key in wanted and _system(wanted[key]):
                log(f"{key} of {name} was set by Code Capsules itself: it is set anew.")
            wanted[key] = ConfigAnswer(key=key, value=values[key].reveal(), by=USER)
        log(f"Configuring {name}: {', '.join(sorted(changed))}.")
        after = await _replaced(place, capsule_id, name, wanted)
        there = {one.key for one in after}
        if dropped := sorted(key for key, one in wanted.items() if _system(one) and key not in there):
            # Another try would not know of them any more, and the app would start without its folder.
            log(f"{', '.join(dropped)} of {name}, set by Code Capsules itself, went with it: set again.")
            wanted |= {key: msgspec.structs.replace(wanted[key], by=USER) for key in dropped}
            after = await _replaced(place, capsule_id, name, wanted)
        _check(name, wanted, after, set(changed))


async def _read(place: Place, capsule_id: str, name: str) -> list[ConfigAnswer]:
    return await place.api.listed(
        filled(CONFIGS, capsule=capsule_id), "configs", ConfigAnswer, what=f"the config vars of {name}"
    )


async def _replaced(
    place: Place, capsule_id: str, name: str, wanted: Mapping[str, ConfigAnswer]
) -> list[ConfigAnswer]:
    """Replace all, and read what is there then."""
    body = {
        "configs": [
            {"key": one.key, "value": _value(one), "setBy": SYSTEM if _system(one) else USER}
            for one in wanted.values()
        ]
    }
    path = filled(CONFIGS, capsule=capsule_id)
    await place.api.send("PUT", path, body, what=f"set the config vars of {name}")
    return await _read(place, capsule_id, name)


def _check(
    name: str, wanted: Mapping[str, ConfigAnswer], after: list[ConfigAnswer], changed: set[str]
) -> None:
    there = {one.key: one for one in after}
    lost = sorted(key for key in wanted if key not in there)
    if lost:
        own = [key for key in lost if _system(wanted[key])]
        words = f" ({', '.join(own)} set by Code Capsules itself)" if own else ""
        raise Trouble(
            f"Code Capsules took the config vars of {name}, and these are not there afterwards: "
            f"{', '.join(lost)}{words}.",
            untouched="The others are there. What runs on Heroku was not touched.",
            remedy="Try again: what is missing is sent again. One of the vendor's own comes back when the "
            "capsule is bound again, or when it is set in the dashboard.",
            code="config-lost",
            retry=True,
        )
    # An entry of the vendor's own may change by itself at any time.
    other = sorted(
        key
        for key, one in wanted.items()
        if _secret(there[key]) != _secret(one) and (key in changed or not _system(one))
    )
    if other:
        raise Trouble(
            f"Code Capsules took the config vars of {name}, and shows other values afterwards for: "
            f"{', '.join(other)}.",
            untouched="The others are as they should be. What runs on Heroku was not touched.",
            remedy="Look at them in the dashboard (the capsule's tab Config): somebody may have changed "
            "them at the same moment. Then try again.",
            code="config-unclear",
            retry=True,
        )


def _system(one: ConfigAnswer) -> bool:
    return (one.by or "").lower() == SYSTEM.lower()


def _value(one: ConfigAnswer) -> str:
    if isinstance(one.value, bool):
        return "true" if one.value else "false"
    return "" if one.value is None else str(one.value)


def _secret(one: ConfigAnswer) -> Secret:
    if _system(one) and one.key in PUBLIC:
        return Secret(_value(one), one.key, register=False)
    return config_value(_value(one), one.key)
