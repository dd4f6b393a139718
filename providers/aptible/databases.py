"""Databases: a record, a `provision` operation, a credential, and a tunnel ticket for it."""

from collections.abc import Mapping
from typing import Any

from providers.aptible.answers import BackupAnswer, Credential, DatabaseAnswer
from providers.aptible.client import Api, created
from providers.aptible.images_of_databases import DatabaseImages, name_of
from providers.aptible.operations import Operations
from providers.aptible.portal import Portal
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.ticket import SshTicket
from wizard.model.trouble import Trouble
from wizard.ports import DatabaseWish, Environment, Log, TargetDatabase

POSTGRES = "postgresql"


class Databases:
    """Databases of all types and environments. Credentials are read once each: every such read leaves an
    entry in the customer's audit trail."""

    def __init__(self, api: Api, operations: Operations, portal: Portal) -> None:
        self._api = api
        self._operations = operations
        self._portal = portal
        self._images = DatabaseImages(api)
        self._credentials: dict[str, list[Credential]] = {}

    async def types(self) -> dict[str, list[str]]:
        """The versions that can be created now by type, ascending."""
        return await self._images.types()

    async def versions(self) -> list[str]:
        """Major versions of Postgres that can be created, ascending."""
        return [version for version in (await self.types()).get(POSTGRES, ()) if version.isdecimal()]

    async def find(self, environment: Environment, handle: str) -> TargetDatabase | None:
        found = await self._find(environment, handle)
        return None if found is None else await self._noun(found, environment.id)

    async def create(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        """Create and provision it, or go on from where a broken attempt left it."""
        found = await self._find(environment, wish.handle)
        if found is None:
            found = await self._record(environment, wish, log)
        else:
            await self._check(found, environment, wish)
            log(f"The database {wish.handle} is there already ({found.status}).")
        if found.status != "provisioned":
            await self._provision(found, wish, log)
        done = await self._find(environment, wish.handle)
        if done is None or done.status != "provisioned":
            raise Trouble(
                f"Aptible says that {wish.handle} was provisioned, and does not show it as such.",
                remedy="Look at it in Aptible's dashboard, then try again.",
                untouched="The database stays as it is.",
                code="database-unclear",
                retry=True,
            )
        return await self._noun(done, environment.id)

    async def url(self, database: TargetDatabase, credential: str = "") -> Secret:
        """The URL of a credential: of the default one, or of one of a type ("redis+ssl")."""
        found = await self._credential(database, credential)
        return Secret(found.connection_url or "", f"URL of the database {database.handle}")

    async def ticket(self, database: TargetDatabase) -> SshTicket:
        """One tunnel connection: an operation on the credential, and a certificate for it."""
        credential = await self._credential(database)
        operation = await self._operations.start(
            f"database_credentials/{credential.id}",
            # The client itself sets the status: there is nothing for Aptible to do (aptible-cli, db.rb).
            {"type": "tunnel", "status": "succeeded"},
            what=f"open a tunnel to the database {database.handle}",
        )
        url = Secret(credential.connection_url or "", f"URL of the database {database.handle}")
        ticket = await self._portal.ticket(operation, database.environment_id, url)
        if not ticket.remote_socket:
            raise Trouble(
                f"Aptible gave no socket to forward to for the database {database.handle}.",
                remedy="Look whether the database runs and this account has the permission tunnel.",
                code="no-tunnel",
            )
        return ticket

    async def back_up_daily(self, database: TargetDatabase) -> None:
        """Turn its daily backups on; done already is no error."""
        what = f"turn on the backups of the database {database.handle}"
        found = await self._api.get(f"/databases/{database.id}", DatabaseAnswer, what=what)
        if found.enable_backups is False:
            await self._api.put(f"/databases/{database.id}", {"enable_backups": True}, what=what)

    async def back_up(self, database: TargetDatabase, log: Log) -> None:
        """Make one backup now, or wait for the one that is being made."""
        what = f"back up the database {database.handle}"
        untouched = "The database works, and has no backup of its own yet."
        resource = f"databases/{database.id}"
        await self._operations.run_once(resource, {"type": "backup"}, log, what=what, untouched=untouched)

    async def backed_up(self, database: TargetDatabase) -> int:
        """How many backups there are of it."""
        what = f"the backups of the database {database.handle}"
        found = await self._api.listed(
            f"/databases/{database.id}/backups", "backups", BackupAnswer, what=what
        )
        return len(found)

    async def _find(self, environment: Environment, handle: str) -> DatabaseAnswer | None:
        return await self._api.find(
            "/find/database",
            DatabaseAnswer,
            what=f"the database {handle}",
            query={"handle": handle, "environment": environment.handle},
        )

    async def _record(self, environment: Environment, wish: DatabaseWish, log: Log) -> DatabaseAnswer:
        image = await self._images.of(wish.type, wish.version)
        log(f"Creating the database {wish.handle} ({name_of(wish.type)} {wish.version}).")
        body: dict[str, Any] = {
            "handle": wish.handle,
            "type": wish.type,
            "database_image_id": image.id,
            "initial_container_size": wish.memory_mb,
            "initial_disk_size": wish.disk_gb,
        }
        if not wish.backups:
            body["enable_backups"] = False
            log("Its daily backups stay off until the data is there.")

        async def post() -> DatabaseAnswer:
            what = f"create the database {wish.handle}"
            return await self._api.post(
                f"/accounts/{environment.id}/databases", body, DatabaseAnswer, what=what
            )

        return await created(self._api.patience, post, lambda: self._find(environment, wish.handle))

    async def _check(self, found: DatabaseAnswer, environment: Environment, wish: DatabaseWish) -> None:
        version = (await self._noun(found, environment.id)).version
        if found.type != wish.type or (version and version != wish.version):
            raise Trouble(
                f"The environment {environment.handle} has another database called {wish.handle}: "
                f"{found.type} {version}, not {wish.type} {wish.version}.",
                remedy="Choose another handle for the new database, or another environment.",
                code="handle-taken",
            )

    async def _provision(self, found: DatabaseAnswer, wish: DatabaseWish, log: Log) -> None:
        resource = f"databases/{found.id}"
        what = f"provision the database {wish.handle}"
        untouched = "The database holds nothing yet; Heroku's is as it was."
        body: Mapping[str, Any] = {
            "type": "provision",
            "container_size": wish.memory_mb,
            "disk_size": wish.disk_gb,
            **({"instance_profile": wish.profile} if wish.profile else {}),
        }
        await self._operations.run_once(resource, body, log, what=what, untouched=untouched)

    async def _credential(self, database: TargetDatabase, type_: str = "") -> Credential:
        """The default credential, or the one of that type.

        Raises:
            Trouble: there is none that may be seen.
        """
        if database.id not in self._credentials:
            found = await self._api.listed(
                f"/databases/{database.id}/database_credentials",
                "database_credentials",
                Credential,
                what=f"the credentials of the database {database.handle}",
                sensitive=True,
            )
            usable = [credential for credential in found if credential.connection_url]
            if not usable:
                raise Trouble(
                    f"Aptible shows no credential of the database {database.handle}.",
                    remedy="Look whether it is provisioned and this account has the permission sensitive.",
                    code="no-credential",
                )
            self._credentials[database.id] = usable
        known = self._credentials[database.id]
        for credential in known:
            if credential.type == type_ if type_ else credential.default:
                return credential
        raise Trouble(
            f"The database {database.handle} has no credential {type_ or 'that is the default one'} "
            f"(it has: {', '.join(clean(one.type) for one in known)}).",
            remedy="Look at the database's credentials in Aptible's dashboard.",
            code="no-credential",
        )

    async def _noun(self, found: DatabaseAnswer, environment_id: str) -> TargetDatabase:
        if found.status in {"deprovisioning", "deprovisioned"}:
            raise Trouble(
                f"The database {found.handle} is being removed at Aptible.",
                remedy="Wait until it is gone, or choose another handle.",
                code="database-going",
            )
        return TargetDatabase(
            id=str(found.id),
            handle=found.handle,
            environment_id=environment_id,
            type=found.type or "",
            version=await self._images.version_of(found.linked_id("database_image")),
            state=found.state,
            disk_gb=found.initial_disk_size,
            backups=found.enable_backups,
        )
