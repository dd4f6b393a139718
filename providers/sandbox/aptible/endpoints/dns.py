"""A small DNS on loopback, UDP and TCP: it knows what a test tells it, and nothing else.

It answers for every zone, follows CNAMEs within what it knows, and knows wildcards. It takes questions from
whoever sends them to its port; nothing on this machine is told to.
"""

import asyncio
import contextlib
from typing import Any, cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

TTL = 60
_LONGEST_UDP = 1232


class DnsServer:
    """Made in memory, opened by `start`.

    Attributes:
        host: where it is, "127.0.0.1:port".
        queries: what was asked for so far, as (name, type), in order.
    """

    def __init__(self) -> None:
        self.host = ""
        self.port = 0
        self.queries: list[tuple[str, str]] = []
        self._records: dict[str, dict[str, list[str]]] = {}
        self._failing: dict[str, str] = {}
        self._short: set[str] = set()
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None

    async def start(self) -> None:
        """Open one port for both, UDP and TCP."""
        for _ in range(20):
            self._tcp = await asyncio.start_server(self._accept, "127.0.0.1", 0)
            self.port = int(self._tcp.sockets[0].getsockname()[1])
            try:
                loop = asyncio.get_running_loop()
                self._udp, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=("127.0.0.1", self.port)
                )
            except OSError:
                self._tcp.close()
                continue
            self.host = f"127.0.0.1:{self.port}"
            return
        raise OSError("no port is free for UDP and TCP alike")

    async def stop(self) -> None:
        if self._udp is not None:
            self._udp.close()
        if self._tcp is not None:
            self._tcp.close()

    def set(self, name: str, kind: str, *values: str) -> None:
        """Let a name have these values of a type ("A", "CNAME", "TXT", "CAA" ...), instead of others of it.
        TXT values are given without quotes. A CNAME takes the place of everything else."""
        texts = [f'"{value}"' if kind == "TXT" else value for value in values]
        if kind == "CNAME":
            texts = [value.rstrip(".") + "." for value in values]
            self._records[_key(name)] = {}
        else:
            self._records.setdefault(_key(name), {}).pop("CNAME", None)
        self._records[_key(name)][kind] = texts

    def remove(self, name: str, kind: str | None = None) -> None:
        """Take one type of a name away, or the whole name."""
        if kind is None:
            self._records.pop(_key(name), None)
        else:
            self._records.get(_key(name), {}).pop(kind, None)

    def fail(self, name: str, how: str = "SERVFAIL") -> None:
        """Answer questions for a name with this code ("SERVFAIL", "REFUSED"), or not at all ("silent")."""
        self._failing[_key(name)] = how

    def heal(self, name: str) -> None:
        self._failing.pop(_key(name), None)

    def cut_short(self, name: str) -> None:
        """Say over UDP that the answer is too long, so that it has to be asked for over TCP."""
        self._short.add(_key(name))

    def answer(self, wire: bytes, *, udp: bool) -> bytes | None:
        """The answer to one question; None: say nothing."""
        with contextlib.suppress(Exception):
            query = dns.message.from_wire(wire)
            question = query.question[0]
            name, kind = _key(question.name.to_text()), dns.rdatatype.to_text(question.rdtype)
            self.queries.append((name, kind))
            how = self._failing.get(name)
            if how == "silent":
                return None
            response = dns.message.make_response(query, recursion_available=True)
            response.flags |= dns.flags.AA
            if how is not None:
                response.set_rcode(dns.rcode.from_text(how))
            elif udp and name in self._short:
                response.flags |= dns.flags.TC
            else:
                self._fill(response, name, kind)
            out: bytes = response.to_wire()
            if udp and len(out) > _LONGEST_UDP:
                response.answer.clear()
                response.flags |= dns.flags.TC
                out = response.to_wire()
            return out
        return None

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> None:
        for _ in range(10):
            records = self._found(name)
            if records is None:
                if not response.answer:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                return
            if values := records.get(kind):
                response.answer.append(_rrset(name, kind, values))
                return
            alias = records.get("CNAME")
            if not alias:
                return
            response.answer.append(_rrset(name, "CNAME", alias))
            name = _key(alias[0])

    def _found(self, name: str) -> dict[str, list[str]] | None:
        if name in self._records:
            return self._records[name]
        parts = name.split(".")
        for number in range(1, len(parts)):
            above = ".".join(["*", *parts[number:]])
            if above in self._records:
                return self._records[above]
        below = any(known.endswith(f".{name}") for known in self._records)
        return {} if below else None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                out = self.answer(await reader.readexactly(length), udp=False)
                if out is None:
                    break
                writer.write(len(out).to_bytes(2, "big") + out)
                await writer.drain()
        writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: DnsServer) -> None:
        self._server = server
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio gives one that can send, and does not say so by its class.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Any) -> None:
        out = self._server.answer(data, udp=True)
        if out is not None and self._transport is not None:
            self._transport.sendto(out, addr)


def _key(name: str) -> str:
    return name.rstrip(".").lower()


def _rrset(name: str, kind: str, values: list[str]) -> dns.rrset.RRset:
    return dns.rrset.from_text(f"{name}.", TTL, dns.rdataclass.IN, kind, *values)
