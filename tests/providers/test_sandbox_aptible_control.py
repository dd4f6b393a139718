"""What another process can tell the sandbox's Aptible over the control socket."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import dns.message
import pytest

from providers.sandbox.aptible import AptibleSandbox
from providers.sandbox.aptible.builds import BuildFailed
from providers.sandbox.control import Control, ask, socket_of
from providers.sandbox.faults import Faults
from providers.sandbox.tls import Certificates
from tests.providers.aptible_wire import IMAGE, write_image


async def test_images_and_names_are_set_from_outside(short_folder: Path, tmp_path: Path) -> None:
    aptible = AptibleSandbox(
        short_folder / "aptible", faults=Faults(), certificates=Certificates(short_folder / "tls")
    )
    control = Control(short_folder)
    await control.start()
    control.ready(cast(Any, SimpleNamespace(aptible=aptible, target="aptible")))
    socket = socket_of(short_folder)
    assert socket is not None
    try:
        write_image(tmp_path, IMAGE)
        words = {"do": "aptible-image", "name": "acme/a:1", "folder": str(tmp_path), "username": "u"}
        await ask(socket, {**words, "password": "p"})
        assert aptible.images.pull("acme/a:1", "u", "p")[0] == tmp_path
        with pytest.raises(BuildFailed, match="denied"):
            aptible.images.pull("acme/a:1", "", "")
        await ask(socket, {"do": "aptible-dns", "name": "a.example", "kind": "A", "values": ["192.0.2.1"]})
        await ask(socket, {"do": "aptible-dns", "name": "b.example", "fail": "silent"})
        query = _query("a.example")
        answer = aptible.dns.answer(query, udp=True)
        assert answer is not None and b"\xc0\x00\x02\x01" in answer
        assert aptible.dns.answer(_query("b.example"), udp=True) is None
        await ask(socket, {"do": "aptible-dns", "name": "a.example"})
        answer = aptible.dns.answer(query, udp=True)
        assert answer is not None and b"\xc0\x00\x02\x01" not in answer
    finally:
        await control.stop()


def _query(name: str) -> bytes:
    wire: bytes = dns.message.make_query(name, "A").to_wire()
    return wire
