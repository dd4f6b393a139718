"""The database behind `DATABASE_URL`: a real Postgres with the example's data, reached through TLS only."""

import random
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from psycopg import sql

from providers.sandbox.postgres import Postgres
from providers.sandbox.seed import CONNECTION_LIMIT, heroku_owner, seeded_cluster
from providers.sandbox.tls import Certificates, Front, serve_front

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class Database:
    """One Heroku Postgres. Names and the password are as Heroku makes them; nothing of them is on disk.

    Attributes:
        role, name, password: what stands in the URL.
        front: the TLS listener, for tests that cut connections; None before `start`.
    """

    def __init__(self, folder: Path, canary: str) -> None:
        self.role = "u" + "".join(random.choices(_LETTERS, k=13))
        self.name = "d" + "".join(random.choices(_LETTERS, k=13))
        self.password = f"p{secrets.token_hex(32)}{canary}"
        self.front: Front | None = None
        self.postgres: Postgres | None = None
        self._folder = folder

    async def start(
        self, size: str, cache: Path, certificates: Certificates, progress: Callable[[str], None]
    ) -> None:
        """Make or copy the data of `size` and open the TLS front on a free loopback port."""
        self.postgres = await seeded_cluster(self._folder, size, cache, progress)
        await heroku_owner(self.postgres, self.role, self.password, self.name)
        context = certificates.server_context()
        self.front = await serve_front(None, self.postgres.socket, context)

    async def add_users(self, statements: Sequence[str]) -> None:
        """Run `statements`, and give the table `user` that they make to the role of the URL."""
        assert self.postgres is not None
        owner = sql.SQL('ALTER TABLE "user" OWNER TO {}').format(sql.Identifier(self.role)).as_string()
        for statement in (*statements, owner):
            await self.postgres.sql(statement, database=self.name)

    async def stop(self) -> None:
        """Close the front and end Postgres; its data goes, the cache stays."""
        if self.front is not None:
            await self.front.stop()
        if self.postgres is not None:
            await self.postgres.remove()

    @property
    def port(self) -> int:
        """The TLS front's port; 1, where nobody listens, before `start`."""
        return self.front.port if self.front is not None else 1

    @property
    def url(self) -> str:
        """The URL as it stands in the config: without a query, as at Heroku."""
        return f"postgres://{self.role}:{self.password}@127.0.0.1:{self.port}/{self.name}"

    async def rotate(self) -> None:
        """Give the role another password, as Heroku does unasked; who is connected stays."""
        self.password = f"p{secrets.token_hex(32)}"
        if self.postgres is not None:
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(self.role), sql.Literal(self.password)
            )
            await self.postgres.sql(statement.as_string())

    async def figures(self) -> tuple[str, int, int, int]:
        """Version, bytes, tables and connections of the role as they are now."""
        if self.postgres is None:
            return "16.4", 3_145_728, 34, 2
        rows = await self.postgres.sql(
            "SELECT current_setting('server_version'), pg_database_size(current_database()), "
            "(SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace NOT IN "
            "(SELECT oid FROM pg_namespace WHERE nspname ~ '^(pg_|information_schema|_heroku)')), "
            "(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
            "AND datname = current_database() AND usename <> current_user)",
            database=self.name,
        )
        version, size, tables, connections = rows[0]
        return str(version).split(" ", maxsplit=1)[0], int(size), int(tables), int(connections)

    @property
    def connection_limit(self) -> int:
        """Connections that the plan allows the role."""
        return CONNECTION_LIMIT
