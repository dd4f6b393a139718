"""The step at which a person sets in the dashboard what no document says how to set by the API."""

from collections.abc import Iterable, Mapping

from wizard.model.plan import Step, Value

PATHS = {
    "folder": "project path",
    "port": "network port",
    "dockerfile": "Docker File",
    "context": "Docker Build Context",
}
"""What a person sets in the dashboard, by what it is called here."""

USUAL_PORT = 3000
"""Where requests get to a backend capsule when nobody says otherwise (the vendor's documentation)."""


def settings(wish: Mapping[str, Value], page: str) -> Iterable[Step]:
    """The step for a capsule, where there is anything to set.

    Args:
        wish: the args of the step that makes the capsule.
        page: the address of the dashboard.
    """
    wanted = {"folder": str(wish.get("folder", ""))}
    if wish["kind"] == "backend" and wish["service"] == "web" and wish["port"] != USUAL_PORT:
        wanted["port"] = str(wish["port"])
    if wish["kind"] == "docker":
        # Such a capsule has no project path: its Dockerfile, and the folder that is sent to its build. Both
        # begin with a slash, as in the table of the vendor's page on Docker capsules ("/api/Dockerfile").
        file = str(wish.get("dockerfile", ""))
        context = file.rpartition("/")[0]
        wanted = {
            "dockerfile": "" if file in ("", "Dockerfile") else f"/{file}",
            "context": f"/{context}" if context else "",
        }
    wanted = {name: value for name, value in wanted.items() if value}
    if not wanted:
        return
    (first, value), *others = ((PATHS[name], value) for name, value in wanted.items())
    words = f"the {first} of {wish['name']} to {value}"
    words += "".join(f", and the {what} to {value}" for what, value in others)
    yield Step(
        key=f"settings:{wish['name']}",
        kind="capsule-settings",
        title=f"You set {words}",
        phase="prepare",
        by="person",
        needs=(f"capsule:{wish['name']}",),
        args={"name": wish["name"], "page": page, **wanted},
        seconds=(5, 300),
        way_back="nothing runs in it",
    )
