"""Who else may write to a source: told whatever the role, but for those that cannot do harm."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.wizard.database_servers import PASSWORD, SMALL, Database, Server, server
from wizard.database.connect import connect
from wizard.database.inspect import other_clients


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with server(tmp_path_factory.mktemp("pg16"), 16) as made:
        for role in ("writer", "reader", "member"):
            made.background.run(made.postgres.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"))
        made.background.run(made.postgres.sql("GRANT app TO member"))
        yield made


@pytest.fixture
def source(cluster: Server) -> Database:
    made = cluster.database()
    made.sql(SMALL)
    made.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader, writer")
    made.sql("GRANT UPDATE ON payments TO writer")
    return made


def others(source: Database) -> list[str]:
    with connect(source.url(), "offramp/s-1/look") as connection:
        return other_clients(connection)


def connected(source: Database, role: str, name: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(source.url(role).reveal(), application_name=name)


def test_nobody_else(source: Database) -> None:
    assert others(source) == []


def test_a_writer_with_another_credential_is_seen(source: Database) -> None:
    with connected(source, "writer", "a job") as one:
        assert others(source) == [f"a job as writer ({one.info.backend_pid})"]
    with connected(source, "member", "") as one:
        assert others(source) == [f"a client as member ({one.info.backend_pid})"]
    with connected(source, "app", "psql") as one:
        assert others(source) == [f"psql ({one.info.backend_pid})"]


def test_who_can_do_no_harm_is_not(source: Database, cluster: Server) -> None:
    with (
        connected(source, "reader", "a dashboard"),
        connected(source, "postgres", "the platform"),
        connected(source, "writer", "offramp/s-1/copy"),
        connected(cluster.database(), "app", "another database"),
    ):
        assert others(source) == []
