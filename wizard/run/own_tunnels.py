"""A person says that they keep the tunnel to a database open themselves: it is checked, kept, and used."""

import asyncio
from typing import TYPE_CHECKING

from wizard.database.check_port import want_database
from wizard.database.far_end import FarEnd, PostgresEnd
from wizard.mapping.stores import moved_stores
from wizard.model.trouble import Trouble
from wizard.run.stores import far_end
from wizard.session.own_tunnels import keep_port, own_port
from wizard.session.places import private_folder

if TYPE_CHECKING:
    from wizard.run.context import Context


class OwnTunnels:
    """What a run does when it is told of one."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    def handle_of(self, where: str) -> str:
        """The database that is meant by its handle, by a step's key or number, or by nothing where there is
        only one. Raises Trouble."""
        context = self._context
        known = [choice.handle for choice in context.mapping.moved_databases()]
        known += [store.handle for store in moved_stores(context.mapping)]
        if where in known:
            return where
        if not where and len(known) == 1:
            return known[0]
        for number, step in enumerate(context.plan.steps, 1):
            if where in (step.key, str(number)) and step.args.get("handle") in known:
                return str(step.args["handle"])
        some = ", ".join(known) or "none"
        raise Trouble(
            f"There is no database {where} in this run." if where else "This run has several databases.",
            untouched="Nothing was changed.",
            remedy=f"Name one of them, or a step that is about it: {some}.",
            code="no-such-database",
        )

    async def told(self, where: str, port: int | None) -> str:
        """Use the tunnel on that port of this machine for a database, or, with None, open one again. A
        sentence of what is so now.

        Raises:
            Trouble: it does not lead there. Nothing is changed then.
        """
        context, handle = self._context, self.handle_of(where)
        before, tunnel = own_port(context.session, handle), context.tunnel(handle)
        if port is None:
            if before is not None:
                keep_port(context.session, handle, None)
                tunnel.renew()
            return f"Offramp opens the tunnel to {handle} itself"
        if before != port:
            if port == tunnel.port and before is None:
                raise Trouble(
                    f"Port {port} is the tunnel that Offramp itself has opened to {handle}.",
                    untouched="The run goes on as before.",
                    remedy="Name the port of a tunnel of your own.",
                    code="own-port",
                )
            ticket = await context.target.ticket(await context.database(handle))
            folder = private_folder(context.folder / handle)
            end: FarEnd = far_end(context.mapping, handle, folder) or PostgresEnd()
            await asyncio.to_thread(want_database, end, ticket.database_url, port, handle)
            keep_port(context.session, handle, port)
        tunnel.renew()
        return f"The tunnel to {handle} is your own, on port {port}; Offramp does not end it"
