"""What an Elasticsearch answers to those who move its documents: written, searched and counted, in memory.

It stands for a server that this machine has no program for. The paths and the shapes are those of
Elasticsearch's own reference (8.x): `PUT /{index}/_doc/{id}`, `POST /_bulk`, `GET /{index}/_search`,
`GET /{index}/_count`, `GET /_cat/indices?format=json`. A search answers with all documents, whatever is asked
for.
"""

import json
from typing import Any
from urllib.parse import unquote, urlsplit

Answer = tuple[int, Any]
"""A status, and what is answered as JSON."""


class Indexes:
    """Documents by id, by index. An index is there once something is written to it."""

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, target: str, body: bytes = b"") -> Answer:
        """Answer one request. `target` is its path with the query."""
        words = [unquote(word) for word in urlsplit(target).path.strip("/").split("/") if word]
        try:
            match (method, words):
                case ("GET", []):
                    return 200, {"version": {"number": "8.12.0"}, "tagline": "You Know, for Search"}
                case ("GET", ["_cat", "indices"]):
                    return 200, [{"index": name} for name in sorted(self._documents)]
                case ("POST", ["_bulk"]):
                    return self._bulk(body)
                case ("PUT" | "POST", [name, "_doc", mark]):
                    return self._put(name, mark, json.loads(body))
                case ("GET", [name, "_count"]) if name in self._documents:
                    return 200, {"count": len(self._documents[name])}
                case ("GET", [name, "_search"]) if name in self._documents:
                    return 200, self._all(name)
        except (ValueError, TypeError, KeyError) as error:
            return 400, {"error": {"type": "parse_exception", "reason": str(error)}, "status": 400}
        return 404, {"error": {"type": "index_not_found_exception"}, "status": 404}

    def _put(self, name: str, mark: str, document: Any) -> Answer:
        there = self._documents.setdefault(name, {})
        made = mark not in there
        there[mark] = document
        return (201 if made else 200), {
            "_index": name,
            "_id": mark,
            "result": "created" if made else "updated",
        }

    def _bulk(self, body: bytes) -> Answer:
        """Lines in twos: what to do, and the document. Only `index` is known."""
        lines = [json.loads(line) for line in body.splitlines() if line.strip()]
        items = []
        for what, document in zip(lines[::2], lines[1::2], strict=True):
            place = what["index"]
            status, said = self._put(str(place["_index"]), str(place["_id"]), document)
            items.append({"index": {**said, "status": status}})
        return 200, {"errors": False, "items": items}

    def _all(self, name: str) -> Any:
        hits = [
            {"_index": name, "_id": mark, "_source": document}
            for mark, document in sorted(self._documents[name].items())
        ]
        return {"hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits}}
