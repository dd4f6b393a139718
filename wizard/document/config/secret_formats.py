"""Forms of tokens that say themselves what they are, as their vendors' documentation shows them and scanners
for secrets look for them; what follows a prefix is looked at only as far as it tells the form."""

import re
from typing import Final

# What it is, marks of which one at least stands in every such token (in small letters where the pattern takes
# either), and its pattern.
_TOKENS: Final = (
    ("an AWS access key", "AKIA ASIA ABIA ACCA A3T", r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{16}\b"),
    ("a Stripe key", "_live_ _test_", r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}"),
    ("a webhook's signing secret", "whsec_", r"\bwhsec_[A-Za-z0-9+/=]{8,}"),
    (
        "a GitHub token",
        "gho_ ghp_ ghs_ ghu_ ghr_ github_pat_",
        r"\b(?:gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})",
    ),
    (
        "a GitLab token",
        "gl GR1348941",
        r"\b(?:gl(?:pat|dt|ptt|rt|cbt|ft|agent|soat|imt|oas)-|GR1348941)[A-Za-z0-9_.-]{16,}",
    ),
    ("a Slack token", "xox xapp-", r"\bxox[a-z]-[A-Za-z0-9-]{8,}|\bxapp-\d-[A-Za-z0-9-]{8,}"),
    (
        "a Slack webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]+/",
    ),
    (
        "a webhook of Zapier or IFTTT",
        "hooks.zapier.com maker.ifttt.com",
        r"hooks\.zapier\.com/hooks/catch/\d+/|maker\.ifttt\.com/.*/key/",
    ),
    ("a Discord webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d+/"),
    (
        "a Teams webhook",
        "webhook.office.com logic.azure.com",
        r"\.webhook\.office\.com/webhookb2/|\.logic\.azure\.com[:/].*\bsig=",
    ),
    ("a Telegram bot's token", ":", r"\b\d{8,10}:[A-Za-z0-9_-]{32,}"),
    ("a Discord bot's token", ".", r"\b[MNO][A-Za-z\d_-]{23,25}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,}"),
    ("a Google API key", "AIza", r"\bAIza[A-Za-z0-9_-]{20,}"),
    (
        "a Google OAuth secret or token",
        "GOCSPX- ya29. 1//0",
        r"\b(?:GOCSPX-[A-Za-z0-9_-]{10,}|ya29\.[A-Za-z0-9_-]{10,}|1//0[A-Za-z0-9_-]{20,})",
    ),
    ("a SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("a Mailgun key", "-", r"\bkey-[0-9a-f]{32}\b|\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b"),
    ("a Mailchimp key", "-us", r"\b[0-9a-f]{32}-us\d{1,2}\b"),
    ("a Mandrill key", "md-", r"\bmd-[A-Za-z0-9_-]{20,}"),
    ("a Brevo key", "keysib- smtpsib-", r"\bx(?:keysib|smtpsib)-[A-Za-z0-9-]{16,}"),
    ("a Twilio key", "SK AC", r"\b(?:SK|AC)[0-9a-f]{32}\b"),
    ("a Heroku token", "HRKU-", r"\bHRKU-[A-Za-z0-9_-]{8,}"),
    ("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{20,}"),
    ("a PyPI token", "pypi-", r"\bpypi-[A-Za-z0-9_-]{16,}"),
    ("a RubyGems key", "rubygems_", r"\brubygems_[0-9a-f]{20,}"),
    ("a Docker Hub token", "dckr_", r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{10,}"),
    ("a key of OpenAI or Anthropic", "sk-", r"\bsk-(?:proj-|svcacct-|admin-|ant-)?[A-Za-z0-9_-]{20,}"),
    ("a Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{20,}"),
    ("a Replicate token", "r8_", r"\br8_[A-Za-z0-9]{20,}"),
    ("a Shopify token", "shp", r"\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}"),
    ("a Square token", "EAAA sq0", r"\b(?:EAAA|sq0(?:atp|csp|idp)-)[A-Za-z0-9_-]{16,}"),
    ("a Facebook token", "EAA", r"\bEAA[A-Za-z0-9]{40,}"),
    ("a DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[0-9a-f]{16,}"),
    ("a New Relic key", "NR", r"\bNR(?:AK|JS|RA|II|AA)-[A-Za-z0-9]{16,}|\b[0-9a-f]{36}NRAL\b"),
    (
        "a Linear or Notion key",
        "lin_api_ secret_ ntn_",
        r"\blin_api_[A-Za-z0-9]{16,}|\b(?:secret|ntn)_[A-Za-z0-9]{30,}",
    ),
    (
        "a Doppler, Vault or Terraform token",
        "dp. hvs. hvb. hvr. .atlasv1.",
        r"\bdp\.[a-z]{2}\.[A-Za-z0-9._-]{16,}|\bhv[sbr]\.[A-Za-z0-9_-]{20,}"
        r"|\.atlasv1\.[A-Za-z0-9_=-]{20,}",
    ),
    (
        "an Airtable, Asana or Atlassian token",
        "pat 1/ 0/ 2/ ATATT3",
        r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{20,}|\b[012]/\d{10,}(?:/\d{10,})?:[0-9a-f]{32}\b"
        r"|\bATATT3[A-Za-z0-9_=-]{20,}",
    ),
    ("a Mapbox secret token", "sk.eyJ", r"\bsk\.eyJ[A-Za-z0-9_.-]{20,}"),
    ("a Grafana token", "glc_ glsa_", r"\bgl(?:c|sa)_[A-Za-z0-9_=+/-]{16,}"),
    (
        "a Postman, Sentry, Resend or Planetscale token",
        "PMAK- sntry re_ pscale_",
        r"\bPMAK-[0-9a-f-]{20,}|\bsntry[su]_[A-Za-z0-9_=+/-]{16,}"
        r"|\bre_[A-Za-z0-9]{6,}_[A-Za-z0-9]{12,}|\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_=.-]{16,}",
    ),
    (
        "an Azure storage or service bus key",
        "accountkey= sharedaccess",
        r"(?i)\b(?:AccountKey|SharedAccessKey|SharedAccessSignature)=",
    ),
    ("an Azure client secret", "Q~", r"(?:^|[\s\"'=:])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}"),
    (
        "an age or PGP private key",
        "AGE-SECRET-KEY- BEGIN PGP",
        r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}|BEGIN PGP PRIVATE KEY",
    ),
    ("a Cloudinary URL's key", "cloudinary://", r"\bcloudinary://\d+:"),
    ("a JSON Web Token", "eyJ eyI", r"\bey[JI][A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*"),
    (
        "an encrypted or hashed password",
        "$ {SSHA {SHA SCRAM-",
        r"\$(?:2[abxy]|argon2(?:id?|d)|apr1|pbkdf2[a-z0-9-]*|scrypt|[156y])\$[A-Za-z0-9./$,=+-]{12,}"
        r"|\bpbkdf2_sha\d+\$\d+\$|\bSCRAM-SHA-256\$|\{SSHA?\d*\}",
    ),
    (
        "a Basic or Bearer authorisation",
        "basic bearer token",
        r"(?i)\b(?:basic|bearer|token)\s+[A-Za-z0-9+/=._~-]{12,}",
    ),
    ("a one-time password's seed", "otpauth://", r"(?i)\botpauth://"),
    (
        "an .npmrc or netrc password",
        ":_ machine",
        r"(?i):_(?:authToken|password|auth)\s*=|\bmachine\s+\S+\s+login\s+\S+\s+password\b",
    ),
    (
        "a session cookie",
        "sess sid= csrftoken= auth_token=",
        r"(?i)\b(?:sess(?:ion)?(?:id)?|connect\.sid|_session|csrftoken"
        r"|auth_token)=[A-Za-z0-9%+/._-]{12,}",
    ),
)

_BY_MARK: Final = tuple(
    (mark, words, re.compile(pattern)) for words, marks, pattern in _TOKENS for mark in marks.split()
)

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY")
_PUBLIC_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9 ]+ )?(?:PUBLIC KEY|CERTIFICATE|CERTIFICATE REQUEST|DH PARAMETERS|X509 "
    r"CRL)-----"
)
_PUBLIC_SSH = re.compile(r"(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-ssh-\S+) [A-Za-z0-9+/=]+(?: \S+)?\s*")
_MADE_PUBLIC = re.compile(
    r"pk_(?:live|test)_[A-Za-z0-9]{8,}|pk\.eyJ[\w.-]+|phc_[A-Za-z0-9]{20,}|sb_publishable_[\w-]{16,}"
)
"""Keys that vendors give out for pages in a browser: Stripe, Mapbox, PostHog, Supabase."""

_PUT_PASSWORD = re.compile(
    r"(?:^|[\s;&?,{\"'(_.-])(?:pass|password|passwd|pwd|passphrase|secret|token|access_?token"
    r"|auth_?token|api_?key|"
    r"access_?key|secret_?key|client_?secret|private_?key|sharedaccesskey|accountkey|sig|signature"
    r"|credential|user_?pass)"
    r"[\"']?\s*(?:=>?|:)\s*[\"']?(?P<value>[^\s;&,\"']+)",
    re.IGNORECASE,
)
_NOTHING = frozenset(
    {"true", "false", "yes", "no", "on", "off", "none", "null", "nil", "required", "optional", "0", "1"}
)


_SHORTEST: Final = 14
"""Characters of the shortest token of a known form."""


def known_token(text: str) -> str:
    """What a token in the text is, in words ("a Stripe key"); "" where there is none of a known form."""
    if len(text) < _SHORTEST:
        return ""
    lower = text.lower()
    for mark, words, pattern in _BY_MARK:
        # Looking for the mark is a hundred times faster than trying the pattern, and nearly always enough.
        if (mark in text or mark in lower) and pattern.search(text):
            return words
    return ""


def is_private_key(text: str) -> bool:
    """Whether a PEM private key stands in it."""
    return _PRIVATE_KEY.search(text) is not None


def is_public_key(text: str) -> bool:
    """Whether it is a certificate or a public key and nothing secret beside it."""
    if _PUBLIC_SSH.fullmatch(text) or _MADE_PUBLIC.fullmatch(text):
        return True
    return _PUBLIC_PEM.match(text) is not None and not is_private_key(text)


def puts_password(text: str) -> bool:
    """Whether it gives a password or key by name: `Password=…`, `api_key: …`, as connection strings do."""
    if "=" not in text and ":" not in text:
        return False
    return any(match["value"].lower() not in _NOTHING for match in _PUT_PASSWORD.finditer(text))
