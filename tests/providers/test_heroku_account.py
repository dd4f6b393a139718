"""What is kept of the account: its keys, its bills, and whether Heroku still does what it asks."""

from typing import Any, cast

import pytest

from providers.heroku.account_reading import standing
from providers.heroku.client import Client
from providers.heroku.dataclips import ask, dataclip_findings
from providers.heroku.gaps import gathered
from providers.heroku.github import link
from providers.heroku.people import invoice, ssh_key
from wizard.model.system import Account
from wizard.model.trouble import Trouble


@pytest.mark.parametrize(
    ("said", "day"),
    [("2026-10-01", "2026-10-01"), ("10/01/2026", "2026-10-01"), ("2026-10-01T00:00:00Z", "2026-10-01")],
)
def test_the_days_of_an_invoice_can_be_put_in_order(said: str, day: str) -> None:
    found = invoice({"number": 7, "period_start": said})
    assert found is not None and found.starts_on == day


def test_totals_that_are_no_amount_are_not_known() -> None:
    found = invoice({"number": 7, "total": 1912.0, "charges_total": True, "credits_total": float("nan")})
    assert found is not None
    assert (found.total_cents, found.charges_cents, found.credits_cents) == (1912, None, None)
    assert invoice({"total": 5}) is None


def test_of_a_key_only_its_name_and_fingerprint_are_kept() -> None:
    found = ssh_key({"id": "k", "email": "robin@laptop", "fingerprint": "17:63", "public_key": "ssh-rsa AA"})
    assert found is not None and (found.comment, found.fingerprint) == ("robin@laptop", "17:63")
    assert "ssh-rsa" not in repr(found)
    assert ssh_key({"comment": "nobody's"}) is None


def test_an_account_that_heroku_has_stopped_or_waits_for_is_told() -> None:
    good = Account(id="1", email="robin@acme.example")
    assert standing(good) == []
    bad = Account(
        id="1", email="robin@acme.example", suspended_at="2026-11-20T06:00:00Z", delinquent_at="2026"
    )
    gaps = {gap.key: gap for gap in gathered(standing(bad))}
    assert set(gaps) == {"account:suspended", "account:delinquent"}
    told = "Heroku has marked the account robin@acme.example as suspended since 2026-11-20."
    assert gaps["account:suspended"].question == told and gaps["account:suspended"].kind == "acknowledge"


def test_what_becomes_of_pull_requests_is_kept() -> None:
    found = link({"repo": "acme/shop", "pull_requests": {"enabled": True, "auto_deploy": False}})
    assert found is not None and (found.review_apps, found.auto_review_apps) == (True, False)
    found = link({"repo": "acme/shop"})
    assert found is not None and not found.review_apps


class _Clips:
    """A client whose dataclips service answers with this."""

    def __init__(self, said: Any) -> None:
        self._said = said

    async def get(self, path: str, *, host: str) -> Any:
        assert path.startswith("/graphql?query=query") and host == "dataclips"
        return self._said


@pytest.mark.parametrize(
    "said", [None, [], {}, {"errors": [{"message": "no"}]}, {"data": {"listClips": None}}]
)
async def test_dataclips_that_are_not_told_are_no_empty_list(said: Any) -> None:
    with pytest.raises(Trouble) as caught:
        await ask(cast("Client", _Clips(said)))
    assert caught.value.code == "no-dataclips"


async def test_dataclips_are_told_as_lost() -> None:
    rows = [
        {"id": "1", "title": "Orders", "datasource": {"addon_name": "db-1"}},
        {"id": "2", "datasource": None},
    ]
    clips = await ask(cast("Client", _Clips({"data": {"listClips": [*rows, {"title": "no id"}, 7]}})))
    assert [(one.title, one.database) for one in clips] == [("Orders", "db-1"), ("", "")]
    gaps = gathered(dataclip_findings(tuple(clips)))
    assert [gap.question for gap in gaps] == [
        "The dataclip Orders ends with its database on Heroku (db-1).",
        "The dataclip 2 ends with its database on Heroku.",
    ]
    assert dataclip_findings(None) == []
