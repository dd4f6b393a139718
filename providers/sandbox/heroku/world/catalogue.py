"""Add-on services, plans, features, regions and stacks as the sandbox's Heroku offers them.

Prices: US cents a month, as the add-ons' pages and lists of 2026 show them.
A plan that is not in here can be had, too: it is said to cost nothing.
"""

from typing import NamedTuple

from providers.sandbox.heroku.world.ids import stable_id

CEDAR = {"id": stable_id("generation", "cedar"), "name": "cedar"}
FIR = {"id": stable_id("generation", "fir"), "name": "fir"}
GENERATIONS = {"cedar": CEDAR, "fir": FIR}


class Service(NamedTuple):
    """`plans` are names with cents a month; `sharing`: may be attached to other apps."""

    title: str
    plans: dict[str, int]
    config_vars: tuple[str, ...] = ()
    sharing: bool = True
    cli_plugin: str | None = None


SERVICES: dict[str, Service] = {
    "heroku-postgresql": Service(
        "Heroku Postgres",
        {
            "essential-0": 500,
            "essential-1": 900,
            "essential-2": 2_000,
            "standard-0": 5_000,
            "standard-2": 20_000,
            "standard-3": 40_000,
            "standard-4": 75_000,
            "premium-0": 20_000,
            "premium-2": 35_000,
            "premium-3": 75_000,
            "premium-4": 120_000,
            "private-0": 30_000,
            "shield-0": 35_000,
            "mini": 500,
        },
        ("DATABASE_URL",),
        cli_plugin="heroku-pg",
    ),
    "heroku-redis": Service(
        "Heroku Key-Value Store",
        {"mini": 300, "premium-0": 1_500, "premium-1": 3_000, "premium-2": 6_000, "private-3": 20_000},
        ("REDIS_URL",),
        cli_plugin="heroku-redis",
    ),
    "heroku-kafka": Service(
        "Apache Kafka on Heroku",
        {"basic-0": 10_000, "basic-1": 15_000, "standard-0": 150_000},
        ("KAFKA_URL", "KAFKA_TRUSTED_CERT", "KAFKA_CLIENT_CERT", "KAFKA_CLIENT_CERT_KEY"),
        cli_plugin="heroku-kafka",
    ),
    "scheduler": Service("Heroku Scheduler", {"standard": 0}, sharing=False),
    "advanced-scheduler": Service("Advanced Scheduler", {"starter": 0, "premium-0": 1_500}, ("ADVANCED_",)),
    "crontogo": Service("Cron To Go Scheduler", {"silver-5": 300, "gold-50": 1_200}, ("CRONTOGO_API_KEY",)),
    "papertrail": Service("Papertrail", {"choklad": 0, "fixa": 700}, ("PAPERTRAIL_API_TOKEN",)),
    "sendgrid": Service("SendGrid", {"bronze": 995}, ("SENDGRID_USERNAME", "SENDGRID_PASSWORD")),
    "newrelic": Service("New Relic APM", {"wayne": 0}, ("NEW_RELIC_LICENSE_KEY",)),
    "cloudamqp": Service("CloudAMQP", {"lemur": 0, "tiger": 1_900}, ("CLOUDAMQP_URL",)),
    "bonsai": Service("Bonsai Elasticsearch", {"sandbox-10": 0, "standard-sm": 5_000}, ("BONSAI_URL",)),
    "cloudinary": Service("Cloudinary", {"starter": 0, "sol": 9_900}, ("CLOUDINARY_URL",)),
    "memcachier": Service("MemCachier", {"dev": 0, "100": 1_500}, ("MEMCACHIER_SERVERS",)),
    "sentry": Service("Sentry", {"f1": 0, "team-4": 2_900}, ("SENTRY_DSN",)),
    "rollbar": Service("Rollbar", {"free": 0, "essentials-25k": 2_100}, ("ROLLBAR_ACCESS_TOKEN",)),
    "quotaguardstatic": Service("QuotaGuard Static IPs", {"micro": 1_900}, ("QUOTAGUARDSTATIC_URL",)),
    "bucketeer": Service("Bucketeer", {"hobbyist": 500}, ("BUCKETEER_BUCKET_NAME",)),
}

PLANS: dict[str, tuple[str, str, int]] = {
    f"{service}:{plan}": (one.title, plan.replace("-", " ").title(), cents)
    for service, one in SERVICES.items()
    for plan, cents in one.plans.items()
}
"""Service and plan as people call them, cents a month, by plan name."""

FEATURES = (
    ("http-session-affinity", "Session affinity", False, "general"),
    ("log-runtime-metrics", "Log runtime metrics", False, "beta"),
    ("preboot", "Preboot", False, "general"),
    ("runtime-dyno-metadata", "Runtime dyno metadata", False, "beta"),
    ("runtime-dyno-build-metadata", "Runtime dyno build metadata", False, "beta"),
    ("http-end-to-end-keepalive", "End-to-end keepalive", False, "general"),
    ("spaces-dns-discovery", "DNS service discovery", False, "general"),
)
"""Features of an app: name, title, on by default, state."""

ACCOUNT_FEATURES = (
    ("pipelines", "Pipelines", False, "general"),
    ("dashboard-repositories-api", "Repositories API", False, "beta"),
    ("metrics-new-york", "Metrics in the new dashboard", False, "beta"),
)

TEAM_FEATURES = (
    ("manual-approval", "Approval of new add-ons", False, "general"),
    ("team-invite-acceptance", "Members join when they say yes", False, "general"),
    ("app-access-sso", "Single sign-on for apps", False, "beta"),
)

STACKS = {
    "heroku-26": ("public", True),
    "heroku-24": ("public", False),
    "heroku-22": ("deprecated", False),
    "heroku-20": ("eol", False),
    "container": ("public", False),
    "cnb": ("public", False),
}
"""State and whether it is the default, by name. Ubuntu 26.04 is recommended since 2026."""

REGIONS = {
    "us": ("United States", "Virginia", "us-east-1", False),
    "eu": ("Ireland", "Dublin", "eu-west-1", False),
    "virginia": ("United States", "Virginia", "us-east-1", True),
    "oregon": ("United States", "Oregon", "us-west-2", True),
    "frankfurt": ("Germany", "Frankfurt", "eu-central-1", True),
    "dublin": ("Ireland", "Dublin", "eu-west-1", True),
    "london": ("United Kingdom", "London", "eu-west-2", True),
    "montreal": ("Canada", "Montreal", "ca-central-1", True),
    "sydney": ("Australia", "Sydney", "ap-southeast-2", True),
    "tokyo": ("Japan", "Tokyo", "ap-northeast-1", True),
    "mumbai": ("India", "Mumbai", "ap-south-1", True),
    "singapore": ("Singapore", "Singapore", "ap-southeast-1", True),
}
"""Country, locale, provider's region, whether for Private Spaces, by name."""
