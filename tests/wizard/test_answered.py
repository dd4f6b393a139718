"""What is told of an answer that is not as it is known, and of none."""

import msgspec
import pytest

from wizard.model.answered import converted, unreachable
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble


class Thing(Noun, frozen=True, kw_only=True):
    id: str


def test_an_answer_of_another_shape_names_the_vendor_and_the_place() -> None:
    assert converted({"id": "1", "new": True}, Thing, vendor="Acme", what="the thing") == Thing(id="1")
    with pytest.raises(Trouble) as told:
        converted([{"id": 1}], list[Thing], vendor="Acme", what="the things")
    assert told.value.code == "unknown-answer" and not told.value.retry
    assert "Acme's answer is not as Offramp knows it at: the things" in told.value.cause
    assert "$[0].id" in told.value.cause and "Acme may have changed" in told.value.remedy
    assert isinstance(told.value.__cause__, msgspec.ValidationError)


def test_no_answer_is_told_in_the_networks_words_or_by_its_kind() -> None:
    assert unreachable("api.acme.example", "the thing", OSError("no route\x1b[31m")).cause == (
        "api.acme.example does not answer at: the thing (no route\N{SYMBOL FOR ESCAPE}[31m)."
    )
    silent = unreachable("api.acme.example", "the thing", TimeoutError())
    assert "(TimeoutError)" in silent.cause and silent.retry
