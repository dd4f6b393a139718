"""What Aptible finds in pushed code, before anything of it is deployed.

Its dashboard asks the same before the first deploy of a new app (app-ui: the operation `scan_code`, then
`/code_scan_results/:id`); the fields are those of the deploy API's OpenAPI document.
"""

from providers.aptible.answers import CodeScanResult
from providers.aptible.client import Api
from providers.aptible.operations import Operations
from wizard.model.trouble import Trouble
from wizard.ports import Log, TargetApp


async def scan(api: Api, operations: Operations, app: TargetApp, ref: str, log: Log) -> dict[str, bool]:
    """The files that decide on a deploy, and whether each stands in the root of `ref`."""
    operation = await operations.run_once(
        f"apps/{app.id}",
        {"type": "scan_code", "git_ref": ref},
        log,
        what=f"look at the code of {app.handle}",
        untouched="Nothing is deployed.",
        same=lambda running: running.git_ref == ref,
    )
    number = operation.linked_id("code_scan_result")
    if number is None:
        raise Trouble(
            f"Aptible looked at the code of {app.handle}, and does not say what it found.",
            untouched="Nothing is deployed.",
            remedy="Go on: the deploy tells it.",
            code="scan-unclear",
        )
    what = f"what was found in the code of {app.handle}"
    found = await api.get(f"/code_scan_results/{number}", CodeScanResult, what=what)
    return {
        "Dockerfile": found.dockerfile_present,
        "Procfile": found.procfile_present,
        ".aptible.yml": found.aptible_yml_present,
    }
