"""What operations on drains do, and the delivery of log lines to those that lead somewhere.

`https_post` sends JSON, some lines at a time; `syslog_tls_tcp` sends RFC 5424 lines through TLS. Certificates
of the other side are not checked: it is a test's. All other types are records.
"""

import asyncio
import contextlib
import ssl
from typing import Any

import aiohttp
import msgspec

from providers.sandbox.aptible.clock import now
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import App, Drain
from providers.sandbox.aptible.work import Work
from providers.sandbox.aptible.world import World

LOG_TYPES = {
    "syslog_tls_tcp": ("drain_host", "drain_port"),
    "papertrail": ("drain_host", "drain_port"),
    "solarwinds": ("drain_host", "logging_token"),
    "https_post": ("url",),
    "elasticsearch_database": ("database_id",),
    "elasticsearch": ("url",),
    "tail": (),
}
"""What each needs (aptible-cli, log_drain.rb; app-ui, log-drain/index.ts)."""

METRIC_TYPES = {
    "influxdb_database": (),
    "influxdb": ("address", "username", "password", "database"),
    "influxdb2": ("address", "org", "authToken", "bucket"),
    "datadog": ("api_key",),
}
"""What each needs in its `drain_configuration` (app-ui, metric-drain/index.ts)."""

MOST_WAITING = 1000
_PAUSE = 0.05


class DrainWork:
    """Provisions and removes drains, and feeds them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def teach(self, work: Work) -> None:
        deeds = {
            "provision": self._provision,
            "configure": self._configure,
            "restart": self._configure,
            "deprovision": self._deprovision,
        }
        work.teach("log_drains", deeds)
        work.teach("metric_drains", deeds)

    def log_line(self, app: App, name: str, line: str) -> None:
        """A line that a container wrote."""
        service, _, index = name.partition(".")
        record = {
            "@timestamp": now(),
            "@version": "1",
            "log": f"{line}\n",
            "stream": "stdout",
            "layer": "app",
            "app": app.handle,
            "app_id": str(app.id),
            "service": f"{app.handle}-{service}",
            "process_type": service,
            "container": index,
            "source": "app",
        }
        for number, queue in self._waiting.items():
            drain = self._world.drains.get(number)
            if drain is not None and drain.account_id == app.account_id and not queue.full():
                queue.put_nowait(record)

    async def stop(self) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _provision(self, operation: Operation) -> None:
        drain = self._world.drains[operation.resource[1]]
        drain.status = "provisioned"
        wanted = drain.drain_type in {"https_post", "syslog_tls_tcp"} and drain.fields.get("drain_apps", True)
        if wanted and drain.id not in self._tasks:
            self._waiting[drain.id] = asyncio.Queue(MOST_WAITING)
            self._tasks[drain.id] = asyncio.create_task(self._deliver(drain))

    async def _configure(self, operation: Operation) -> None:
        operation.say("Restarting the drain")

    async def _deprovision(self, operation: Operation) -> None:
        drain = self._world.drains.pop(operation.resource[1])
        self._waiting.pop(drain.id, None)
        task = self._tasks.pop(drain.id, None)
        if task is not None:
            task.cancel()
        operation.deleted = True

    async def _deliver(self, drain: Drain) -> None:
        """Send what comes; lines that do not arrive in three attempts are lost."""
        queue = self._waiting[drain.id]
        send = self._post if drain.drain_type == "https_post" else self._syslog
        while True:
            rows = [await queue.get()]
            await asyncio.sleep(_PAUSE)
            while not queue.empty():
                rows.append(queue.get_nowait())
            for wait in (0.1, 0.5, 1.0):
                with contextlib.suppress(OSError, aiohttp.ClientError, TimeoutError):
                    await asyncio.wait_for(send(drain, rows), 5)
                    drain.delivered += len(rows)
                    break
                await asyncio.sleep(wait)

    async def _post(self, drain: Drain, rows: list[dict[str, Any]]) -> None:
        body = b"\n".join(msgspec.json.encode(row) for row in rows)
        headers = {"Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession() as client,
            client.post(str(drain.fields["url"]), data=body, headers=headers, ssl=False) as answer,
        ):
            answer.raise_for_status()

    async def _syslog(self, drain: Drain, rows: list[dict[str, Any]]) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        _, writer = await asyncio.open_connection(
            str(drain.fields["drain_host"]), int(drain.fields["drain_port"]), ssl=context
        )
        token = drain.fields.get("logging_token")
        for row in rows:
            said = f"{token} " if token else ""
            head = f"<14>1 {row['@timestamp']} aptible {row['service']} {row['container'] or '-'} - -"
            writer.write(f"{head} {said}{row['log']}".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
