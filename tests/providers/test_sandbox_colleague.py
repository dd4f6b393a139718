"""The colleague in the guided demo sets records when they are looked for, never too early, and back again."""

from types import SimpleNamespace
from typing import Any, cast

import dns.message

from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.aptible.records import Vhost
from providers.sandbox.colleague import WITHIN, Colleague
from providers.sandbox.router import Router

HOST, ON_HEROKU, THERE = "www.acme.example", "polar-reef.herokudns.com", "elb-sandbox-1.aptible.in"
CHALLENGE = f"_acme-challenge.{HOST}"


def leads_to(names: DnsServer, name: str) -> str:
    """Where a CNAME leads, "" for nowhere; the question is noted by the server, as everybody's is."""
    answer = names.answer(dns.message.make_query(name, "CNAME").to_wire(), udp=True)
    assert answer is not None
    records = dns.message.from_wire(answer).answer
    return str(records[0][0].target).rstrip(".") if records else ""


async def test_records_follow_the_move_and_the_way_back() -> None:
    names = DnsServer()
    app = SimpleNamespace(maintenance=False, domains=[SimpleNamespace(hostname=HOST, cname=ON_HEROKU)])
    vhost = Vhost(1, 2, "http", "alb", 3000, False, False, True, HOST, [], router=Router(""))
    heroku = SimpleNamespace(world=SimpleNamespace(apps={"a": app}))
    aptible = SimpleNamespace(dns=names, world=SimpleNamespace(vhosts={1: vhost}))
    colleague = Colleague(cast(Any, heroku), cast(Any, aptible))
    colleague.start()
    assert leads_to(names, HOST) == ON_HEROKU

    colleague.look(100.0)
    colleague.look(200.0)
    assert leads_to(names, CHALLENGE) == "", "nobody looked for it yet"
    colleague.look(200.0)
    colleague.look(200.0 + WITHIN - 1)
    assert leads_to(names, CHALLENGE) == ""
    colleague.look(200.0 + WITHIN)
    assert leads_to(names, CHALLENGE) == f"acme.{THERE}"
    assert leads_to(names, HOST) == ON_HEROKU, "the app still serves there"

    app.maintenance = True
    colleague.look(300.0)
    assert leads_to(names, HOST) == THERE
    app.maintenance = False
    colleague.look(400.0)
    assert leads_to(names, HOST) == ON_HEROKU
    await colleague.stop()
