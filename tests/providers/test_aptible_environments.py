"""Where a new environment is put: the region that is wanted, or nowhere."""

from pathlib import Path

import msgspec
import pytest

from providers.aptible.answers import Stack
from providers.aptible.environments import best_stack
from providers.sandbox.aptible.world import ORGANIZATION
from providers.sandbox.aptible.world import Stack as SandboxStack
from tests.providers.aptible_world import aptible_world
from wizard.model.trouble import Trouble


def stack_of(number: int, region: str, *, default: bool = False, owner: str | None = None) -> Stack:
    links = {"organization": {"href": f"https://auth.example/organizations/{owner}"}} if owner else {}
    text = {"id": number, "name": f"s{number}", "region": region, "public": owner is None, "default": default}
    more = {"_links": links, "ssh_portal_host": "h", "ssh_portal_port": 22}
    return msgspec.convert({**text, **more}, Stack)


def test_the_stack_for_a_new_environment() -> None:
    us, eu = stack_of(1, "us-west-1", default=True), stack_of(2, "eu-central-1")
    own, other = stack_of(3, "eu-central-1", owner="acme"), stack_of(4, "eu-west-1", owner="others")
    far = stack_of(5, "eu-west-2", owner="acme")
    everything = [us, eu, own, other, far]
    assert best_stack([us, eu, other], "acme", "eu-central-1") is eu
    assert best_stack([us, eu], "acme", "us-west-1") is us
    assert best_stack(everything, "acme", "eu-central-1") is own
    assert best_stack(everything, "acme", "us-west-1") is us
    assert best_stack(everything, "acme", "eu-west-2") is far
    assert best_stack([stack_of(6, "us-west-1"), us], "acme", "us-west-1") is us
    assert best_stack([eu], "acme", "") is eu


@pytest.mark.parametrize(
    ("region", "code", "words"),
    [
        ("ap-south-1", "no-stack", "ap-south-1 (it offers: eu-central-1, us-west-1)"),
        ("eu-west-1", "no-stack", "it offers: eu-central-1, us-west-1"),
        ("eu-central-1", "stack-unclear", "s3, s5"),
        ("", "region-unclear", "eu-central-1, us-west-1"),
    ],
)
def test_no_stack_is_chosen_for_somebody(region: str, code: str, words: str) -> None:
    stacks = [
        stack_of(1, "us-west-1", default=True),
        stack_of(2, "eu-central-1"),
        stack_of(3, "eu-central-1", owner="acme"),
        stack_of(4, "eu-west-1", owner="others"),
        stack_of(5, "eu-central-1", owner="acme"),
    ]
    with pytest.raises(Trouble) as caught:
        best_stack(stacks, "acme", region)
    assert caught.value.code == code
    assert words in caught.value.cause


async def test_an_environment_is_made_where_it_is_wanted_or_not_at_all(short_folder: Path) -> None:
    async with aptible_world(short_folder) as world:
        with pytest.raises(Trouble) as caught:
            await world.target.create_environment("acme-asia", "ap-south-1", world.log)
        assert caught.value.code == "no-stack"
        made = await world.target.create_environment("acme-us", "us-west-1", world.log)
        assert made.region == "us-west-1"
        assert (await world.environment()).region == "eu-central-1"
        assert world.sandbox.facts()["regions"] == {"acme-us": "us-west-1", "acme-production": "eu-central-1"}
        own = SandboxStack(7, "acme-own", "eu-central-1", organization=ORGANIZATION)
        world.sandbox.world.stacks[own.id] = own
        await world.target.create_environment("acme-own", "eu-central-1", world.log)
        (account,) = [item for item in world.sandbox.world.accounts.values() if item.handle == "acme-own"]
        assert (account.stack, account.type) == (own, "production")


async def test_stacks_are_read_when_one_is_not_known_and_not_at_every_look(short_folder: Path) -> None:
    async with aptible_world(short_folder) as world:
        made = await world.environment()
        assert await world.target.environments() == [made]
        world.faults.add("500", path="/stacks", method="GET", count=None)
        assert await world.target.environments() == [made], "what was known is kept for the run"
        account = next(iter(world.sandbox.world.accounts.values()))
        world.target._environments._stacks.pop(str(account.stack.id))
        with pytest.raises(Trouble):
            await world.target.environments()
