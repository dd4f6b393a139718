"""Stores that a person moves: what to do is said without a secret, what was done is counted."""

import base64
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from wizard.model.secret import Secret
from wizard.model.trouble import Trouble, Unreachable
from wizard.stores.guided.check import GuidedStore
from wizard.stores.guided.counts import Api
from wizard.stores.guided.guides import GUIDES, guide_of

TYPES = ("couchdb", "elasticsearch", "influxdb", "kafka", "memcached", "mongodb", "rabbitmq")


class Answers:
    """A server that answers what it was told to, to who signs in as app:canary-pw."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.asked: list[str] = []
        answers = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers.asked.append(self.path)
                right = "Basic " + base64.b64encode(b"app:canary-pw").decode()
                status, body = told.get(self.path, (404, "{}"))
                if self.headers.get("authorization") != right:
                    status, body = 401, "{}"
                self.send_response(status)
                if status == 302:
                    self.send_header("location", "http://127.0.0.1:9/stolen")
                self.end_headers()
                self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

            def log_message(self, *words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, password: str = "canary-pw", path: str = "") -> Secret:
        where = f"127.0.0.1:{self._server.server_address[1]}"
        return Secret(f"http://app:{password}@{where}{path}", label="store's URL")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def serve() -> Iterator[Any]:
    running: list[Answers] = []

    def start(told: dict[str, Any]) -> Answers:
        running.append(Answers(told))
        return running[-1]

    yield start
    for one in running:
        one.close()


def elastic(**counts: int) -> dict[str, Any]:
    rows = [{"index": name} for name in [*counts, ".kibana"]]
    answers: dict[str, Any] = {"/_cat/indices?format=json&h=index": (200, rows)}
    return answers | {f"/{name}/_count": (200, {"count": count}) for name, count in counts.items()}


def test_every_type_has_a_guide_without_a_secret() -> None:
    assert tuple(sorted(GUIDES)) == TYPES
    for guide in GUIDES.values():
        assert guide.summary and guide.confirm
        for step in guide.filled(54321):
            assert "{port}" not in step.command
            assert not re.search(r"://[^$\s\"]*:[^$\s\"]*@", step.command)
            assert subprocess.run(["bash", "-n", "-c", step.command], check=False).returncode == 0
    assert "no Kafka" in guide_of("kafka").summary and guide_of("kafka").moves == "no-target"
    with pytest.raises(Trouble, match="no way known"):
        guide_of("cassandra")


def test_documents_are_counted_on_both_sides(serve: Any) -> None:
    source, target = serve(elastic(orders=7, people=2, old=1)), serve(elastic(orders=7, people=3, extra=0))
    proof = GuidedStore("search", "elasticsearch", source.url, target.url).prove()
    assert not proof.equal
    assert {one.kind: one.samples for one in proof.differences} == {
        "missing": ("old",),
        "more": ("extra",),
        "rows": ("people",),
    }
    assert [(part.name, part.source, part.target, part.equal) for part in proof.parts] == [
        ("extra", 0, 0, False),
        ("old", 1, 0, False),
        ("orders", 7, 7, True),
        ("people", 2, 3, False),
    ]
    same = serve(elastic(orders=7, people=2, old=1))
    assert GuidedStore("search", "elasticsearch", source.url, same.url).prove().equal


def test_databases_of_couchdb_and_queues_of_rabbitmq_are_compared(serve: Any) -> None:
    couch = serve({"/_all_dbs": (200, ["_users", "a/b"]), "/a%2Fb": (200, {"doc_count": 4})})
    assert GuidedStore("docs", "couchdb", couch.url, couch.url).prove().compared == 4
    there = serve({"/api/queues/%2F": (200, [{"name": "mail", "messages": 3}, {"name": "x"}])})
    here = serve({"/api/queues/%2F": (200, [{"name": "mail", "messages": 0}, {"name": "x"}])})
    proof = GuidedStore("queues", "rabbitmq", there.url, here.url).prove()
    assert proof.equal and proof.left_out == ("3 messages wait on the source and are not moved",)


def test_what_cannot_be_counted_is_for_a_person_to_confirm() -> None:
    def never() -> Secret:
        raise AssertionError

    store = GuidedStore("docs", "mongodb", never, never)
    assert not store.can_check
    proof = store.prove()
    assert proof.counted and not proof.parts and not proof.left_out, "nothing of it was left behind"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, "not json"), "else than JSON"),
        ((200, {"a": 1}), "else than a list"),
        ((500, "{}"), "answers 500"),
        ((302, "{}"), "answers 302"),
        ((200, "[" * 100_000), "else than JSON"),
    ],
)
def test_odd_answers_are_told_of(serve: Any, answer: Any, said: str) -> None:
    odd = serve({"/_all_dbs": answer})
    with pytest.raises(Trouble, match=said):
        GuidedStore("docs", "couchdb", odd.url, odd.url).prove()


def test_a_wrong_password_and_a_server_that_is_gone_are_told_of(serve: Any) -> None:
    server = serve(elastic(orders=1))
    with pytest.raises(Trouble, match="does not let us in") as refused:
        GuidedStore("search", "elasticsearch", lambda: server.url("wrong-password"), server.url).prove()
    assert "wrong-password" not in refused.value.sentence()
    gone = Secret("http://app:canary-pw@127.0.0.1:9", label="store's URL")
    with pytest.raises(Unreachable):
        GuidedStore("search", "elasticsearch", lambda: gone, server.url).prove()


def test_a_url_that_leads_off_this_machine_needs_tls() -> None:
    with pytest.raises(Trouble, match="without TLS"):
        Api(Secret("http://app:canary-pw@search.example", label="store's URL"))
    with pytest.raises(Trouble, match="over HTTP"):
        Api(Secret("mongodb://app:canary-pw@search.example", label="store's URL"))
    Api(Secret("amqps://app:canary-pw@queues.example/vhost", label="store's URL")).close()


def test_a_guide_speaks_of_the_target_that_is_moved_to() -> None:
    for guide in GUIDES.values():
        words = " ".join((guide.summary, *(step.words for step in guide.steps)))
        assert "Aptible" not in words, guide.type
