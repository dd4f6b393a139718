"""The key in an answers file under which a problem of the map is solved."""

from wizard.mapping.check import Component, components
from wizard.mapping.problem import Problem
from wizard.model.mapping import Mapping
from wizard.model.system import System


def key_of(problem: Problem, system: System, mapping: Mapping) -> str:
    """That of "migrate-backend web" is "map.apps.migrate-backend.processes.web"; of what is no component of
    the system, but of the whole ("region"), "map.region"."""
    name = problem.component
    if problem.code == "no-checkout":
        return f"document.apps.{name}.code"
    for component, known in components(system).items():
        # A problem may be about several, and is solved at the first.
        if known == name.partition(", ")[0]:
            return _key(component, system, mapping)
    return f"map.{name}" if name.isidentifier() else f"map ({name})"


def _key(component: Component, system: System, mapping: Mapping) -> str:
    kind, *ids = component
    if kind in ("database", "add-on"):
        is_store = any(one.add_on_id == ids[0] for one in mapping.stores)
        group = "databases" if kind == "database" else "stores" if is_store else "add_ons"
        return f"map.{group}.{system.add_on(ids[0]).name}"
    app = f"map.apps.{system.app(ids[0]).name}" if ids[0] else "map"
    match kind:
        case "app":
            return app
        case "job":
            job = next((one for one in system.app(ids[0]).jobs or () if one.id == ids[1]), None)
            return f"{app}.jobs.{job.command if job else ids[1]}"
        case "process":
            return f"{app}.processes.{ids[1]}"
        case "config":
            return f"{app}.config.{ids[1]}"
        case _:
            return f"{app}.{kind}s.{ids[1]}"
