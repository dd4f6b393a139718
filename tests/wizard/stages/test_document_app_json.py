"""Reading app.json and heroku.yml, right and wrong ones."""

import json

import pytest

from wizard.document.repository.app_json import (
    AppJson,
    AppJsonAddOn,
    AppJsonProcess,
    AppJsonVariable,
    parse_app_json,
)
from wizard.document.repository.code_nouns import HerokuYmlAddOn, HerokuYmlRun
from wizard.document.repository.heroku_yml import parse_heroku_yml
from wizard.document.repository.yaml_text import MOST_VISITS, read_yaml

WHOLE = {
    "name": "Shop",
    "description": "Sells",
    "keywords": ["a", "b"],
    "website": "https://a.example",
    "repository": "https://b.example",
    "logo": "https://c.example",
    "success_url": "/in",
    "scripts": {"postdeploy": {"command": "rake seed", "size": "standard-1x"}, "pr-predestroy": "rake drop"},
    "env": {
        "PLAIN": "hunter2-value",
        "MADE": {"generator": "secret", "description": "made up"},
        "MAYBE": {"value": "hunter2-other", "required": False},
        "INHERITED": {"required": True},
    },
    "formation": {"web": {"quantity": 2, "size": "basic"}, "worker": {"quantity": 0}},
    "image": "heroku/x",
    "addons": [
        "heroku-postgresql",
        {"plan": "heroku-redis:mini", "as": "CACHE", "options": {"version": "7"}},
    ],
    "buildpacks": [{"url": "heroku/python"}],
    "environments": {
        "test": {"scripts": {"test": "pytest"}, "env": {"CI": "hunter2-third"}},
        "review": {"addons": [], "formation": {"web": {"quantity": 1}}},
    },
    "stack": "heroku-24",
}


def parsed(told: object) -> AppJson:
    found = parse_app_json(json.dumps(told))
    assert found is not None
    return found


def test_all_keys_of_app_json() -> None:
    found = parsed(WHOLE)
    assert found.oddities == ()
    for key in ("name", "description", "website", "repository", "logo", "success_url", "image", "stack"):
        assert getattr(found, key) == WHOLE[key]
    assert found.keywords == ("a", "b")
    assert found.variables == (
        AppJsonVariable(name="PLAIN", has_value=True),
        AppJsonVariable(name="MADE", description="made up", generator="secret"),
        AppJsonVariable(name="MAYBE", required=False, has_value=True),
        AppJsonVariable(name="INHERITED"),
    )
    assert (found.env, found.generated, found.postdeploy) == (
        ("PLAIN", "MADE", "MAYBE", "INHERITED"),
        ("MADE",),
        "rake seed",
    )
    assert found.formation == (
        AppJsonProcess(type="web", quantity=2, size="basic"),
        AppJsonProcess(type="worker", quantity=0),
    )
    assert found.add_ons == (
        AppJsonAddOn(plan="heroku-postgresql"),
        AppJsonAddOn(plan="heroku-redis:mini", attached_as="CACHE", options=("version",)),
    )
    assert found.buildpacks == ("heroku/python",)
    test, review = found.environments
    assert (test.environment, test.replaces, test.scripts[0].command) == (
        "test",
        ("scripts", "env"),
        "pytest",
    )
    # An empty list replaces, too: the review app gets no add-on at all.
    assert (review.replaces, review.add_ons) == (("addons", "formation"), ())


def test_values_of_app_json_are_kept_nowhere() -> None:
    assert "hunter2" not in str(parsed(WHOLE))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"env": {"A": 3}}, "env.A is no text and no object"),
        ({"env": ["A"]}, "env is a list"),
        ({"env": {"A": {"required": "perhaps"}}}, "env.A.required is neither"),
        ({"env": {"A": {"generator": "magic"}}}, "names a generator"),
        ({"formation": {"web": {"quantity": "many"}}}, "formation.web.quantity is no number"),
        ({"formation": {"web": 3}}, "formation.web is no object"),
        ({"formation": [{"process": "web", "quantity": 1}]}, "as it was long ago"),
        ({"addons": {"a": 1}}, "addons is no list"),
        ({"addons": [{"as": "X"}, 3]}, "addons[0] names no plan"),
        ({"scripts": {"postdeploy": ["x"]}}, "scripts.postdeploy is no command"),
        ({"buildpacks": [None]}, "buildpacks[0] names no url"),
        ({"environments": {"review": {"domains": []}}}, "environments.review knows no key `domains`"),
        ({"name": ["x"]}, "name is no text"),
        ({"adons": []}, "Heroku knows no key `adons`"),
    ],
)
def test_wrong_types_in_app_json_are_named(told: object, said: str) -> None:
    assert any(said in oddity for oddity in parsed(told).oddities)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"a": NaN', "\x00"])
def test_what_is_no_app_json(text: str) -> None:
    assert parse_app_json(text) is None


def test_numbers_as_texts_are_taken() -> None:
    assert parsed({"formation": {"web": {"quantity": "2"}}}).formation[0].quantity == 2


def test_heroku_yml() -> None:
    found = parse_heroku_yml(
        "setup:\n  addons:\n    - plan: heroku-postgresql\n      as: DATABASE\n    - heroku-redis\n"
        "  config:\n    KEY: hunter2\n"
        "build:\n  docker:\n    web: Dockerfile\n    worker: w/Dockerfile\n  config:\n    ARG: hunter2\n"
        "release:\n  image: worker\n  command:\n    - ./migrate\n    - ./seed\n"
        "run:\n  web: puma\n  worker:\n    command:\n      - sidekiq\n    image: worker\n  odd: {}\n"
        "extra: 1\n"
    )
    assert found is not None
    assert found.add_ons == (
        HerokuYmlAddOn(plan="heroku-postgresql", attached_as="DATABASE"),
        HerokuYmlAddOn(plan="heroku-redis"),
    )
    assert (found.config, found.build_config) == (("KEY",), ("ARG",))
    assert found.images == {"web": "Dockerfile", "worker": "w/Dockerfile"}
    assert (found.release_image, found.release_command) == ("worker", "./migrate && ./seed")
    assert found.run[:2] == (
        HerokuYmlRun(type="web", command="puma"),
        HerokuYmlRun(type="worker", command="sidekiq", image="worker"),
    )
    assert found.oddities == (
        "heroku.yml line 26: Heroku knows no section `extra`.",
        "heroku.yml line 25 gives `odd` no command and no image.",
    )
    assert "hunter2" not in str(found)


def test_aliases_do_not_explode() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    lines += ["m0: &m0 {k0: v}"]
    lines += [f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 40)]
    top = read_yaml("\n".join([*lines, "run:", "  <<: *m39", "  web: x"]))
    assert top is not None

    def visits(item: object, depth: int = 0) -> int:
        below = [*item.items(), *(value for _, value in item.pairs())] if depth < 60 else []  # type: ignore[attr-defined]
        return 1 + sum(visits(one, depth + 1) for one in below)

    assert visits(top) <= MOST_VISITS + 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "a: [",
        "!!python/object/apply:os.system ['touch /tmp/x']",
        "\t",
        "{" * 5_000,
        "- " * 50_000,
        "a: b\n" * 100_000,
        "\x00",
    ],
)
def test_what_is_no_heroku_yml(text: str) -> None:
    assert parse_heroku_yml(text) is None


def test_versions_and_words_stay_as_they_are_written() -> None:
    top = read_yaml("on: push\nversion: 3.10\nday: 2026-01-01\nmode: 0777\n")
    assert top is not None
    assert [(key, item.text, item.line) for key, item in top.pairs()] == [
        ("on", "push", 1),
        ("version", "3.10", 2),
        ("day", "2026-01-01", 3),
        ("mode", "0777", 4),
    ]
