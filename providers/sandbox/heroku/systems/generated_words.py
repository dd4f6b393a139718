"""Words that made-up systems are made of."""

PRODUCTS = (
    *("shop", "billing", "search", "accounts", "logistics", "media", "analytics", "support"),
    *("catalog", "payments", "partners", "insights", "checkout", "returns", "loyalty", "content"),
)
PARTS = ("web", "api", "worker", "admin", "core", "jobs", "gateway", "hooks", "feeds", "mail")
PEOPLE = ("ada", "grace", "linus", "margaret", "dennis", "barbara", "ken", "radia", "tim", "annie", "vint")
COMMON_NAMES = ("polar", "amber", "cobalt", "silver", "ivory", "crimson", "olive", "teal", "maroon", "violet")
DOMAINS = ("acme.example", "acme-cdn.example", "acme-labs.example", "partners.example")

VAR_STEMS = (
    *("STRIPE", "S3", "AUTH0", "MAIL", "GITHUB", "SLACK", "SEGMENT", "TWILIO", "FEATURE_CHECKOUT"),
    *("OAUTH", "SESSION", "JWT", "CACHE", "UPLOAD", "CDN", "EXPORT", "IMPORT", "WEBHOOK", "ALGOLIA"),
    *("SAML", "LDAP", "FTP", "PDF", "MAPS", "CURRENCY", "TAX", "SHIPPING", "FRAUD", "AUDIT", "REPORT"),
)
VAR_TAILS = (
    *("KEY", "SECRET", "TOKEN", "URL", "HOST", "ENABLED", "TIMEOUT", "LIMIT", "REGION", "BUCKET", "NAME"),
    *("PASSWORD", "MODE", "POOL", "LEVEL", "ID"),
)

ADD_ON_MIX = (
    ("heroku-redis:mini", 4),
    ("heroku-redis:premium-0", 3),
    ("scheduler:standard", 5),
    ("papertrail:choklad", 5),
    ("sendgrid:bronze", 2),
    ("newrelic:wayne", 3),
    ("cloudamqp:lemur", 2),
    ("bonsai:sandbox-10", 1),
    ("memcachier:dev", 1),
    ("sentry:f1", 3),
    ("rollbar:free", 2),
    ("quotaguardstatic:micro", 1),
    ("heroku-postgresql:essential-0", 2),
    ("heroku-postgresql:standard-0", 1),
    ("heroku-kafka:basic-0", 1),
)
"""Plans with how often they come."""

LANGUAGES = (
    (
        "python",
        "heroku-24",
        {"web": "gunicorn app:app", "worker": "celery -A app worker", "release": "python manage.py migrate"},
    ),
    (
        "ruby",
        "heroku-24",
        {
            "web": "bundle exec puma",
            "worker": "bundle exec sidekiq",
            "release": "bundle exec rake db:migrate",
        },
    ),
    (
        "nodejs",
        "heroku-22",
        {"web": "npm start", "worker": "node worker.js", "release": "npx prisma migrate deploy"},
    ),
    ("go", "heroku-26", {"web": "bin/server", "worker": "bin/worker", "release": "bin/migrate up"}),
    ("java", "heroku-24", {"web": "java -jar app.jar", "worker": "java -jar w.jar", "release": "bin/flyway"}),
    ("docker", "container", {"web": "./serve", "worker": "./work", "release": "./migrate"}),
)
"""Buildpack, stack, and the commands of process types."""
