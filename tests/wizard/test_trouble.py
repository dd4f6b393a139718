"""Troubles: what a person reads is safe, whole and free of secrets."""

import pytest

from wizard.model.secret import DOTS, Secret
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble, Unreachable

TOKEN = "canary-token-0815"


def test_it_says_three_things_in_order_and_its_code_last() -> None:
    trouble = Trouble("The target is not empty.", remedy="Choose another.", code="not-empty")
    assert trouble.sentence() == "The target is not empty. Nothing was changed. Choose another. [not-empty]"
    assert str(trouble) == "The target is not empty."
    assert (trouble.code, trouble.retry) == ("not-empty", False)


def test_an_empty_part_leaves_no_gap() -> None:
    assert Trouble("It broke.", untouched="", remedy="Try again.", code="x").sentence() == (
        "It broke. Try again. [x]"
    )


@pytest.mark.parametrize("part", ["cause", "untouched", "remedy"])
def test_every_part_is_made_safe_and_freed_of_secrets(part: str) -> None:
    Secret(TOKEN)
    texts = {"cause": "a", "untouched": "b", "remedy": "c"}
    texts[part] = f"x\x1b]0;{TOKEN}\x07y\u202e"
    trouble = Trouble(
        texts["cause"], untouched=texts["untouched"], remedy=texts["remedy"], code="bad", retry=True
    )
    for shown in (getattr(trouble, part), trouble.sentence()):
        assert TOKEN not in shown
        assert f"x␛]0;{DOTS}␇y<U+202E>" in shown
    assert TOKEN not in repr(trouble)
    assert TOKEN not in str(trouble.args)


def test_more_advice_is_made_safe_and_leaves_the_trouble_what_it_is() -> None:
    Secret(TOKEN)
    refused = SignInNeeded("aptible", "The token ended.", remedy="Sign in.")
    refused.advise(f"Or ask\x1b {TOKEN}.")
    assert refused.remedy == f"Sign in. Or ask␛ {DOTS}."
    assert (
        refused.sentence()
        == f"The token ended. Nothing was changed. Sign in. Or ask␛ {DOTS}. [token-refused]"
    )


def test_a_secret_with_a_line_break_is_found_too() -> None:
    Secret("canary\twith\x1bcontrol")
    assert Trouble("<canary\twith\x1bcontrol>", remedy="", code="x").cause == f"<{DOTS}>"


def test_a_secret_on_the_edge_of_a_cut_text_is_not_left_in_part() -> None:
    Secret(TOKEN)
    cause = Trouble("x" * 199_990 + TOKEN, remedy="", code="x").cause
    assert "canary" not in cause
    assert len(cause) <= 200_000


def test_line_breaks_stay() -> None:
    assert Trouble("one\ntwo\r\nthree", remedy="", code="x").cause == "one\ntwo\nthree"


def test_kinds_say_what_to_do_about_them() -> None:
    sign_in = SignInNeeded("heroku", "The token was refused.", remedy="Sign in again.")
    assert (sign_in.vendor, sign_in.code, sign_in.retry) == ("heroku", "token-refused", False)
    factor = SecondFactorNeeded("aptible", "A code is wanted.", remedy="Type it.", resume={"id": "7"})
    assert (factor.vendor, factor.code, factor.resume) == ("aptible", "otp-wanted", {"id": "7"})
    assert SecondFactorNeeded("aptible", "A code is wanted.", remedy="Type it.").resume == {}
    gone = Unreachable("No answer.", remedy="Wait.")
    assert (gone.code, gone.retry) == ("unreachable", True)
    assert all(isinstance(trouble, Trouble) for trouble in (sign_in, factor, gone))
