"""The worker: writes a heartbeat about every second, as a queue's worker would write its results."""

import os
import signal
import socket
import threading

import psycopg

from config import required

STOP = threading.Event()


def beat(url: str, name: str) -> None:
    """Write heartbeats until told to stop; raises psycopg.Error when the database goes away."""
    with psycopg.connect(url, connect_timeout=5, autocommit=True, application_name="migrate-backend worker") as db:
        print("worker: connected", flush=True)
        count = 0
        while not STOP.is_set():
            db.execute("insert into heartbeats (worker) values (%s)", (name,))
            count += 1
            if count % 10 == 1:
                print(f"worker: {count} heartbeats written", flush=True)
            STOP.wait(1.0)


def main() -> None:
    config = required("DATABASE_URL", "MAIL_API_KEY")
    name = f"{os.environ.get('DYNO') or 'worker'}@{socket.gethostname()}"
    signal.signal(signal.SIGTERM, lambda number, frame: STOP.set())
    signal.signal(signal.SIGINT, lambda number, frame: STOP.set())
    pause = 1.0
    while not STOP.is_set():
        try:
            beat(config["DATABASE_URL"], name)
            pause = 1.0
        except psycopg.Error as error:
            print(f"worker: {type(error).__name__}: {str(error).strip()}; again in {pause:g} s", flush=True)
            STOP.wait(pause)
            pause = min(pause * 2, 15.0)
    print("worker: stopped", flush=True)


if __name__ == "__main__":
    main()
