"""A workflow is made where none deployed an app, and what other CI systems do is named."""

import pytest
from msgspec.structs import replace

from tests.wizard.prepare_workflow.test_workflow_steps import ACTION, CHECKOUT, job
from tests.wizard.prepare_workflow.world import PATH, SHOP, SYSTEM, TARGET, load, mapping, part, told
from wizard.document.checkout import Checkout
from wizard.model.delivery import Deploy, GitHubLink
from wizard.prepare.workflow.propose import workflow_part

FRESH = """\
# Written by Offramp: deploys acme-shop to Aptible.
name: "Deploy shop"

on:
  push:
    branches: [main]
  workflow_dispatch:

# One deploy after the other.
concurrency: deploy-shop

jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - name: Deploy to Aptible
        uses: aptible/aptible-deploy-action@v5
        with:
          type: git
          app: shop
          environment: acme
          username: ${{ secrets.APTIBLE_USERNAME }}
          password: ${{ secrets.APTIBLE_PASSWORD }}
"""
PATH_OF_FRESH = ".github/workflows/deploy-shop.yml"


def test_the_way_workflow_makes_one_where_there_is_none() -> None:
    changes, problems = part("on: push\njobs: {}\n", way="workflow")
    assert [(change.path, change.old, change.new) for change in changes] == [(PATH_OF_FRESH, None, FRESH)]
    assert [problem.code for problem in problems] == ["workflow-secrets"]
    assert part("on: push\njobs: {}\n") == ([], [])
    assert part(FRESH, path=PATH_OF_FRESH, way="workflow") == ([], [])
    assert [change.path for change in part(ACTION, way="workflow")[0]] == [PATH]


def test_the_branch_is_the_one_that_heroku_deploys() -> None:
    link = GitHubLink(repository="acme/shop", branch="live/eu", wait_for_ci=True)
    app = replace(SHOP, deploy=Deploy(kind="github", github=link))
    system = replace(SYSTEM, apps=(app, *SYSTEM.apps[1:]))
    code = Checkout(path="/code", is_git=True, branch="work")
    changes, problems = workflow_part(app, system, mapping(way="workflow"), TARGET, code)
    assert load(changes[0].new or "")["on"]["push"]["branches"] == ["live/eu"]
    assert "workflow-waits" in {problem.code for problem in problems}
    alone = workflow_part(SHOP, SYSTEM, mapping(way="workflow"), TARGET, code)[0]
    assert load(alone[0].new or "")["on"]["push"]["branches"] == ["work"]


def test_a_deploy_by_a_matrix_or_a_variable_is_not_doubled() -> None:
    step = FRESH[FRESH.index("      - name: Deploy") :]
    matrix = "    strategy:\n      matrix:\n        app: [shop, other]\n"
    by_matrix = job(CHECKOUT + step.replace("app: shop", "app: ${{ matrix.app }}"), matrix)
    assert part(by_matrix, way="workflow") == ([], [])
    by_variable = "env: {APP: shop}\n" + job(CHECKOUT + step.replace("app: shop", "app: ${{ env.APP }}"))
    assert part(by_variable, way="workflow") == ([], [])
    other = part(by_matrix.replace("[shop,", "[blog,"), way="workflow")[0]
    assert [change.path for change in other] == [PATH_OF_FRESH]
    unread = by_matrix.replace("${{ matrix.app }}", "'shop'") + "  bad: [\n"
    assert part(unread, way="workflow") == ([], [])


def test_what_is_to_be_done_for_one_app_does_not_stand_in_the_way_of_another() -> None:
    text = ACTION.replace('"acme-shop"', "acme-shop-staging").replace(
        "heroku_email:", "procfile: web\n        heroku_email:"
    )
    changes, problems = part(text, way="workflow")
    assert "workflow-lost-inputs" in {problem.code for problem in problems}
    assert [change.path for change in changes] == [PATH, PATH_OF_FRESH]
    assert not any(problem.blocks for problem in problems)


def test_a_workflow_that_a_person_has_to_edit_is_not_doubled() -> None:
    text = job(CHECKOUT + "      - run: git push heroku main\n")
    changes, problems = part(text, way="workflow")
    assert changes == []
    assert [problem.code for problem in problems if problem.blocks] == ["no-workflow"]
    taken = part("on: push\njobs: {}\n", path=PATH_OF_FRESH, way="workflow")
    assert (taken[0], [problem.code for problem in taken[1]]) == ([], ["no-workflow"])


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            ".circleci/config.yml",
            "jobs:\n  ship:\n    steps:\n      - heroku/deploy-via-git:\n          app-name: acme-shop\n",
        ),
        (".gitlab-ci.yml", "ship:\n  script:\n    - git push https://git.heroku.com/acme-shop.git main\n"),
        ("Jenkinsfile", "stage('x') {\n  sh 'git push https://git.heroku.com/acme-shop.git main'\n}\n"),
        (".buildkite/pipeline.yml", "steps:\n  - command: heroku container:release web -a acme-shop\n"),
        (".travis.yml", "deploy:\n  provider: heroku\n  app: acme-shop\n"),
        (
            "bitbucket-pipelines.yml",
            "pipelines:\n  default:\n    - step:\n        script:\n"
            "          - pipe: atlassian/heroku-deploy:1.0\n"
            "            variables: {HEROKU_APP_NAME: acme-shop}\n",
        ),
    ],
)  # fmt: skip
def test_other_ci_is_named_with_the_line_to_paste(path: str, text: str) -> None:
    said = told("on: push\n", more={path: text})["other-ci"]
    assert path in said
    assert "git push git@beta.aptible.com:acme/shop.git HEAD:master (it needs an SSH key" in said
    # What Terraform deploys is pushed by nobody else.
    instead = told("on: push\n", more={path: text}, way="terraform")["other-ci"]
    assert "apply Terraform" in instead and "git push" not in instead
