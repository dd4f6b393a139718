"""Whether DNS is right for a certificate and for traffic, asked of a real name server on loopback."""

import time
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from providers.sandbox.aptible.endpoints.dns import DnsServer
from wizard.model.trouble import Trouble
from wizard.ports import DomainEndpoint
from wizard.run import dns_lookup
from wizard.run.dns_check import challenge, traffic
from wizard.run.dns_lookup import Answer, Names
from wizard.run.watched import DnsWatch, WatchedRecord, ttl_in_words

HOST = "www.acme.example"
ELB = "elb-shop-9.aptible.in"
TODAY = "quiet-fjord.herokudns.com"
CHALLENGE = f"_acme-challenge.{HOST}"
DOMAIN = DomainEndpoint(
    id="9",
    service_id="3",
    hostname=HOST,
    state="provisioned",
    dns_target=ELB,
    challenge_name=CHALLENGE,
    challenge_target=f"acme.{ELB}",
)


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    made = DnsServer()
    await made.start()
    made.set(HOST, "CNAME", TODAY)
    made.set(TODAY, "A", "192.0.2.7")
    made.set(ELB, "A", "192.0.2.20", "192.0.2.21")
    yield made
    await made.stop()


@pytest.fixture
def names(server: DnsServer) -> Names:
    return Names(server.host, seconds=0.3)


def states(records: tuple[WatchedRecord, ...]) -> list[tuple[str, str]]:
    return [(record.kind, record.state) for record in records]


async def test_the_challenge_alone_at_its_name_is_right(server: DnsServer, names: Names) -> None:
    (missing,) = await challenge(names, DOMAIN)
    assert missing.state == "missing" and missing.todo == f"Set CNAME {CHALLENGE} -> acme.{ELB}."
    server.set(CHALLENGE, "CNAME", f"ACME.{ELB}")
    assert states(await challenge(names, DOMAIN)) == [("CNAME", "right")]
    server.cut_short(CHALLENGE)
    assert states(await challenge(names, DOMAIN)) == [("CNAME", "right")], "over TCP, too"


async def test_a_wrong_target_and_a_wildcard_are_named(server: DnsServer, names: Names) -> None:
    server.set("*.www.acme.example", "CNAME", "parking.example")
    (record,) = await challenge(names, DOMAIN)
    assert record.state == "wrong"
    assert record.seen == "points at parking.example by the wildcard *.www.acme.example"
    server.set(CHALLENGE, "CNAME", f"acme.{ELB}.evil.example")
    (record,) = await challenge(names, DOMAIN)
    assert (record.state, record.seen) == ("wrong", f"points at acme.{ELB}.evil.example")


async def test_records_of_an_earlier_certificate_break_the_check(server: DnsServer, names: Names) -> None:
    server.set(CHALLENGE, "TXT", "an old token", "another")
    found = await challenge(names, DOMAIN)
    assert states(found) == [("CNAME", "missing"), ("TXT", "wrong")]
    assert "2 TXT records" in found[1].seen and "Remove" in found[1].todo
    assert "old token" not in str(found)


@pytest.mark.parametrize(
    ("where", "records", "allowed", "said"),
    [
        ("acme.example", ('0 issue "letsencrypt.org"', '0 issue "digicert.com"'), True, ""),
        ("acme.example", ('0 issue "digicert.com; policy=ev"',), False, "only digicert.com may"),
        ("acme.example", ('0 issue ";"',), False, "only nobody may"),
        ("acme.example", ('0 iodef "mailto:a@acme.example"',), True, ""),
        ("acme.example", ('0 issuewild ";"',), True, ""),
        ("acme.example", ('0 issue "letsencrypt.org; validationmethods=http-01"',), False, "by another way"),
        ("acme.example", ('0 issue "letsencrypt.org; validationmethods=http-01,dns-01"',), True, ""),
        (TODAY, ('0 issue "heroku.example"',), False, "only heroku.example may"),
        ("example", ('0 issue "digicert.com"',), False, "only digicert.com may"),
    ],
)
async def test_who_may_make_certificates_is_read_up_the_tree(
    server: DnsServer, names: Names, where: str, records: tuple[str, ...], allowed: bool, said: str
) -> None:
    server.set(CHALLENGE, "CNAME", f"acme.{ELB}")
    server.set(where, "CAA", *records)
    if where == "example":
        server.set("acme.example", "A", "192.0.2.1")
    found = await challenge(names, DOMAIN)
    assert ([] if allowed else ["CAA"]) == [record.kind for record in found[1:]]
    if not allowed:
        assert said in found[1].seen and found[1].value == '0 issue "letsencrypt.org"'


async def test_a_wildcard_needs_issuewild(server: DnsServer, names: Names) -> None:
    wild = DomainEndpoint(
        id="9",
        service_id="3",
        hostname="*.acme.example",
        state="provisioned",
        challenge_name="_acme-challenge.acme.example",
        challenge_target=f"acme.{ELB}",
    )
    server.set("_acme-challenge.acme.example", "CNAME", f"acme.{ELB}")
    server.set("acme.example", "CAA", '0 issue "letsencrypt.org"', '0 issuewild "digicert.com"')
    assert states(await challenge(names, wild)) == [("CNAME", "right"), ("CAA", "wrong")]


@pytest.mark.parametrize("how", ["SERVFAIL", "REFUSED", "silent"])
async def test_what_does_not_answer_is_not_right_and_not_missing(
    server: DnsServer, names: Names, how: str
) -> None:
    server.set(CHALLENGE, "CNAME", f"acme.{ELB}")
    server.fail(CHALLENGE, how)
    began = time.monotonic()
    (record, *_) = await challenge(names, DOMAIN)
    assert record.state == "unknown" and time.monotonic() - began < 10
    assert ("does not answer" if how == "silent" else how) in record.seen
    server.heal(CHALLENGE)
    server.fail("acme.example", how)
    found = await challenge(names, DOMAIN)
    assert states(found) == [("CNAME", "right"), ("CAA", "unknown")], "the authority would refuse as well"
    server.heal("acme.example")
    server.fail(HOST, how)
    assert (await traffic(names, HOST, ELB, TODAY))[0].state == "unknown"


async def test_traffic_that_still_goes_to_heroku_is_told_so(server: DnsServer, names: Names) -> None:
    record, ttl = await traffic(names, HOST, ELB, TODAY)
    assert (record.state, record.seen) == ("wrong", f"points at {TODAY}, still")
    assert record.todo == f"Set CNAME {HOST} -> {ELB}." and ttl == 60
    server.set(HOST, "CNAME", "cdn.example")
    server.set("cdn.example", "CNAME", ELB)
    record, _ = await traffic(names, HOST, ELB, TODAY)
    assert record.state == "right", "through another name"
    server.set(HOST, "CNAME", "elsewhere.example")
    record, _ = await traffic(names, HOST, ELB, TODAY)
    assert (record.state, record.seen) == ("wrong", "points at elsewhere.example")
    server.remove(HOST)
    assert (await traffic(names, HOST, ELB, TODAY))[0].state == "missing"


async def test_an_apex_is_compared_by_its_addresses(server: DnsServer, names: Names) -> None:
    server.set("acme.example", "A", "192.0.2.99")
    record, _ = await traffic(names, "acme.example", ELB, TODAY)
    assert record.kind == "ALIAS or ANAME" and record.state == "wrong"
    assert "addresses of its own (192.0.2.99)" in record.seen
    server.set("acme.example", "A", "192.0.2.21")
    record, _ = await traffic(names, "acme.example", ELB, TODAY)
    assert (record.state, record.seen) == ("right", f"leads to the addresses of {ELB}")
    server.set("shop.co.example", "SOA", "ns.example. me.example. 1 2 3 4 5")
    assert (await traffic(names, "shop.co.example", ELB, ""))[0].kind == "ALIAS or ANAME"


async def test_an_apex_with_addresses_of_its_own_is_told_from_herokus(
    server: DnsServer, names: Names
) -> None:
    wanted = ("192.0.2.30", "192.0.2.31")
    server.set("acme.example", "A", "192.0.2.7")
    record, _ = await traffic(names, "acme.example", ELB, TODAY, wanted)
    assert (record.kind, record.state) == ("A", "wrong")
    assert record.seen == f"leads to the addresses of {TODAY}, still"
    server.set("acme.example", "A", "192.0.2.30")
    assert (await traffic(names, "acme.example", ELB, TODAY, wanted))[0].state == "right"


async def test_a_subdomain_gets_addresses_where_the_target_tells_no_name(
    server: DnsServer, names: Names
) -> None:
    record, _ = await traffic(names, HOST, "", TODAY, ("192.0.2.30",))
    assert (record.kind, record.state) == ("A", "wrong")
    assert record.todo == f"Set A {HOST} -> 192.0.2.30, and nothing beside it."
    server.remove(HOST)
    server.set(HOST, "A", "192.0.2.30")
    assert (await traffic(names, HOST, "", TODAY, ("192.0.2.30",)))[0].state == "right"


async def test_a_wildcard_is_looked_at_below_it(server: DnsServer, names: Names) -> None:
    server.set("*.acme.example", "CNAME", ELB)
    assert (await traffic(names, "*.acme.example", ELB, TODAY))[0].state == "right"


async def test_aliases_in_a_circle_come_to_an_end(server: DnsServer, names: Names) -> None:
    server.set(HOST, "CNAME", "b.example")
    server.set("b.example", "CNAME", HOST)
    record, _ = await traffic(names, HOST, ELB, TODAY)
    assert record.state == "unknown" and "in a circle" in record.seen


async def test_hostile_names_are_shown_harmlessly(server: DnsServer, names: Names) -> None:
    server.set(HOST, "CNAME", r"a\027]0\007b.example")
    record, _ = await traffic(names, HOST, ELB, TODAY)
    assert record.state == "wrong" and record.seen.isprintable()
    assert (await names.ask("a..b", "A")).problem.endswith("no name that DNS knows")


async def test_the_servers_of_the_zone_are_asked_before_any_resolver(
    server: DnsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = ["127.0.0.1"]

    async def servers(self: Names, name: object) -> tuple[str, ...]:
        return tuple(zone)

    monkeypatch.setattr(dns_lookup, "PORT", server.port)
    monkeypatch.setattr(Names, "_servers", servers)
    resolver = SimpleNamespace(nameservers=["127.0.0.1"])
    monkeypatch.setattr(dns_lookup.dns.asyncresolver, "Resolver", lambda: resolver)
    names = Names(seconds=0.2)
    assert await names.ask(HOST, "CNAME") == Answer(alias=TODAY, ttl=60)
    zone[:] = ["127.0.0.2", "127.0.0.3"]
    found = await names.ask(HOST, "CNAME")
    assert found == Answer(alias=TODAY, ttl=60, remembered=True), "said to be a resolver's memory"
    server.set(CHALLENGE, "CNAME", "elsewhere.example")
    assert (await challenge(names, DOMAIN))[0].seen.endswith(", as a resolver remembers it")
    zone.clear()
    resolver.nameservers = []
    lost = await names.ask(HOST, "CNAME")
    assert lost.problem and not lost.records


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Trouble):
        Names("localhost")


def test_what_a_watch_waits_for_is_one_sentence() -> None:
    record = WatchedRecord(
        kind="CNAME", name="a", value="b", state="wrong", seen="points at c", todo="Set CNAME a -> b."
    )
    watch = DnsWatch(hostname="a", purpose="traffic", records=(record,), since="", looked_at="")
    assert watch.waits_for() == "Set CNAME a -> b. Now: points at c."
    assert not watch.right
    assert ttl_in_words(3600).startswith(
        "Its TTL is 3600: resolvers may keep the old answer for 60 min. Lower"
    )
    assert ttl_in_words(3600, before=False).endswith("for 60 min.")
    assert "Lower" not in ttl_in_words(60) and ttl_in_words(None) == ""
