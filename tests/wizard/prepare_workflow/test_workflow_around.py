"""Around a deploying step: what starts it, what it reads, where the code lies and what is built of it."""

import pytest

from tests.wizard.prepare_workflow.test_workflow_steps import ACTION, CHECKOUT, PUSH, job, steps_of
from tests.wizard.prepare_workflow.world import load, one, part, told

PULLS = "on: {push: {branches: [main]}, pull_request: {}}"


@pytest.mark.parametrize(
    ("condition", "on", "said"),
    [
        ("github.ref == 'refs/heads/main'", PULLS, False),
        ("github.event_name == 'push' && github.actor != 'x'", PULLS, True),
        ("github.event_name == 'push'", PULLS, False),
        ("github.ref == 'refs/heads/main' || github.event_name == 'pull_request'", PULLS, True),
        ("${{ !startsWith(github.ref, 'refs/heads/') }}", PULLS, True),
        ("github.event_name == 'push'", "on: {push: {tags: [v1]}}", True),
        ("github.ref == 'refs/heads/main'", "on: pull_request_target", True),
        ("success()", "on: [release, push]", True),
    ],
)
def test_a_deploy_that_only_a_branch_starts_is_no_problem(condition: str, on: str, said: bool) -> None:
    text = job(PUSH, f"    if: {condition}\n" if condition[0] != "$" else f'    if: "{condition}"\n')
    assert ("workflow-no-branch" in told(text.replace("on: push", on))) == said


def test_the_history_is_that_of_this_code_and_in_the_root() -> None:
    other = CHECKOUT + "        with:\n          repository: acme/ci\n          path: ci\n"
    new = steps_of(one(job(PUSH.replace(CHECKOUT, CHECKOUT + other))))
    assert new[0]["with"] == {"fetch-depth": 0}
    assert new[1]["with"] == {"repository": "acme/ci", "path": "ci"}
    below = job(PUSH.replace(CHECKOUT, CHECKOUT.rstrip("\n") + "\n        with:\n          path: shop\n"))
    assert "into shop, and the action pushes from the root" in told(below)["workflow-checkout-path"]
    assert sum("checkout" in str(step) for step in steps_of(one(below))) == 1


def test_what_a_condition_reads_stays_and_is_named() -> None:
    text = ACTION.replace("github.ref == 'refs/heads/main'", "env.HEROKU_ON == 'yes'").replace(
        "      with:\n        # from", "      env:\n        HEROKU_ON: 'yes'\n      with:\n        # from"
    )
    assert load(one(text))["jobs"]["ship"]["steps"][1]["env"] == {"HEROKU_ON": "yes"}
    assert "env.HEROKU_ON == 'yes'" in told(text)["workflow-condition"]
    script = job(PUSH + "        if: env.ON == '1'\n        env:\n          ON: '1'\n          KEY: x\n")
    assert steps_of(one(script))[1]["env"] == {"ON": "1"}


IMAGE = "registry.heroku.com/acme-shop/web"


@pytest.mark.parametrize(
    ("build", "code", "said"),
    [
        (f"docker build -t {IMAGE} .", "workflow-builds-there", "in the root"),
        (f"docker build . --pull -f ./Dockerfile --tag={IMAGE}", "workflow-builds-there", "in the root"),
        (f"docker build -t {IMAGE} --no-cache ./apps/web", "workflow-part", "the folder apps/web"),
        (
            f"docker buildx build --push -f apps/web/Dockerfile -t {IMAGE} .",
            "workflow-dockerfile",
            "apps/web",
        ),
        (f"docker build --file=Dockerfile.web -t {IMAGE} .", "workflow-dockerfile", "from Dockerfile.web"),
    ],
)
def test_what_the_root_would_not_build_is_not_edited(build: str, code: str, said: str) -> None:
    steps = f"      - run: |\n          {build}\n          heroku container:release web -a acme-shop\n"
    text = job(CHECKOUT + steps)
    assert said in told(text)[code]
    assert bool(part(text)[0]) == (code == "workflow-builds-there")
    # An image of the map is whole as it is.
    assert "docker_img" in one(text, image="ghcr.io/acme/shop:v1")


def test_an_action_that_builds_another_file_is_not_edited() -> None:
    told_so = f"with: {{push: true, file: web.Dockerfile, tags: {IMAGE}}}"
    push = f"      - uses: docker/build-push-action@v5\n        {told_so}\n"
    text = job(CHECKOUT + push + "      - run: heroku container:release web -a acme-shop\n")
    assert part(text)[0] == []
    assert "from web.Dockerfile" in told(text)["workflow-dockerfile"]
    docker = ACTION.replace(
        "heroku_email:", "usedocker: true\n        dockerfile_name: b.Dockerfile\n        x:"
    )
    assert part(docker)[0] == []
    assert "from b.Dockerfile" in told(docker)["workflow-dockerfile"]


def test_a_reusable_workflow_of_another_app_is_none_of_ours() -> None:
    text = job(PUSH).replace("on: push", "on: {workflow_call: {}}")
    assert "workflow-reusable" in told(text)
    assert told(text.replace("acme-shop.git", "blog.git")) == {}
    assert "workflow-reusable" in told(text.replace("acme-shop.git", "${{ inputs.app }}.git"))


def test_what_terraform_deploys_gets_no_step_to_paste() -> None:
    text = job(PUSH) + "  bad: [\n"
    assert "aptible-deploy-action" in told(text)["workflow-not-edited"]
    instead = told(text, way="terraform")["workflow-not-edited"]
    assert "apply Terraform" in instead and "aptible-deploy-action" not in instead


def test_a_matrix_that_an_expression_makes_is_asked_for() -> None:
    text = job(
        PUSH.replace("acme-shop.git", "${{ matrix.app }}.git"),
        "    strategy:\n      matrix:\n        app: ${{ fromJSON(needs.plan.outputs.apps) }}\n",
    )
    assert part(text)[0] == []
    assert "matrix.app" in told(text)["workflow-unknown-app"]
