"""What the name of a config var hints at. A hint, no verdict: the value has the last word."""

import re
from enum import Enum
from functools import lru_cache
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Telling(Enum):
    """SECRET: the name promises a password, key or token. PUBLIC: an identifier or a digest. PLAIN: a setting
    (a host, a name, a duration), so that a plain value is believed. NOTHING: any other name."""

    SECRET = "secret"  # noqa: S105 - what a name hints at
    PUBLIC = "public"
    PLAIN = "plain"
    NOTHING = "nothing"


_SECRET: Final = _words(
    "APIKEY AUTH AUTHORIZATION BEARER COOKIE CRED CREDENTIAL CREDENTIALS CREDS DSN ENCRYPTION "
    "HMAC HTPASSWD JWT KEY "
    "KEYFILE KEYS KEYSTORE LICENCE LICENSE LOGIN MNEMONIC OTP PASS PASSCODE PASSPHRASE PASSWD "
    "PASSWORD PASSWORDS PAT PEPPER "
    "PFX PIN PRIVATE PSK PW PWD SALT SECRET SECRETS SEED SESSION SIGNATURE SIGNING SK "
    "TOKEN TOKENS TOTP WEBHOOK"
)
_SECRET_ENDS = (
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "ACCESSKEY",
    "SECRETKEY",
    "PRIVATEKEY",
    "AUTHKEY",
)
_PASS_END = re.compile(r"(?<!COM)(?<!BY)(?<!SUR)(?<!TRES)(?<!OVER)(?<!UNDER)(?<!EN)PASS$")
_PLAIN_ENDS: Final = _words(
    "ADAPTER ADDRESS AGE ALG ALGO ALGORITHM AUDIENCE BACKEND BITS BUCKET CALLBACK CLASS CLUSTER "
    "COLUMN COST COUNT DATABASE "
    "DAYS DIR DISABLE DISABLED DOMAIN DOMAINS DRIVER DURATION EMAIL ENABLE ENABLED ENDPOINT ENV "
    "ENVIRONMENT EXPIRATION "
    "EXPIRE EXPIRES EXPIRY FIELD FILE FILENAME FORMAT FROM HEADER HOST HOSTNAME HOSTS HOURS "
    "INTERVAL ISSUER KIND LANGUAGE "
    "LEN LENGTH LEVEL LIFETIME LIMIT LOCALE LOCATION MAX MESSAGE METHOD MIN MINUTES MODE MODEL "
    "NAME NAMES NAMESPACE ORIGIN "
    "PARAM PATH PLAN POLICY PORT PREFIX PROVIDER QUOTA REALM REDIRECT REGION REQUIRED ROTATION "
    "ROUNDS SAMESITE SCHEMA SCHEME "
    "SCOPE SCOPES SECONDS SECURE SENDER SERVER SERVICE SIZE STATUS STORE STRATEGY SUBJECT SUFFIX "
    "TABLE THRESHOLD TIME "
    "TIMEOUT TITLE TTL TYPE TYPES UNIT URI URL VALIDITY VERSION WARNING WIDTH ZONE"
)
_COUNTING: Final = _words(
    "COUNT LIMIT MAX MIN NUM NUMBER TOTAL USE USES WITH ENABLE DISABLE REQUIRE ALLOW SKIP"
)
_IDS: Final = _words("ID IDS IDENTIFIER UUID GUID ARN")
_CREDENTIAL_IDS: Final = _words("SECRET TOKEN PASSWORD SESSION ACCESS CREDENTIAL AUTH ROLE API")
_DIGESTS: Final = _words(
    "COMMIT SHA SHA1 SHA256 REVISION REV CHECKSUM DIGEST FINGERPRINT ETAG MD5 REF VERSION"
)
_DIGEST_OF: Final = _words("COMMIT GIT BUILD ASSET ASSETS CONTENT FILE IMAGE")
_PLAIN_KEYS: Final = _words(
    "CACHE PRIMARY SORT PARTITION ROUTING FOREIGN HASH INDEX SHARD GROUP MAP ARROW HOT"
)
_PREPOSITIONS: Final = _words("IN AT AFTER BEFORE ON")
_PUBLIC_KEYS: Final = _words("PUBLIC PUBLISHABLE PUB")
_SITE_KEYS: Final = _words("RECAPTCHA HCAPTCHA CAPTCHA TURNSTILE")
_IDENTIFIER = re.compile(r"[A-Za-z0-9._:/@-]{1,120}")
_DIGEST = re.compile(
    r"(?:sha\d+[-:])?[0-9a-fA-F]{7,64}|v?\d+(?:\.\d+)*(?:[-+.][0-9A-Za-z.-]+)?", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_DIGITS_ONLY = re.compile(r"[0-9]+")


@lru_cache(maxsize=10_000)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in capitals: of MONKEY_COUNT, monkeyCount and monkey-count the same two. Digits at
    the end of a word stay with it (SHA256, SECRET2 gives SECRET)."""
    found: list[str] = []
    for part in re.split(r"[^A-Za-z0-9]+", name):
        if part.isupper() or part.islower():
            found.append(part.upper())
        else:
            found += [word.upper() for word in _WORD.findall(part)]
    while len(found) > 1 and _DIGITS_ONLY.fullmatch(found[-1]):
        found.pop()
    return tuple(word for word in found if word)


def telling(name: str, value: str) -> Telling:
    """What the name hints at for this value."""
    words = words_of(name)
    if not words:
        return Telling.NOTHING
    if words[-1] in _PREPOSITIONS and len(words) > 1:
        words = words[:-1]  # JWT_EXPIRES_IN
    last, all_of = words[-1], set(words)
    if last in _IDS:
        return _of_identifier(words, value)
    if last in _PLAIN_ENDS:
        # A digest may have such a name too: SOURCE_VERSION is a commit.
        return Telling.PUBLIC if last in _DIGESTS and _DIGEST.fullmatch(value) else Telling.PLAIN
    if _is_digest_name(words) and _DIGEST.fullmatch(value):
        return Telling.PUBLIC
    if last in ("KEY", "KEYS") and len(words) > 1:
        if words[-2] in _PUBLIC_KEYS or (words[-2] == "SITE" and all_of & _SITE_KEYS):
            return Telling.PUBLIC
        if words[-2] in _PLAIN_KEYS:
            return Telling.NOTHING
    if not any(_promises(word) for word in words):
        return Telling.NOTHING
    if value.replace(".", "", 1).replace(",", "").isdigit() and (
        (last.endswith("S") and last != "PASS") or all_of & _COUNTING
    ):
        return Telling.NOTHING
    return Telling.SECRET


def _of_identifier(words: tuple[str, ...], value: str) -> Telling:
    if _CREDENTIAL_IDS & set(words) and "CLIENT" not in words and "APP" not in words:
        return Telling.SECRET
    return Telling.PUBLIC if _IDENTIFIER.fullmatch(value) else Telling.PLAIN


def _is_digest_name(words: tuple[str, ...]) -> bool:
    if words[-1] in _DIGESTS:
        return True
    return words[-1] == "HASH" and len(words) > 1 and words[-2] in _DIGEST_OF


def _promises(word: str) -> bool:
    bare = word.rstrip("0123456789")
    return bare in _SECRET or bare.endswith(_SECRET_ENDS) or _PASS_END.search(bare) is not None
