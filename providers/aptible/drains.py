"""Log drains of environments. What their addresses hold is sent, and never read back."""

from providers.aptible.answers import LogDrain
from providers.aptible.client import Api, created
from providers.aptible.drain_address import Destination, destination
from providers.aptible.failures import Refused
from providers.aptible.operations import Operations
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import Environment, Log, TargetDrain


class Drains:
    """A drain gets the logs of all apps of its environment. Its handle is unique in all of Aptible."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._operations = operations

    async def find(self, environment: Environment, handle: str) -> TargetDrain | None:
        found = await self._find(environment, handle)
        return None if found is None else _noun(found)

    async def create(
        self, environment: Environment, handle: str, address: Secret, *, databases: bool, log: Log
    ) -> TargetDrain:
        """Create the drain for an address of Heroku's, or adopt the one of that handle. Logs of apps, of the
        proxies before them (as Heroku's router) and of SSH sessions go there, as Aptible's CLI has it."""
        wanted = destination(address)
        found = await self._find(environment, handle)
        if found is None:
            found = await self._record(environment, handle, wanted, databases, log)
        self._check(found, wanted)
        if found.status == "provisioned":
            log(f"The log drain {handle} is there already.")
            return _noun(found)
        await self._provision(found, log)
        done = await self._find(environment, handle)
        return _noun(done or found)

    def _check(self, found: LogDrain, wanted: Destination) -> None:
        other_host = wanted.host and found.drain_host and found.drain_host != wanted.host
        if found.drain_type != wanted.kind or other_host:
            raise Trouble(
                f"There is a log drain {found.handle} at Aptible already, and it leads elsewhere.",
                untouched="It stays as it is.",
                remedy="Give the drain another name on the map, and make the plan again.",
                code="drain-elsewhere",
            )

    async def _find(self, environment: Environment, handle: str) -> LogDrain | None:
        path = f"/accounts/{environment.id}/log_drains"
        what = f"the log drains of {environment.handle}"
        for drain in await self._api.listed(path, "log_drains", LogDrain, what=what):
            if drain.handle == handle and "deprovision" not in drain.status:
                return drain
        return None

    async def _record(
        self, environment: Environment, handle: str, wanted: Destination, databases: bool, log: Log
    ) -> LogDrain:
        log(f"Creating the log drain {handle} ({wanted.kind}).")
        body = {
            "handle": handle,
            **wanted.fields(),
            "drain_apps": True,
            "drain_databases": databases,
            "drain_ephemeral_sessions": True,
            "drain_proxies": True,
        }

        async def post() -> LogDrain:
            path = f"/accounts/{environment.id}/log_drains"
            return await self._api.post(path, body, LogDrain, what=f"create the log drain {handle}")

        try:
            return await created(self._api.patience, post, lambda: self._find(environment, handle))
        except Refused as refused:
            raise Trouble(
                f"{refused.cause} A name of a log drain is taken once in all of Aptible.",
                untouched="Nothing was made.",
                remedy=f"If {handle} is taken, give the drain another name on the map, and plan again.",
                code="drain-refused",
            ) from refused

    async def _provision(self, drain: LogDrain, log: Log) -> None:
        resource = f"log_drains/{drain.id}"
        what = f"provision the log drain {drain.handle}"
        untouched = "Heroku goes on sending its logs."
        await self._operations.run_once(resource, {"type": "provision"}, log, what=what, untouched=untouched)


def _noun(drain: LogDrain) -> TargetDrain:
    return TargetDrain(
        id=str(drain.id),
        handle=drain.handle,
        state=drain.state,
        kind=drain.drain_type,
        host=drain.drain_host or "",
    )
