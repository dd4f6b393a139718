"""CI files, scripts and Terraform that reach Heroku."""

import json

import pytest

from wizard.document.repository.code_nouns import EnvFile
from wizard.document.repository.env_files import env_files, is_env_file, may_leak
from wizard.document.repository.terraform import terraform_blocks
from wizard.document.repository.workflows import deploy_paths

GITHUB = """\
name: Deploy to heroku run
on:
  push:
    branches: [main, release]
env:
  HEROKU_APP_NAME: acme-web
jobs:
  deploy:
    steps:
      - uses: actions/checkout@v4
      - uses: akhileshns/heroku-deploy@v3.13.15
        with:
          heroku_api_key: ${{ secrets.HEROKU_API_KEY }}
          heroku_app_name: ${{ secrets.APP }}
      - if: github.ref == 'refs/heads/release'
        run: |
          # git push heroku main
          heroku login -i
          git push -f https://heroku:HRKU-12345678-hunter2@git.heroku.com/acme-stage.git HEAD:main
          heroku run -a $HEROKU_APP_NAME rake db:migrate
      - run: heroku pipelines:promote --app acme-stage --to acme-web
"""
GITLAB = """\
production:
  script:
    - dpl --provider=heroku --app=gl-app --api-key=$KEY
  only: [main]
staging:
  variables: {APP: gl-stage}
  script: ["git push https://x:$KEY@git.heroku.com/$APP.git main"]
  rules:
    - if: $CI_COMMIT_BRANCH == "develop"
"""
CIRCLE = """\
orbs: {heroku: circleci/heroku@2.0}
jobs:
  ship:
    steps:
      - heroku/deploy-via-git:
          app-name: ci-app
      - run: {command: "heroku container:release web -a ci-app"}
workflows:
  main:
    jobs:
      - ship: {filters: {branches: {only: production}}}
"""
TRAVIS = "deploy:\n  provider: heroku\n  api_key: {secure: x}\n  app:\n    master: prod\n    dev: stage\n"
BITBUCKET = """\
pipelines:
  branches:
    master:
      - step:
          script:
            - pipe: atlassian/heroku-deploy:1.2.1
              variables:
                HEROKU_APP_NAME: bb-app
"""
MAKE = """\
deploy:
\tgit remote add heroku https://git.heroku.com/mk-app.git
\tgit push heroku main
\tdocker push registry.heroku.com/mk-app/web
\tcurl -X POST https://api.heroku.com/apps/mk-app/builds -H "Authorization: Bearer hunter2-hunter2-hunter2"
\tgit push origin main
\techo deployed to heroku by hand
"""


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        (
            ".github/workflows/deploy.yml",
            GITHUB,
            [
                (11, "action", "secrets.APP", "main, release"),
                (19, "git", "acme-stage", "release"),
                (20, "run", "acme-web", "release"),
                (21, "promotion", "acme-stage", "main, release"),
            ],
        ),
        (".gitlab-ci.yml", GITLAB, [(3, "api", "gl-app", "main"), (7, "git", "gl-stage", "develop")]),
        (
            ".circleci/config.yml",
            CIRCLE,
            [(5, "action", "ci-app", "production"), (7, "container", "ci-app", "production")],
        ),
        (".travis.yml", TRAVIS, [(5, "action", "prod", "master"), (6, "action", "stage", "dev")]),
        ("bitbucket-pipelines.yml", BITBUCKET, [(6, "action", "bb-app", "master")]),
        (
            "Makefile",
            MAKE,
            [(3, "git", "mk-app", ""), (4, "container", "mk-app", ""), (5, "api", "mk-app", "")],
        ),
        ("Jenkinsfile", "sh 'heroku container:push web --app j-app'\n", [(1, "container", "j-app", "")]),
        (
            "bin/deploy",
            "git remote add stage https://git.heroku.com/st-app.git\n"
            "git remote add live git@heroku.com:li-app.git\n"
            "git push stage main  # heroku.com\n"
            'heroku run x --remote "$1"\nheroku ps -r live\nheroku ps -a $app\n'
            "heroku config:set A=$B C=hunter2 D='hunter2 x' -a x1\n",
            [
                (3, "git", "st-app", ""),
                (4, "run", "", ""),
                (5, "other", "li-app", ""),
                (6, "other", "$app", ""),
                (7, "other", "x1", ""),
            ],
        ),
        ("package.json", '{"scripts": {\n"deploy": "git push heroku main"\n}}', [(2, "git", "", "")]),
        (".github/workflows/x.yml", "jobs: [", []),
        (".github/workflows/y.yml", "jobs: {a: {name: heroku run, env: {X: git push heroku}}}", []),
    ],
)
def test_where_code_reaches_heroku(file: str, text: str, found: list[tuple[int, str, str, str]]) -> None:
    paths = deploy_paths({file: text})
    assert [(path.line, path.how, path.app, path.branch) for path in paths] == found
    assert "hunter2" not in str(paths)


TERRAFORM = """\
provider "heroku" {
  api_key = "HRKU-hunter2"
}
/*
resource "heroku_app" "gone" {}
*/
resource "heroku_app" "web" {
  name = "acme-${var.env}"
  region = "eu"
  organization { name = "acme" }
  config_vars = {
    PLAIN = "hunter2"
  }
  sensitive_config_vars = merge({ KEY = var.key, "OTHER" = "hunter2, x=1" }, var.more)
}
resource "heroku_drain" "d" {
  app_id = heroku_app.web.id
  url = "syslog://u:hunter2@logs.example"
}
resource "aws_s3_bucket" "heroku" {}
module "app" { source = "./modules/heroku-app" }
"""


def test_terraform_with_herokus_provider() -> None:
    found = list(terraform_blocks({"main.tf": TERRAFORM, "other.tf": 'resource "aws_x" "y" {}'}))
    assert [(one.kind, one.type, one.name, one.line) for one in found] == [
        ("provider", "heroku", "", 1),
        ("resource", "heroku_app", "web", 7),
        ("resource", "heroku_drain", "d", 16),
        ("module", "app", "", 21),
    ]
    assert found[1].told == {"name": "acme-${var.env}", "region": "eu", "organization": "acme"}
    assert found[1].variables == ("PLAIN", "KEY", "OTHER")
    assert found[2].told == {"app_id": "heroku_app.web.id"}
    assert "hunter2" not in str(found)


def test_terraform_that_the_grammar_does_not_take() -> None:
    found = list(terraform_blocks({"main.tf": TERRAFORM + "}}} ((", "x.tf.json": "{"}))
    # Without the grammar a comment cannot be told; nothing is left out.
    assert [one.name for one in found if one.kind == "resource"] == ["gone", "web", "d"]
    assert all(not one.told and not one.variables for one in found)


@pytest.mark.parametrize(
    ("line", "app", "folder"),
    [
        ("git subtree push --prefix apps/web heroku main", "he-app", "apps/web"),
        ("git subtree push --prefix=./api/ stage main", "st-app", "api"),
        ("git push heroku `git subtree split --prefix api main`:main --force", "he-app", "api"),
        ("git subtree push --prefix $DIR heroku main", "he-app", ""),
        ("git push heroku main", "he-app", ""),
    ],
)
def test_a_folder_that_goes_to_heroku_alone(line: str, app: str, folder: str) -> None:
    remotes = "git remote add heroku https://git.heroku.com/he-app.git\n"
    remotes += "git remote add stage https://git.heroku.com/st-app.git\n"
    (path,) = deploy_paths({"bin/deploy": f"{remotes}{line}  # git.heroku.com\n"})
    assert (path.how, path.app, path.folder) == ("git", app, folder)


def test_a_folder_that_an_action_deploys() -> None:
    ours = {"uses": "akhileshns/heroku-deploy@v3", "with": {"heroku_app_name": "he-app", "appdir": "api/"}}
    other = {**ours, "with": {"appdir": "${{ matrix.dir }}"}}
    text = json.dumps({"jobs": {"a": {"steps": [ours, other]}}}, indent=1)
    paths = deploy_paths({".github/workflows/x.yml": text})
    assert [(path.app, path.folder) for path in paths] == [("he-app", "api"), ("", "")]


def test_names_of_env_files_without_their_values() -> None:
    texts = {
        ".env": 'export A_TOKEN="hunter2"\n# C=1\nB=\nD.E = hunter2-x # why\n',
        ".env.example": "A=changeme\nB=your key here\nC=<secret>\nD=${X}\n",
        ".env.sample.local": "A_TOKEN=hunter2\n",
    }
    assert all(is_env_file(path) for path in (*texts, "api/.envrc", "prod.env", ".env.production"))
    assert not any(is_env_file(path) for path in ("env.py", "src/env", "environment.rb"))
    plain, example, sample = env_files(texts)
    assert plain == EnvFile(
        file=".env", names=("A_TOKEN", "B", "D.E"), lines=(1, 3, 4), with_values=2, secrets=1
    )
    assert (example.example, example.with_values) == (True, 0)
    assert (sample.example, sample.with_values) == (True, 1)
    assert "hunter2" not in str((plain, example, sample))
    assert [may_leak(one) for one in (plain, example, sample)] == [True, False, False]
    harmless = "DEBUG=true\nENVIRONMENT=dev\nURL=https://acme.example\n"
    assert not any(map(may_leak, env_files({".env": harmless})))
    tests = (
        ".env.test",
        "tests/.env",
        ".devcontainer/app.env",
        ".env.ci",
        ".env.development",
        "docs/nas/.env",
    )
    assert not any(may_leak(one) for one in env_files(dict.fromkeys(tests, "A_TOKEN=hunter2")))
