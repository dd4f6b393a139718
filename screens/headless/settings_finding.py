"""What `offramp doctor` says of the settings: where the file is, what is set, every mistake with its line."""

import shutil

from screens.keymap import Keymap
from wizard.machine import Finding
from wizard.model.text import clean
from wizard.settings import Settings, read_settings


def of_settings(settings: Settings | None = None) -> Finding:
    """The finding. Reads the file; starts nothing."""
    settings = settings or read_settings()
    keymap = Keymap.of(settings.keys)
    mistakes = [one.words(settings.file) for one in (*settings.mistakes, *keymap.mistakes)]
    if settings.notify and shutil.which(settings.notify[0]) is None:
        mistakes.append(f"notify: there is no program {clean(settings.notify[0])} here.")
    where = clean(str(settings.file))
    if not settings.there and not mistakes:
        return Finding(
            key="settings",
            title="Settings",
            state="good",
            sentence=f"No settings: {where} is not there.",
        )
    return Finding(
        key="settings",
        title="Settings",
        state="look" if mistakes else "good",
        sentence=f"{where}: {_said(settings, keymap)}.",
        meaning=" ".join(mistakes),
    )


def _said(settings: Settings, keymap: Keymap) -> str:
    keys = len(keymap.keys)
    said = [
        "" if settings.mouse else "no mouse",
        "" if settings.theme == "auto" else f"theme {settings.theme}",
        "" if settings.link == "auto" else f"link {settings.link}",
        f"notify by {clean(settings.notify[0])}" if settings.notify else "",
        f"{keys} {'key' if keys == 1 else 'keys'} set" if keys else "",
    ]
    return ", ".join(one for one in said if one) or "everything as it comes"
