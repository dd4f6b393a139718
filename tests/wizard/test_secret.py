"""Secrets: no way but `reveal` shows the value, and the register finds it in any dress."""

import base64
import copy
import html
import json
import logging
import pickle
import shlex
import threading
import traceback
import urllib.parse
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from wizard.model.secret import DOTS, REGISTER, SHORTEST, Register, Secret, config_value, redact
from wizard.model.text import clean, clean_lines

VALUE = "canary-7f3a/9+z="


class TestSecret:
    @pytest.mark.parametrize(
        "show",
        [
            repr,
            str,
            ascii,
            "{}".format,
            "{!r}".format,
            "{:>40}".format,
            lambda secret: "%s" % secret,  # noqa: UP031
            lambda secret: "%r" % [secret],
            lambda secret: f"{secret}{secret!r}{secret=}",
            lambda secret: repr({"token": secret, "list": [secret], "tuple": (secret,)}),
            lambda secret: logging.LogRecord("x", 10, "x", 1, "%s %r", (secret, secret), None).getMessage(),
            lambda secret: repr(dir(secret)),
            lambda secret: repr(hash(secret)),
        ],
    )
    def test_it_does_not_show(self, show: Callable[[Secret], str]) -> None:
        secret = Secret(VALUE, label="token")
        assert VALUE not in show(secret)

    def test_it_reveals_when_asked(self) -> None:
        assert Secret(VALUE).reveal() == VALUE

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_is_not_pickled(self, protocol: int) -> None:
        for holder in (Secret(VALUE), {"a": [Secret(VALUE)]}, ValueError(Secret(VALUE))):
            with pytest.raises(TypeError, match="not pickled"):
                pickle.dumps(holder, protocol)

    def test_it_gives_no_state(self) -> None:
        with pytest.raises(TypeError, match="not pickled"):
            Secret(VALUE).__getstate__()
        assert not hasattr(Secret(VALUE), "__dict__")

    @pytest.mark.parametrize("encode", [json.dumps, msgspec.json.encode, msgspec.msgpack.encode, bytes, list])
    def test_it_is_not_encoded(self, encode: Callable[[object], object]) -> None:
        with pytest.raises(TypeError):
            encode(Secret(VALUE))

    def test_it_does_not_join_add_or_index(self) -> None:
        secret = Secret(VALUE)
        for attempt in (
            lambda: "".join([secret]),  # type: ignore[list-item]
            lambda: "x" + secret,  # type: ignore[operator]
            lambda: secret[0],  # type: ignore[index]
            lambda: len(secret),  # type: ignore[arg-type]
        ):
            with pytest.raises(TypeError):
                attempt()

    def test_copies_are_the_same_object(self) -> None:
        secret = Secret(VALUE)
        assert copy.copy(secret) is secret
        assert copy.deepcopy({"a": [secret]})["a"][0] is secret

    def test_a_traceback_with_locals_does_not_show_it(self) -> None:
        def fails() -> None:
            held = {"token": Secret(VALUE)}
            raise ValueError(held, Secret(VALUE))

        try:
            fails()
        except ValueError as error:
            captured = traceback.TracebackException.from_exception(error, capture_locals=True)
            text = "".join(captured.format())
        assert "held" in text
        assert VALUE not in text

    def test_equal_values_are_equal_and_hash_alike(self) -> None:
        assert Secret(VALUE, label="a") == Secret(VALUE, label="b")
        assert hash(Secret(VALUE)) == hash(Secret(VALUE))
        assert Secret(VALUE) != Secret(VALUE + "x")
        assert Secret(VALUE) != VALUE
        assert {Secret(VALUE): 1}[Secret(VALUE)] == 1

    def test_odd_values_work(self) -> None:
        assert not Secret("")
        assert Secret("x")
        lone = Secret("abc\ud800defgh")
        assert lone == Secret("abc\ud800defgh")
        assert redact(f"<{lone.reveal()}>") == f"<{DOTS}>"

    def test_the_dots_do_not_tell_the_length(self) -> None:
        assert str(Secret("a")) == str(Secret("a" * 400))


def dresses(text: str) -> dict[str, str]:
    """`text` as it may stand in a log, by the name of the dress."""
    raw = text.encode()
    return {
        "plain": text,
        "cleaned": clean(text),
        "cleaned lines": clean_lines(text),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "base64": base64.b64encode(raw).decode(),
        "base64, url-safe": base64.urlsafe_b64encode(raw).decode(),
        "url": urllib.parse.quote(text),
        "url, nothing safe": urllib.parse.quote(text, safe=""),
        "url, form": urllib.parse.urlencode({"x": text}),
        "url, encodeURIComponent": urllib.parse.quote(text, safe="!*'()"),
        "url, lower case": _lower_percent(urllib.parse.quote(text, safe="")),
        "json": json.dumps(text),
        "json, utf-8": json.dumps(text, ensure_ascii=False),
        "json of rails and go": json.dumps(text)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e"),
        "json in json": json.dumps(json.dumps({"x": text})),
        "repr": repr(text),
        "repr of bytes": repr(raw),
        "shell": shlex.quote(text),
        "shell, by hand": "'" + text.replace("'", "'\\''") + "'",
        "sql": "'" + text.replace("'", "''") + "'",
        "html": html.escape(text),
        "html, text": html.escape(text, quote=False),
    }


def _lower_percent(text: str) -> str:
    out = text.split("%")
    return out[0] + "".join(f"%{part[:2].lower()}{part[2:]}" for part in out[1:])


def core(dress: str, before: str, value: str, after: str) -> str:
    """The part of the dressed text that only the secret decides: what two other neighbours leave alike."""
    size = len(before.encode()), len(after.encode())
    one = dresses(before + value + after)[dress]
    if dress.startswith("base64"):
        first = -(-size[0] * 8 // 6)
        last = (size[0] + len(value.encode())) * 8 // 6
        return one[first:last]
    return ""


class TestRegister:
    @given(
        value=st.text(st.characters(codec="utf-8"), min_size=8, max_size=40),
        before=st.text(st.sampled_from("ab 'x\"$"), max_size=4),
        after=st.text(st.sampled_from("yz '\"&"), max_size=4),
    )
    @example(value="pa'ss\"wo\\rd", before='"', after="'")
    @example(value="tab\tnewline\nend", before="", after="")
    @example(value="schlüssel-日本-🔑", before="x", after="")
    @example(value="a&b<c>d&&", before="", after="")
    @example(value="a%2Fb%2fc+d e&f=g", before="", after="")
    def test_it_finds_the_secret_in_every_dress(self, value: str, before: str, after: str) -> None:
        # What stands beside it must not be mistaken for a part of it.
        assume(len(set(value)) > 2)
        register = Register()
        register.add(value)
        leaks = {}
        for dress, text in dresses(before + value + after).items():
            out = register.redact(text)
            if dress.startswith("base64"):
                if core(dress, before, value, after) in out:
                    leaks[dress] = (text, out)
            elif DOTS not in out or dresses(value)[dress].strip("'\"") in out:
                leaks[dress] = (text, out)
        assert leaks == {}

    @pytest.mark.parametrize("shift", range(3))
    @pytest.mark.parametrize("tail", range(3))
    def test_base64_at_every_alignment(self, shift: int, tail: int) -> None:
        register = Register()
        register.add(VALUE)
        text = base64.b64encode(b"u" * shift + VALUE.encode() + b"t" * tail).decode()
        out = register.redact(f"Authorization: Basic {text}")
        assert DOTS in out
        # At most one letter on each side stays: it holds bits of a neighbour, never a whole letter of ours.
        assert len(out.replace(DOTS, "").removeprefix("Authorization: Basic ")) <= shift + tail + 6
        assert core("base64", "u" * shift, VALUE, "t" * tail) not in out

    def test_what_stands_around_it_stays(self) -> None:
        Secret("s3cret-value")
        assert redact("before s3cret-value between s3cret-value after") == (
            f"before {DOTS} between {DOTS} after"
        )
        assert redact("s3cret-valu") == "s3cret-valu"
        assert redact("") == ""

    def test_the_longer_of_two_that_begin_alike_goes_as_a_whole(self) -> None:
        Secret("prefix-one")
        Secret("prefix-one-and-more")
        assert redact("x prefix-one-and-more y") == f"x {DOTS} y"
        assert redact("x prefix-one y") == f"x {DOTS} y"

    def test_short_values_are_left_alone(self) -> None:
        Secret("1" * (SHORTEST - 1))
        assert redact("port 11111") == "port 11111"

    def test_a_value_that_is_secret_only_to_be_safe_does_not_hide_words(self) -> None:
        kept = Secret("production", register=False)
        assert redact("the production database") == "the production database"
        assert str(kept) == DOTS

    @pytest.mark.parametrize(
        "value", ["production", "us-east-1", "migrate-backend", "3000000", "https://app.example/x"]
    )
    def test_ordinary_config_values_do_not_print_and_do_not_hide_words(self, value: str) -> None:
        kept = config_value(value, "SOME_SETTING")
        assert (str(kept), kept.reveal()) == (DOTS, value)
        assert redact(f"about {value} here") == f"about {value} here"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("DATABASE_URL", "postgres://u:pw@host/db"),
            ("HOOK", "https://hooks.example/?t=abcdef"),
            ("SENTRY_DSN", "https://0123@o1.example/2"),
            ("SLACK", "https://hooks.example/services/T000/B000/XXXXXXXX"),
            ("NUMBER", "1234567890"),
            ("ANY", "aB3-xY9_zz"),
            ("LONG", "correct horse battery staple"),
            ("DB_PASSWORD", "production"),
            ("SECRET_KEY_BASE", "changeme"),
            ("API_KEY", "sandbox"),
        ],
    )
    def test_telling_config_values_are_found(self, name: str, value: str) -> None:
        config_value(value, name)
        assert redact(f"<{value}>") == f"<{DOTS}>"

    def test_a_password_is_found_though_it_is_a_word(self) -> None:
        Secret("password", label="password")
        assert redact("the password") == f"the {DOTS}"

    def test_a_password_in_a_url_is_found_alone_and_decoded(self) -> None:
        Secret("postgres://ada:p%40ss-w0rd%2F1@db.example:5432/shop")
        assert "p@ss-w0rd/1" not in redact("PGPASSWORD=p@ss-w0rd/1")
        assert "p%40ss" not in redact("postgres://other:p%40ss-w0rd%2F1@elsewhere/x")
        assert redact("user ada of shop at db.example") == "user ada of shop at db.example"

    def test_tokens_elsewhere_in_a_url_are_found_alone(self) -> None:
        Secret("https://x.example/hook?api_key=k-1234567890&page=production")
        Secret("https://ghp-0123456789abcdef@git.example/a.git")
        assert redact("k-1234567890") == DOTS
        assert redact("ghp-0123456789abcdef") == DOTS
        assert redact("production") == "production"

    def test_a_url_that_cannot_be_read_is_still_a_secret(self) -> None:
        Secret("postgres://[broken:password@host")
        assert redact("<postgres://[broken:password@host>") == f"<{DOTS}>"

    def test_a_key_is_found_line_by_line(self) -> None:
        lines = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0B", "AQEFAASCBKcwggSjAgEAAo", "short"]
        lines.append("-----END PRIVATE KEY-----")
        Secret("\n".join(lines))
        assert redact(f"debug: {lines[1]}") == f"debug: {DOTS}"
        assert redact(lines[2]) == DOTS
        assert redact(lines[0]) == lines[0]
        assert redact("\n".join(lines)) == DOTS

    def test_forgetting_all(self) -> None:
        Secret(VALUE)
        REGISTER.forget_all()
        assert redact(VALUE) == VALUE

    def test_a_reader_beside_a_writer_misses_nothing(self) -> None:
        """Adding sorts; a reader in another thread must never see a half-made list."""
        register = Register()
        register.add("same-prefix-known")
        stop = threading.Event()
        missed: list[str] = []

        def read() -> None:
            while not stop.is_set():
                out = register.redact("x same-prefix-known y")
                if "same-prefix-known" in out:
                    missed.append(out)

        reader = threading.Thread(target=read)
        reader.start()
        for number in range(400):
            register.add(f"same-prefix-{number:05d}")
        stop.set()
        reader.join(10)
        assert missed == []

    def test_a_large_text_with_many_secrets_is_treated_whole(self) -> None:
        register = Register()
        for number in range(300):
            register.add(f"canary-{number:04d}-" + "q" * 20)
        text = "\n".join(f"line {number} canary-{number:04d}-{'q' * 20} end" for number in range(300)) * 10
        out = register.redact(text)
        assert out.count(DOTS) == 3_000
        assert "canary" not in out
