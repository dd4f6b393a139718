"""A certificate of the person's own: what is looked at before anything is sent, and what is kept of it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pem_files import NOW, Made, authorities, host_files, issued
from wizard.mapping.certificates import covers, look_at, look_at_chain, place, private_key
from wizard.model.trouble import Trouble

HOST = "www.acme.example"


def refused(look: Callable[[], object], code: str) -> Trouble:
    with pytest.raises(Trouble) as caught:
        look()
    assert caught.value.code == code
    assert caught.value.untouched == "Nothing was sent." and caught.value.remedy
    return caught.value


def test_a_good_pair_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, "*.acme.example", "acme.example")
    chain.write_text("Subject: what openssl writes before it\n" + chain.read_text() + key.read_text())
    found = look_at(str(chain), str(key), HOST)
    assert found.names == ("*.acme.example", "acme.example") and found.cautions == ()
    assert len(found.fingerprint) == 64 and found.in_words().startswith("certificate by Example Trust, good")
    assert found.chain.count("BEGIN CERTIFICATE") == 2
    assert "PRIVATE" not in found.chain and "Subject" not in found.chain, "nothing else goes along"
    assert look_at_chain(str(chain), HOST) == found


def test_what_a_certificate_is_not_good_for_is_said(tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, "*.acme.example")
    for other in ("acme.example", "a.b.acme.example", "www.other.example", "*.b.acme.example"):
        assert (
            "good for *.acme.example"
            in refused(
                lambda other=other: look_at(str(chain), str(key), other),
                "certificate-names",  # type: ignore[misc]
            ).cause
        )
    assert look_at(str(chain), str(key), "*.acme.example")
    over, key = host_files(tmp_path, HOST, days=(-30, -1))
    assert "ended on" in refused(lambda: look_at(str(over), str(key), HOST), "certificate-dates").cause
    early, key = host_files(tmp_path, HOST, days=(2, 30))
    assert "from" in refused(lambda: look_at(str(early), str(key), HOST), "certificate-dates").cause
    soon, key = host_files(tmp_path, HOST, days=(-1, 20))
    (caution,) = look_at(str(soon), str(key), HOST).cautions
    assert "nobody renews it" in caution
    assert look_at(str(soon), str(key), HOST, now=NOW).cautions == (caution,)


def test_the_order_of_the_chain_is_looked_at(tmp_path: Path) -> None:
    root, authority = authorities()
    host = issued(HOST, authority, HOST)
    chain, key = host_files(tmp_path, made=host)
    chain.write_text(authority.pem + host.pem)
    assert "begins with" in refused(lambda: look_at_chain(str(chain), HOST), "certificate-order").cause
    said = refused(lambda: look_at(str(chain), str(key), HOST), "certificate-order")
    assert "number 2" in said.cause and "cat host.pem" in said.remedy
    chain.write_text(host.pem + root.pem + authority.pem)
    assert "was not issued by" in refused(lambda: look_at_chain(str(chain), HOST), "certificate-order").cause
    chain.write_text(host.pem + authority.pem + root.pem)
    assert look_at(str(chain), str(key), HOST).cautions == ()
    chain.write_text(host.pem)
    assert "may not trust it" in look_at(str(chain), str(key), HOST).cautions[0]
    alone = issued(HOST, None, HOST)
    chain, key = host_files(tmp_path, made=alone)
    chain.write_text(alone.pem)
    assert "browsers warn" in look_at(str(chain), str(key), HOST).cautions[0]


def test_a_key_that_does_not_fit_is_refused_and_never_shown(tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, HOST)
    other = issued("other", authorities()[1], HOST)
    for text, words in (
        (other.key(), "is not that of the certificate"),
        (other.key("hunter22"), "locked by a passphrase"),
        (_broken(other), "cannot be read"),
        ("nothing", "holds no private key"),
    ):
        key.write_text(text)
        trouble = refused(lambda: look_at(str(chain), str(key), HOST), "certificate-key")
        assert words in trouble.cause
        for line in text.splitlines()[1:-1]:
            assert line not in trouble.sentence()
        assert trouble.__cause__ is None
    key.write_text(
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + other.key()
    )
    secret = private_key(str(key))
    assert secret.reveal() == other.key() and other.key()[40:60] not in f"{secret!r}{secret}"


def _broken(made: Made) -> str:
    first, body, *_, last = made.key().splitlines()
    return "\n".join((first, body[:40], last))


def test_files_that_cannot_be_read_do_not_hold_anybody_up(tmp_path: Path) -> None:
    chain, key = host_files(tmp_path, HOST)
    assert (
        "No such file" in refused(lambda: look_at_chain(str(tmp_path / "no"), HOST), "certificate-file").cause
    )
    os.mkfifo(tmp_path / "pipe")
    assert (
        "no plain file"
        in refused(lambda: look_at_chain(str(tmp_path / "pipe"), HOST), "certificate-file").cause
    )
    (tmp_path / "large").write_bytes(b"x" * 300_000)
    assert (
        "too large" in refused(lambda: look_at_chain(str(tmp_path / "large"), HOST), "certificate-file").cause
    )
    assert "holds no certificate" in refused(lambda: look_at_chain(str(key), HOST), "certificate-file").cause
    hostile = refused(lambda: look_at_chain(f"{chain}\x1b[2J", HOST), "certificate-file")
    assert "\x1b" not in hostile.sentence()
    assert place("~/chain.pem") == str(Path.home() / "chain.pem")


def test_a_star_stands_for_one_label() -> None:
    assert covers(["*.acme.example"], "WWW.acme.example.")
    assert not covers(["*.example"], "www.acme.example")
    assert not covers([], HOST) and not covers(["*."], "localhost")
