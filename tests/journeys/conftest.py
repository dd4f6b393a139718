"""Fixtures of the journeys."""

from collections.abc import Iterator

import pytest

from tests.journeys.a_sandbox import RunningSandbox


@pytest.fixture(scope="module")
def running_sandbox(
    private_world: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSandbox]:
    """One for all tests of a file."""
    sandbox = RunningSandbox(tmp_path_factory.mktemp("sandbox") / "world")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running_sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    """The sandbox, which behaves well at first."""
    running_sandbox.heal()
    yield running_sandbox
    running_sandbox.heal()
