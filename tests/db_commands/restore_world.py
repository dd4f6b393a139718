"""Dumps as Heroku makes them, and a restore that remembers what it told."""

import io
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.wizard.database_servers import PASSWORD, Database
from wizard.database.archive import read_head
from wizard.database.control import Control
from wizard.database.pgdump import Program, find_programs
from wizard.database.restore import Restore, RestoreOutcome
from wizard.database.restore_progress import RestoreProgress
from wizard.model.secret import Secret

(PG_DUMP,) = [program for program in find_programs("") if program.embedded]
(PG_RESTORE,) = [program for program in find_programs("", "pg_restore") if program.embedded]
HEROKUS = """
CREATE SCHEMA _heroku;
CREATE FUNCTION _heroku.create_ext() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER log_create_ext ON ddl_command_end EXECUTE FUNCTION _heroku.create_ext();
CREATE SCHEMA heroku_ext;
CREATE EXTENSION vector SCHEMA heroku_ext;
COMMENT ON EXTENSION vector IS 'not the app''s';
CREATE PUBLICATION changes FOR ALL TABLES;
"""


def dump(source: Database) -> bytes:
    """As Heroku makes it: by the database's own role, through a pipe."""
    return subprocess.run(
        [PG_DUMP.path, "-Fc", "-h", str(source.server.postgres.socket_folder), "-U", "app", source.name],
        env=os.environ | {"PGPASSWORD": PASSWORD},
        stdout=subprocess.PIPE,
        check=True,
    ).stdout


class Restoring:
    """A restore, and all that it told."""

    def __init__(
        self,
        target: Database,
        work: Path,
        *,
        url: Callable[[], Secret] | None = None,
        programs: list[Program] | None = None,
    ) -> None:
        self.control = Control()
        self.reports: list[RestoreProgress] = []
        self.events: list[str] = []
        self.restore = Restore(
            target=url or target.url,
            work=work,
            report=self.reports.append,
            event=self.events.append,
            control=self.control,
            programs=programs,
        )

    def run(self, data: bytes, read: Callable[[int], bytes] | None = None) -> RestoreOutcome:
        stream = io.BytesIO(data)
        head, begun = read_head(stream.read)
        self.restore.want_empty()
        chosen = self.restore.prepare(head)
        return self.restore.run(head, begun, lambda: (read or stream.read)(100_000), chosen, len(data))
