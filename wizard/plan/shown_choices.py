"""Choices of an app as one line each, for the steps that carry them out.

They are part of what was shown, so part of the plan's digest.
"""

from wizard.model.mapping import Mapping
from wizard.model.system import App


def config_choices(mapping: Mapping, app: App) -> str:
    """What becomes of each config var of an app, names only."""
    return "; ".join(
        sorted(
            " ".join(word for word in (c.name, c.action, c.replacement, c.refers_to) if word)
            for c in mapping.config
            if c.app_id == app.id
        )
    )


def services(mapping: Mapping, app: App) -> str:
    """Count, memory and kind of machine of each service of an app."""
    return ", ".join(
        sorted(
            f"{choice.service} {choice.count} x {choice.memory_mb} MB {choice.profile}".rstrip()
            for choice in mapping.processes
            if choice.app_id == app.id and choice.action == "service"
        )
    )
