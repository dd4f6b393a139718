"""Run as a program: a road with a fixed delay. What enters on one side leaves on the other after it.

    python -m tests.benchmarks.postgres.delay MILLISECONDS LISTEN:TO [LISTEN:TO ...]

MILLISECONDS is a round trip; half of it is spent each way. LISTEN and TO are ports of loopback. Opening
a connection costs a round trip too, as a real one's handshake does. Nothing is lost and no link is narrow:
this is latency and nothing else. A program of its own, so that it holds up nobody else's interpreter.
"""

import asyncio
import contextlib
import sys

_PIECE = 16 * 1024
_PIECES = 1024
"""In flight each way at most: 16 MB, far more than a round trip's worth of what loopback carries."""


async def _take(
    reader: asyncio.StreamReader, flight: asyncio.Queue[tuple[float, bytes]], delay: float
) -> None:
    clock = asyncio.get_running_loop().time
    data = b"first"
    while data:
        try:
            data = await reader.read(_PIECE)
        except ConnectionError:
            data = b""
        await flight.put((clock() + delay, data))


async def _give(writer: asyncio.StreamWriter, flight: asyncio.Queue[tuple[float, bytes]]) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due, data = await flight.get()
        wait = due - clock()
        if wait > 0:
            await asyncio.sleep(wait)
        if not data:
            with contextlib.suppress(OSError):
                writer.write_eof()
            return
        writer.write(data)
        await writer.drain()


async def _one_way(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    flight: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_PIECES)
    taking = asyncio.create_task(_take(reader, flight, delay))
    try:
        await _give(writer, flight)
    finally:
        taking.cancel()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: int, delay: float) -> None:
    try:
        await asyncio.sleep(2 * delay)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", to)
    except OSError:
        writer.transport.abort()
        return
    ways = [
        asyncio.create_task(_one_way(reader, far_writer, delay)),
        asyncio.create_task(_one_way(far_reader, writer, delay)),
    ]
    # A reset of one end is passed on by ending both; a clean end lets the other way come to its own.
    done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
    if any(way.exception() is not None for way in done):
        for way in ways:
            way.cancel()
    for one in (writer, far_writer):
        one.close()


async def main(milliseconds: float, roads: list[tuple[int, int]]) -> None:
    """Listen until killed."""
    delay = milliseconds / 2000
    servers = []
    for listen, to in roads:

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: int = to) -> None:
            await _carry(reader, writer, to, delay)

        servers.append(await asyncio.start_server(accept, "127.0.0.1", listen))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    pairs = [road.split(":") for road in sys.argv[2:]]
    asyncio.run(main(float(sys.argv[1]), [(int(listen), int(to)) for listen, to in pairs]))
