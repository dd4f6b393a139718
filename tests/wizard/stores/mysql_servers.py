# ruff: noqa: E501 - the SQL of the zoo reads better in whole lines
"""A real MariaDB for the tests of its move, with a database to move and one to move to."""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from wizard.database.control import Control
from wizard.database.tunnel import free_port
from wizard.model.secret import Secret
from wizard.stores.mysql.move import MysqlMove
from wizard.stores.progress import StoreProgress

PASSWORD = "canary-\"mysql\\#'77 äé"
"""With what an options file would have to escape."""


class MariaDb:
    """A server of its own in `folder`; `install` and `program` are MariaDB's."""

    def __init__(self, install: str, program: str, folder: Path) -> None:
        self.port = free_port()
        self._socket = folder / "s"
        data = folder / "data"
        as_user = []
        if os.getuid() == 0:
            # As root it refuses to run.
            user = pwd.getpwnam("mysql")
            for place in (folder, data):
                place.mkdir(exist_ok=True)
                shutil.chown(place, user.pw_uid)
            as_user = ["--user=mysql"]
        quiet: dict[str, Any] = {
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL,
            # Its user may not write where ours does.
            "env": {**os.environ, "TMPDIR": str(folder)},
        }
        common = ["--no-defaults", f"--datadir={data}", *as_user]
        subprocess.run(
            [install, *common, "--skip-test-db", "--auth-root-authentication-method=normal"],
            check=True,
            **quiet,
        )
        self._words = [
            program,
            *common,
            f"--socket={self._socket}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
        ]
        self._words += [
            "--innodb-flush-log-at-trx-commit=0",
            "--event-scheduler=ON",
            "--skip-networking=0",
            "--skip-log-bin",
        ]
        self._words += [
            f"--pid-file={folder}/pid",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=8M",
            "--performance-schema=OFF",
        ]
        self._process = subprocess.Popen(self._words, **quiet)
        end = time.monotonic() + 60
        while True:
            try:
                self.sql("SELECT 1", database="")
                break
            except AssertionError:
                assert time.monotonic() < end and self._process.poll() is None, "the server did not start"
                time.sleep(0.1)
        escaped = PASSWORD.replace("\\", "\\\\").replace("'", "''")
        for user in ("app", "aptible"):
            self.sql(f"CREATE USER {user}@'127.0.0.1' IDENTIFIED BY '{escaped}'", database="")
        self.sql(
            "GRANT SELECT, LOCK TABLES, SHOW VIEW, TRIGGER, EVENT, EXECUTE ON shop.* TO app@'127.0.0.1';"
            "GRANT ALL ON db.* TO aptible@'127.0.0.1'; GRANT SELECT ON mysql.proc TO app@'127.0.0.1'",
            database="",
        )

    def sql(self, text: str, database: str = "shop") -> list[list[str]]:
        """Run SQL as root; rows as texts."""
        words = [
            "mariadb",
            "--no-defaults",
            f"--socket={self._socket}",
            "-uroot",
            "-N",
            "-B",
            "--default-character-set=utf8mb4",
        ]
        done = subprocess.run(
            [*words, *([database] if database else [])], input=text.encode(), capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return [line.split("\t") for line in done.stdout.decode().splitlines()]

    def clear(self) -> None:
        """Both databases anew, and empty."""
        self.sql(
            "DROP DATABASE IF EXISTS shop; CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
            "DROP DATABASE IF EXISTS db; CREATE DATABASE db CHARACTER SET latin1",
            database="",
        )

    def source(self) -> Secret:
        """The URL of the database to move."""
        return self._url("app", "shop")

    def target(self) -> Secret:
        """The URL of the database to move to."""
        return self._url("aptible", "db")

    def _url(self, user: str, database: str) -> Secret:
        return Secret(
            f"mysql://{user}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{database}?reconnect=true",
            label="store's URL",
        )

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait(10)


class Told:
    """A move with what it told."""

    def __init__(self, server: MariaDb, work: Path, *, session: str = "s-1", **more: Any) -> None:
        self.events: list[str] = []
        self.reports: list[StoreProgress] = []
        self.control = Control()
        ends: dict[str, Any] = {"source": server.source, "target": server.target, **more}
        self.move = MysqlMove(
            name="shop",
            store="jawsdb-shaped-1",
            session=session,
            work=work,
            report=self.reports.append,
            event=self.events.append,
            control=self.control,
            **ends,
        )

    def whole_way(self) -> None:
        """All the steps; the proof must be equal."""
        self.move.copy()
        self.move.refresh()
        proof = self.move.prove()
        assert proof.equal, proof.differences
        self.move.tidy()


ZOO = r"""
CREATE TABLE accounts (id int unsigned AUTO_INCREMENT PRIMARY KEY, name varchar(80) CHARACTER SET utf8mb4, old varchar(20) CHARACTER SET latin1,
  balance decimal(20,6), ratio double, small float, flags bit(5), made timestamp NULL, day date, took time(3), y year, kind enum('a','b'), tags set('x','y','z'),
  raw varbinary(40), picture longblob, story longtext, doc json, double_balance decimal(21,6) AS (balance * 2) STORED, UNIQUE KEY by_name (name), KEY by_kind (kind, day)) ENGINE=InnoDB;
INSERT INTO accounts (name, old, balance, ratio, small, flags, made, day, took, y, kind, tags, raw, picture, story, doc) VALUES
  ('Zoë 🦓', 'café', 12.5, 0.1, 0.1, b'10101', '2024-03-31 02:30:00', '2024-02-29', '25:01:02.345', 2024, 'a', 'x,z', x'00ff0a0d', repeat(x'00ff27', 5000), repeat('long "text"\n\t\\', 3000), '{"a": [1, null]}'),
  (NULL, '', -0.000001, 1e300, 3.4e38, b'0', NULL, '1000-01-01', '-838:59:59', 1901, NULL, '', '', '', '', NULL),
  ('NULL', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'b', NULL, NULL, NULL, NULL, '"\\u0041"');
CREATE TABLE orders (id bigint PRIMARY KEY, account int unsigned, total decimal(10,2), FOREIGN KEY (account) REFERENCES accounts (id) ON DELETE CASCADE) ENGINE=InnoDB;
INSERT INTO orders SELECT seq, 1 + seq % 2, seq / 7 FROM seq_1_to_5000;
CREATE TABLE `odd ``name``; -- $(x)` (`select` int, `a b` text) ENGINE=MyISAM;
INSERT INTO `odd ``name``; -- $(x)` VALUES (1, 'one'), (2, NULL);
CREATE TABLE empty_one (id int PRIMARY KEY);
CREATE TABLE audit (id int AUTO_INCREMENT PRIMARY KEY, what varchar(40)) AUTO_INCREMENT = 77;
CREATE TABLE places (id int PRIMARY KEY, spot point);
INSERT INTO places VALUES (1, ST_GeomFromText('POINT(1.5 2.5)')), (2, NULL);
CREATE DEFINER=root@localhost VIEW z_last AS SELECT id, total FROM orders;
CREATE DEFINER=root@localhost VIEW a_first AS SELECT id, total FROM z_last WHERE total > 1;
DELIMITER //
CREATE DEFINER=root@localhost TRIGGER on_order AFTER INSERT ON orders FOR EACH ROW BEGIN INSERT INTO audit (what) VALUES (concat('order ', NEW.id)); END//
CREATE DEFINER=root@localhost PROCEDURE pay(IN who int) BEGIN UPDATE accounts SET balance = balance - 1 WHERE id = who; END//
CREATE DEFINER=root@localhost FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2//
CREATE DEFINER=root@localhost EVENT tidy_up ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01' DO DELETE FROM audit//
DELIMITER ;
"""
