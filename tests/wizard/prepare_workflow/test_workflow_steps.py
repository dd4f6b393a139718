"""Of a workflow the steps that deploy to Heroku come to deploy to Aptible, and nothing else changes."""

import pytest

from tests.wizard.prepare_workflow.world import load, one, part, told

ACTION = """\
# Ships the shop.
name: "Deploy"   # quoted
on:
  push:
    branches: [ main ]
env:
  HEROKU_API_KEY: ${{ secrets.HEROKU_API_KEY }}  # of ops
  RUBY: 3.10
  DAY: 2026-11-30
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - run: rake   # all of them
  ship:
    needs: [test]
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4  # the code

    # The command line is not there any more.
    - name: Install the Heroku CLI
      run: curl https://cli-assets.heroku.com/install.sh | sh

    - name: 'Deploy to Heroku'
      if: github.ref == 'refs/heads/main'
      uses: akhileshns/heroku-deploy@v3.13.15 # pinned
      with:
        # from the account page
        heroku_api_key: ${{ secrets.HEROKU_API_KEY }}
        heroku_app_name: "acme-shop"   # production
        heroku_email: ops@acme.example
    - run: echo done
"""

ACTION_AFTER = """\
# Ships the shop.
name: "Deploy"   # quoted
on:
  push:
    branches: [ main ]
env:
  # of ops
  RUBY: 3.10
  DAY: 2026-11-30
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - run: rake   # all of them
  ship:
    needs: [test]
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4  # the code
      with:
        fetch-depth: 0

    # The command line is not there any more.
    - name: 'Deploy to Aptible'
      if: github.ref == 'refs/heads/main'
      uses: aptible/aptible-deploy-action@v5 # pinned
      with:
        # from the account page
        # production
        type: git
        app: shop
        environment: acme
        username: ${{ secrets.APTIBLE_USERNAME }}
        password: ${{ secrets.APTIBLE_PASSWORD }}
    - run: echo done
"""


def test_an_action_becomes_aptibles_and_all_else_stays_to_the_letter() -> None:
    assert one(ACTION) == ACTION_AFTER


def test_a_second_proposal_changes_nothing() -> None:
    changes, problems = part(ACTION_AFTER, way="workflow")
    assert changes == []
    assert [problem for problem in problems if problem.blocks] == []


def test_secrets_are_named_and_never_valued() -> None:
    said = told(ACTION)
    assert "APTIBLE_USERNAME, APTIBLE_PASSWORD" in said["workflow-secrets"]
    assert "without a second factor" in said["workflow-secrets"]
    assert "HEROKU_API_KEY" in said["workflow-secrets-gone"]


def job(steps: str, more: str = "") -> str:
    return f"on: push\njobs:\n  ship:\n    runs-on: ubuntu-latest\n{more}    steps:\n{steps}"


CHECKOUT = "      - uses: actions/checkout@v4\n"
PUSH = CHECKOUT + "      - run: git push https://heroku:$KEY@git.heroku.com/acme-shop.git HEAD:main\n"


def steps_of(text: str) -> list[dict[str, object]]:
    (name,) = load(text)["jobs"]
    return list(load(text)["jobs"][name]["steps"])


def test_a_push_becomes_the_action() -> None:
    new = steps_of(one(job(PUSH)))
    assert [step["uses"] for step in new] == ["actions/checkout@v4", "aptible/aptible-deploy-action@v5"]
    assert new[0]["with"] == {"fetch-depth": 0}
    assert new[1]["with"]["app"] == "shop"  # type: ignore[index]


@pytest.mark.parametrize(
    ("checkout", "after"),
    [
        (
            "      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 1 # one\n",
            "fetch-depth: 0 # one",
        ),
        ("      - uses: actions/checkout@v4\n        with: {lfs: true}\n", "{fetch-depth: 0, lfs: true}"),
        (
            "      - uses: actions/checkout@v4\n        with:\n          lfs: true\n",
            "fetch-depth: 0\n          lfs: true",
        ),
        ("", "actions/checkout@v4\n        with:\n          fetch-depth: 0"),
    ],
)
def test_a_push_has_the_whole_history(checkout: str, after: str) -> None:
    assert after in one(job(PUSH.replace(CHECKOUT, checkout)))


def test_a_history_that_is_fetched_by_hand_stays_so() -> None:
    new = one(job(PUSH.replace(CHECKOUT, CHECKOUT + "      - run: git fetch --unshallow\n")))
    assert "fetch-depth" not in new
    assert "run: git fetch --unshallow" in new


def test_sign_in_remotes_and_netrc_go_with_the_push() -> None:
    script = """\
      - name: Ship
        shell: bash
        working-directory: .
        env: {HEROKU_API_KEY: "${{ secrets.HEROKU_API_KEY }}"}
        run: |
          set -e
          cat > ~/.netrc <<EOF
          machine git.heroku.com
          EOF
          heroku git:remote -a acme-shop
          git push \\
            heroku HEAD:main
"""
    new = steps_of(one(job(CHECKOUT + script)))
    assert new[1].keys() == {"name", "uses", "with"}


def test_images_for_herokus_registry_are_built_there_now() -> None:
    script = """\
      - uses: docker/login-action@v3
        with: {registry: registry.heroku.com, username: _, password: "${{ secrets.HEROKU_API_KEY }}"}
      - uses: docker/build-push-action@v5
        with: {push: true, tags: registry.heroku.com/acme-shop/web}
      - run: heroku container:release web -a acme-shop
"""
    text = job(CHECKOUT + script)
    assert [step["uses"] for step in steps_of(one(text))] == [
        "actions/checkout@v4",
        "aptible/aptible-deploy-action@v5",
    ]
    assert "builds it from the Dockerfile" in told(text)["workflow-builds-there"]


def test_an_image_of_the_map_is_deployed_as_it_is() -> None:
    new = steps_of(one(job(PUSH), way="image", image="ghcr.io/acme/shop:${{ github.sha }}"))
    assert "with" not in new[0]
    assert new[1]["with"] == {
        "type": "docker",
        "app": "shop",
        "environment": "acme",
        "docker_img": "ghcr.io/acme/shop:${{ github.sha }}",
        "username": "${{ secrets.APTIBLE_USERNAME }}",
        "password": "${{ secrets.APTIBLE_PASSWORD }}",
        "private_registry_username": "${{ secrets.REGISTRY_USERNAME }}",
        "private_registry_password": "${{ secrets.REGISTRY_PASSWORD }}",
    }


BUILD = """\
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: |
            ghcr.io/acme/shop:${{ github.sha }}
"""


def test_an_image_that_the_job_pushes_is_deployed_by_the_tag_that_it_pushed() -> None:
    text = job(CHECKOUT + BUILD + PUSH.removeprefix(CHECKOUT))
    new = steps_of(one(text, image="ghcr.io/acme/shop:v1"))
    assert new[2]["with"]["docker_img"] == "ghcr.io/acme/shop:${{ github.sha }}"  # type: ignore[index]
    assert "workflow-not-built" not in told(text, image="ghcr.io/acme/shop:v1")
    other = told(text, image="ghcr.io/acme/other:v1")
    assert "pushes no such image" in other["workflow-not-built"]


def test_what_terraform_deploys_no_workflow_deploys_too() -> None:
    assert part(ACTION, way="terraform")[0] == []
    assert "Terraform is to deploy it" in told(ACTION, way="terraform")["workflow-by-terraform"]


def test_a_variable_that_a_script_may_read_stays() -> None:
    assert "HEROKU_API_KEY" not in one(ACTION)
    text = ACTION.replace("run: echo done", "run: ./bin/after")
    assert "HEROKU_API_KEY: ${{ secrets.HEROKU_API_KEY }}  # of ops" in one(text)
    assert "workflow-secrets-gone" not in told(text)


def test_a_secret_that_is_read_in_brackets_is_not_called_gone() -> None:
    text = ACTION.replace("run: echo done", "run: echo ${{ secrets['HEROKU_API_KEY'] }}")
    assert "workflow-secrets-gone" not in told(text)


def test_a_variable_of_any_name_is_no_pattern() -> None:
    assert "aptible-deploy-action" in one(ACTION.replace("HEROKU_API_KEY: ${{", "HEROKU_[: ${{"))


def test_a_script_with_the_key_of_heroku_is_named() -> None:
    text = job("      - run: ./ship.sh\n        env:\n          KEY: ${{ secrets.HEROKU_API_KEY }}\n")
    assert part(text)[0] == []
    assert "no step in it is known to deploy there" in told(text)["workflow-unseen"]


def test_addresses_on_heroku_that_stay_are_named() -> None:
    text = job(PUSH + "      - run: curl -f https://acme-shop-1a2b.herokuapp.com/health\n")
    assert "line 16" in told(text)["workflow-address"]


def test_variables_for_the_build_are_named() -> None:
    text = ACTION.replace(
        "      with:\n        # from", "      env:\n        HD_MODE: x\n      with:\n        # from"
    )
    assert "HD_MODE" in told(text)["workflow-lost-inputs"]
    assert "HD_MODE" not in one(text)


def test_a_workflow_that_only_speaks_of_heroku_is_left_alone() -> None:
    assert part("on: push\njobs: {}\n#  KEY: ${{ secrets.HEROKU_API_KEY }}\n") == ([], [])
    assert part("# Not on Heroku any more.\non: push\njobs: {a: &a {}, b: *a}\n") == ([], [])


def test_the_release_command_after_a_deploy_is_in_the_hook_already() -> None:
    step = '      - run: heroku run -a acme-shop -- "rails db:migrate"\n'
    assert "heroku" not in one(job(PUSH + step))
    assert "workflow-one-off" not in told(job(PUSH + step))


def test_another_one_off_is_named_and_stays() -> None:
    text = job(PUSH + "      - run: heroku run rake warm -a acme-shop\n")
    assert "heroku run rake warm" in one(text)
    assert "`- rake warm`" in told(text)["workflow-one-off"]
    assert "deploy.yml:8 runs" in told(text)["workflow-one-off"]


def test_lines_that_go_with_the_push_are_named() -> None:
    script = (
        "      - run: |\n          git push https://git.heroku.com/acme-shop.git\n"
        "          heroku run -a acme-shop rake warm\n          heroku ps:restart -a acme-shop\n"
    )
    said = told(job(CHECKOUT + script))
    assert "heroku" not in one(job(CHECKOUT + script))
    assert "ran `rake warm` on Heroku" in said["workflow-one-off-gone"]
    assert "ps:restart" in said["workflow-acts-gone"]


def test_a_promotion_names_the_app_that_it_reaches() -> None:
    text = job("      - run: heroku pipelines:promote -a acme-shop-staging\n")
    assert "app: shop," in told(text)["workflow-promotion"]
    assert "app:" not in told(text.replace("-staging", ""))["workflow-promotion"]


def test_a_job_for_each_stage_goes_to_its_own_app() -> None:
    job_ = """\
  {name}:
    runs-on: ubuntu-latest
    environment: {name}
    steps:
      - uses: actions/checkout@v4
      - uses: akhileshns/heroku-deploy@v3
        with:
          heroku_app_name: ${{{{ secrets.HEROKU_APP_NAME }}}}
"""
    text = "on: push\njobs:\n" + job_.format(name="staging") + job_.format(name="production")
    jobs = load(one(text))["jobs"]
    apps = {name: jobs[name]["steps"][1]["with"]["app"] for name in jobs}
    assert apps == {"staging": "shop-staging", "production": "shop"}
    assert "takes it for this one" in told(text)["workflow-guessed"]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("${{ inputs.app }}", ""),
        ("${{ github.ref_name == 'main' && 'a' || 'b' }}", ""),
        ("${{ secrets.APP }}", "    environment: ${{ matrix.stage }}\n"),
    ],
)
def test_an_app_that_may_be_another_each_time_is_not_guessed(name: str, more: str) -> None:
    step = f'      - uses: akhileshns/heroku-deploy@v3\n        with:\n          heroku_app_name: "{name}"\n'
    assert part(job(CHECKOUT + step, more), both=False)[0] == []
    assert "workflow-unknown-app" in told(job(CHECKOUT + step, more), both=False)


def test_what_deploys_an_app_that_stays_is_left_alone() -> None:
    changes, problems = part(job(PUSH.replace("acme-shop", "blog")))
    assert (changes, problems) == ([], [])


def test_an_app_that_nothing_names_is_asked_for() -> None:
    text = job(CHECKOUT + "      - run: git push heroku main\n")
    changes, _ = part(text)
    assert changes == []
    assert "Offramp cannot tell" in told(text)["workflow-unknown-app"]
    assert steps_of(one(text, both=False))[1]["with"]["app"] == "shop"  # type: ignore[index]


@pytest.mark.parametrize("names", ["[acme-shop, acme-shop-staging]", "[acme-shop, blog]"])
def test_a_matrix_whose_apps_are_called_otherwise_is_not_edited(names: str) -> None:
    text = job(
        PUSH.replace("acme-shop.git", "${{ matrix.app }}.git"),
        f"    strategy:\n      matrix:\n        app: {names}\n",
    )
    assert part(text)[0] == []
    said = told(text)["workflow-matrix"]
    assert "acme-shop is shop" in said and "app: ${{ matrix.app }}" in said.replace('"', "")
    # Each case of the matrix would deploy the one app that it names.
    assert "app: shop," not in said


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (job(PUSH.replace("run: git", "run: npm run build && git")), "workflow-mixed", "other things"),
        (
            job(PUSH + "      - run: heroku pipelines:promote -a acme-shop\n"),
            "workflow-promotion", "promotes",
        ),
        (job(PUSH + "      - run: heroku ps:restart -a acme-shop\n"), "workflow-acts", "ps:restart"),
        (job(PUSH).replace("git push", "git subtree push --prefix api"), "workflow-part", "the folder api"),
        (
            ACTION.replace("heroku_email:", "appdir: ./api\n        heroku_email:"),
            "workflow-part", "the folder api",
        ),
        (
            job("      - working-directory: api\n        run: heroku container:push web -a acme-shop\n"),
            "workflow-part", "the folder api",
        ),
        (job(PUSH).replace("ubuntu-latest", "windows-2022"), "workflow-runner", "windows-2022"),
        (job(PUSH).replace("on: push", "on: {push: {tags: [v1]}}"), "workflow-no-branch", "tags"),
        (job(PUSH).replace("@v4\n", "@v4\n        with: {ref: live}\n"), "workflow-other-ref", "live"),
        (job(PUSH).replace("on: push", "on: {workflow_call: {}}"), "workflow-reusable", "call it"),
        (job(PUSH).replace("      - uses: actions/checkout@v4", "      - {uses: actions/checkout@v4}"),
         "workflow-not-edited", "writes a step in braces"),
        (
            job(PUSH).replace("- run:", "- &x\n        run:") + "      - *x\n",
            "workflow-not-edited", "anchors",
        ),
        (job(PUSH) + "  bad: [\n", "workflow-not-edited", "no valid YAML"),
        (
            "on: push\njobs:\n  ship:\n    uses: acme/ci/.github/workflows/heroku.yml@v1\n"
            "    with: {app: acme-shop}\n",
            "workflow-calls", "acme/ci/.github/workflows/heroku.yml@v1",
        ),
    ],
)  # fmt: skip
def test_what_is_not_edited_is_named_with_what_to_do(text: str, code: str, said: str) -> None:
    assert said in told(text)[code]


def test_a_folder_of_the_code_is_not_taken_for_all_of_it() -> None:
    assert part(ACTION.replace("heroku_email:", "appdir: api\n        heroku_email:"))[0] == []
    assert part(ACTION.replace("heroku_email:", "appdir: .\n        heroku_email:"))[0] != []


def test_a_step_to_paste_is_valid() -> None:
    remedy = told(job(PUSH) + "  bad: [\n", both=False)["workflow-not-edited"]
    (step,) = load(remedy[remedy.index("- {") :])
    assert step["with"]["password"] == "${{ secrets.APTIBLE_PASSWORD }}"
