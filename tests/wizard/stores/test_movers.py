"""Each type of store is copied by its own mover, or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.database.control import Control
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.stores.guided.guides import GUIDES
from wizard.stores.move import StoreMove
from wizard.stores.movers import COPIED, open_mover


def opened(type_: str, work: Path) -> StoreMove:
    return open_mover(
        type_,
        name="n",
        store="s",
        session="s-1",
        source=lambda: Secret(""),
        target=lambda: Secret(""),
        work=work,
        report=lambda progress: None,
        event=lambda text: None,
        control=Control(),
    )


def test_types_are_copied_or_guided_and_never_both(
    tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("mariadb-dump")
    assert not set(COPIED) & set(GUIDES)
    assert type(opened("redis", tmp_path)).__name__ == "RedisMove"
    assert type(opened("mysql", tmp_path)).__name__ == "MysqlMove"
    for type_ in GUIDES:
        with pytest.raises(Trouble, match=f"the type {type_}"):
            opened(type_, tmp_path)
