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
    "TOKEN TOKENS TOTP WEBHOOK "
    # Passwords and keys in other languages; longer ones are among the endings.
    "CLAVE HASLO PAROLA PASSE SECRETA SECRETO SEGREDO SENHA"
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
    "PASSWORT",
    "KENNWORT",
    "CONTRASENA",
    "MOTDEPASSE",
    "WACHTWOORD",
    "LOSENORD",
    "SALASANA",
    "SCHLUESSEL",
)
_PASS_END = re.compile(r"(?<!COM)(?<!BY)(?<!SUR)(?<!TRES)(?<!OVER)(?<!UNDER)(?<!EN)PASS$")
_ONLY_SECRET: Final = _words(
    "APIKEY PASS PASSCODE PASSPHRASE PASSWD PASSWORD PASSWORDS PW PWD SECRET SECRETS TOKEN TOKENS"
)
_KEYS_OF_SECRETS: Final = _words("ACCESS API ENCRYPTION MASTER PRIVATE SECRET SIGNING")
_PLAIN_ENDS: Final = _words(
    "ADAPTER ADDRESS AGE ALG ALGO ALGORITHM AUDIENCE BACKEND BITS BUCKET CALLBACK CLASS CLUSTER "
    "COLUMN COST COUNT DATABASE "
    "DAYS DIR DISABLE DISABLED DOMAIN DOMAINS DRIVER DURATION EMAIL ENABLE ENABLED ENDPOINT ENV "
    "ENVIRONMENT EXPIRATION "
    "EXPIRE EXPIRES EXPIRY FIELD FILE FILENAME FORMAT FROM HASHER HEADER HOST HOSTNAME HOSTS HOURS "
    "INTERVAL ISSUER KIND LANGUAGE "
    "LEN LENGTH LEVEL LIFETIME LIMIT LOCALE LOCATION MANAGER MAX MESSAGE METHOD MIN MINUTES MODE MODEL "
    "NAME NAMES NAMESPACE ORIGIN "
    "PARAM PATH PLAN POLICY PORT PREFIX PROVIDER QUOTA REALM REDIRECT REGION REQUIRED ROTATION "
    "ROUNDS SAMESITE SCHEMA SCHEME "
    "SCOPE SCOPES SECONDS SECURE SENDER SERVER SERVICE SIZE STATUS STORE STRATEGY SUBJECT SUFFIX "
    "TABLE THRESHOLD THROUGH TIME "
    "TIMEOUT TITLE TTL TYPE TYPES UNIT URI URL USER USERNAME VALIDITY VERSION WARNING WIDTH ZONE"
)
_COUNTING: Final = _words(
    "COUNT LIMIT MAX MIN NUM NUMBER TOTAL USE USES WITH ENABLE DISABLE REQUIRE ALLOW SKIP"
)
_IDS: Final = _words("DISTRIBUTION ID IDS IDENTIFIER UUID GUID SID")
_CREDENTIAL_IDS: Final = _words("SECRET TOKEN PASSWORD SESSION ACCESS CREDENTIAL AUTH ROLE API")
_DIGESTS: Final = _words(
    "BUILD COMMIT SHA SHA1 SHA256 RELEASE REVISION REV CHECKSUM DIGEST FINGERPRINT ETAG MD5 REF TAG VERSION"
)
_DIGEST_OF: Final = _words("COMMIT GIT BUILD ASSET ASSETS CONTENT FILE IMAGE")
_PLAIN_KEYS: Final = _words(
    "CACHE PRIMARY SORT PARTITION ROUTING FOREIGN HASH INDEX SHARD GROUP MAP ARROW HOT"
)
_CODES: Final = _words(
    "ACCESS ACTIVATION ADMIN AUTH BACKUP BETA DOOR ENTRY GATE INVITATION INVITE RECOVERY REGISTRATION "
    "SECURITY SIGNUP UNLOCK"
)
_CRYPTIC: Final = _words("HASH PRIMARY")
"""Of the plain keys those that are secret after all beside another word: COOKIE_HASH_KEY."""
_USERS: Final = _words("ADMIN ADMINS LOGINS ROOT SUPERUSER SUPERUSERS USER USERS")
_PREPOSITIONS: Final = _words("IN AT AFTER BEFORE ON")
_PUBLIC_KEYS: Final = _words("PUBLIC PUBLISHABLE PUB")
_SITE_KEYS: Final = _words("RECAPTCHA HCAPTCHA CAPTCHA TURNSTILE")
_IN_PAGES = re.compile(r"(?:(?:NEXT|EXPO|NUXT)_PUBLIC|PUBLIC|REACT_APP|VUE_APP|VITE|GATSBY)_")
"""Names that a build puts into pages, where anybody reads the value."""
_IDENTIFIER = re.compile(r"[A-Za-z0-9._:/@-]{1,120}")
_DIGEST = re.compile(
    r"(?:sha\d*[-:])?[0-9a-fA-F]{7,64}|v?\d+(?:\.\d+)*(?:[-+.][0-9A-Za-z.-]+)?", re.IGNORECASE
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


def names_secret(name: str) -> bool:
    """Whether the name says that its value is nothing but a password, secret or token: then even "password",
    `rose.bud` and `a/b` are one. Of SMTP_AUTH and SESSION that cannot be said."""
    words = words_of(name)
    last = words[-1].rstrip("0123456789") if words else ""
    return (
        last in _ONLY_SECRET
        or last.endswith(_SECRET_ENDS)
        or _PASS_END.search(last) is not None
        or (last == "KEY" and len(words) > 1 and words[-2] in _KEYS_OF_SECRETS)
    )


def names_users(name: str) -> bool:
    """Whether the name says that its value is about users, so that `anna:kiwi` is one with her password."""
    words = words_of(name)
    return bool(words) and words[-1] in _USERS


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
    if _IN_PAGES.match(name) and not all_of & {"SECRET", "PRIVATE", "PASSWORD"}:
        return Telling.PUBLIC
    if last == "CODE" and len(words) > 1 and words[-2] in _CODES:
        return Telling.SECRET
    if last in _PLAIN_ENDS or last == "ARN":
        # A digest may have such a name too: SOURCE_VERSION is a commit.
        return Telling.PUBLIC if last in _DIGESTS and _DIGEST.fullmatch(value) else Telling.PLAIN
    if _is_digest_name(words) and _DIGEST.fullmatch(value):
        return Telling.PUBLIC
    if last in ("KEY", "KEYS", "SITEKEY") and (told := _of_key(words)):
        return told
    if not any(_promises(word) for word in words):
        return Telling.NOTHING
    if value.replace(".", "", 1).replace(",", "").isdigit() and (
        (last.endswith("S") and last != "PASS") or all_of & _COUNTING
    ):
        return Telling.NOTHING
    return Telling.SECRET


def _of_key(words: tuple[str, ...]) -> Telling | None:
    """What the word before KEY tells of it, if anything."""
    before = words[-2] if len(words) > 1 else ""
    if words[-1] == "SITEKEY" or before in _PUBLIC_KEYS or (before == "SITE" and set(words) & _SITE_KEYS):
        return Telling.PUBLIC
    if before in _PLAIN_KEYS and not (before in _CRYPTIC and any(_promises(word) for word in words[:-2])):
        return Telling.NOTHING
    return None


def _of_identifier(words: tuple[str, ...], value: str) -> Telling:
    if _CREDENTIAL_IDS & set(words) and "CLIENT" not in words and "APP" not in words:
        return Telling.SECRET
    return Telling.PUBLIC if _IDENTIFIER.fullmatch(value) else Telling.PLAIN


def _is_digest_name(words: tuple[str, ...]) -> bool:
    if words[-1] in _DIGESTS:
        return True
    # A build is numbered by its commit, too.
    return words[-1] in ("HASH", "NUMBER") and len(words) > 1 and words[-2] in _DIGEST_OF


def _promises(word: str) -> bool:
    bare = word.rstrip("0123456789")
    return bare in _SECRET or bare.endswith(_SECRET_ENDS) or _PASS_END.search(bare) is not None
