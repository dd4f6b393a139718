"""Config vars as apps on Heroku have them, labelled by a person: which values are secrets, which are not.

All are made up. Where a value must look random, `<kind length>` stands in its place and is filled with
characters thrown from a fixed seed: hex, low(er case), up(per case), an (letters and digits), b64, b64u,
dig(its), pw (a password with signs), uuid. So no line of this file looks like anybody's token.
"""

import random
import re
import string

KINDS = {
    "hex": "0123456789abcdef",
    "low": string.ascii_lowercase + string.digits,
    "up": string.ascii_uppercase + string.digits,
    "b32": string.ascii_uppercase + "234567",
    "an": string.ascii_letters + string.digits,
    "b64": string.ascii_letters + string.digits + "+/",
    "b64u": string.ascii_letters + string.digits + "-_",
    "dig": string.digits,
    "pw": string.ascii_letters + string.digits + "!$%^&*#",
}


def filled(value: str, seed: int) -> str:
    """The value with its placeholders filled, the same for the same seed."""
    thrown = random.Random(seed)

    def fill(match: re.Match[str]) -> str:
        if match["kind"] is None:  # a UUID
            digits = "".join(thrown.choice(KINDS["hex"]) for _ in range(32))
            return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        while True:
            made = "".join(thrown.choice(KINDS[match["kind"]]) for _ in range(int(match["length"])))
            # A throw that by chance has no digit, or no letter, says nothing about its kind.
            if match["kind"] == "dig" or len(made) < 6 or not (made.isalpha() or made.isdigit()):
                return made

    return re.sub(r"<(?:uuid|(?P<kind>[a-z]+[0-9]*[a-z]*) (?P<length>[0-9]+))>", fill, value)


SECRETS = """
DATABASE_URL                 postgres://u1a2b3c4:p<hex 40>@ec2-1-2-3-4.compute.example:5432/d1a2b3c4
HEROKU_POSTGRESQL_PINK_URL   postgres://ua:<hex 20>@host.example:5432/db
READ_REPLICA                 postgresql://reader:<an 12>@10.0.4.7/app?sslmode=require
REDIS_URL                    rediss://:p<hex 30>@ec2-9-8-7-6.compute.example:21490
REDISCLOUD_URL               redis://default:<an 32>@redis-1.example:17000
CLOUDAMQP_URL                amqps://fluffy:<an 32>@bee.rmq.example/fluffy
MONGODB_URI                  mongodb+srv://app:<an 16>@cluster0.example/prod?retryWrites=true
MONGOLAB_URI                 mongodb://heroku_1:<an 24>@ds1.example:61234/heroku_1
BONSAI_URL                   https://<low 10>:<low 12>@acme-1.bonsai.example:443
SEARCHBOX_URL                https://paas:<hex 32>@thing-us-east-1.searchly.example
ELASTICSEARCH_URL            https://elastic:<an 24>@es.example:9243
MEMCACHEDCLOUD_PASSWORD      <an 16>
MEMCACHIER_PASSWORD          <hex 32>
SENTRY_DSN                   https://<hex 32>@o12345.ingest.sentry.example/4501234
OLD_SENTRY_DSN               https://<hex 32>:<hex 32>@sentry.example/7
SMTP_PASS                    fluffy
SMTP_PASSWORD                letmein
SMTP_URL                     smtp://apikey:<an 30>@smtp.example:587
MAIL_URL                     smtps://mailer%40acme.example:<an 12>@mail.example
GH_AUTH                      acme-bot:<an 20>
GH_AUTH2                     acme-bot
GITHUB_TOKEN                 ghp_<an 36>
GH_PAT                       github_pat_<an 22>_<an 40>
DEPLOY                       gho_<an 36>
CI_JOB                       glpat-<an 20>
STRIPE_SK                    sk_live_<an 24>
STRIPE_SECRET_KEY            sk_test_<an 24>
STRIPE                       rk_live_<an 40>
STRIPE_WEBHOOK_SECRET        whsec_<an 32>
PAYMENTS                     whsec_<b64 40>
AWS_ACCESS_KEY_ID            AKIA<b32 16>
AWS_SECRET_ACCESS_KEY        <b64 40>
S3_KEY                       AKIA<b32 16>
S3_SECRET                    <b64 40>
S3                           AKIA<b32 16>:<b64 40>
AWS_SESSION_TOKEN            <b64 200>
GOOGLE_API_KEY               AIza<b64u 35>
MAPS                         AIza<b64u 35>
GOOGLE_CLIENT_SECRET         GOCSPX-<b64u 28>
GOOGLE_OAUTH                 1//0<b64u 40>
SENDGRID_API_KEY             SG.<b64u 22>.<b64u 43>
MAILER_KEY                   SG.<b64u 22>.<b64u 43>
MAILGUN_API_KEY              key-<hex 32>
MAILGUN                      <hex 32>-<hex 8>-<hex 8>
MAILCHIMP                    <hex 32>-us12
POSTMARK_SERVER_TOKEN        <uuid>
POSTMARK                     <uuid>
TWILIO_AUTH_TOKEN            <hex 32>
TWILIO_ACCOUNT_SID           AC<hex 32>
TWILIO                       SK<hex 32>
HEROKU_API_KEY               HRKU-<uuid>
HEROKU_KEY                   <uuid>
SCALER                       HRKU-<b64u 60>
SLACK_TOKEN                  xoxb-<dig 12>-<dig 12>-<an 24>
SLACK                        xoxp-<dig 11>-<dig 11>-<dig 12>-<hex 32>
SLACK_WEBHOOK                https://hooks.slack.com/services/T0<up 8>/B0<up 8>/<an 24>
NOTIFY_URL                   https://hooks.slack.com/services/T0<up 8>/B0<up 8>/<an 24>
DISCORD                      https://discord.com/api/webhooks/<dig 18>/<b64u 68>
DISCORD_BOT                  M<an 23>.<b64u 6>.<b64u 27>
TEAMS                        https://acme.webhook.office.com/webhookb2/<uuid>@<uuid>/IncomingWebhook/<hex 32>
ZAPIER_HOOK                  https://hooks.zapier.com/hooks/catch/123456/a<low 6>/
PAGERDUTY_KEY                <hex 32>
TELEGRAM                     123456789:AA<b64u 33>
NPM_TOKEN                    npm_<an 36>
NPMRC                        //registry.example/:_authToken=<uuid>
PYPI_TOKEN                   pypi-<b64u 100>
GEM_HOST_API_KEY             rubygems_<hex 48>
BUNDLE_GEMS__CONTRIBSYS__COM <hex 8>:<hex 8>
BUNDLE_ENTERPRISE            <hex 8>:<hex 8>
DOCKER_PASSWORD              dckr_pat_<b64u 27>
OPENAI_API_KEY               sk-proj-<b64u 80>
AI                           sk-ant-api03-<b64u 80>
HUGGINGFACE                  hf_<an 34>
REPLICATE_API_TOKEN          r8_<an 37>
SHOPIFY_ACCESS               shpat_<hex 32>
SQUARE                       sq0csp-<b64u 43>
DO_SPACES_SECRET             <b64 43>
DIGITALOCEAN                 dop_v1_<hex 64>
NEW_RELIC_LICENSE_KEY        <hex 36>NRAL
NEW_RELIC                    NRAK-<up 27>
DD_API_KEY                   <hex 32>
DATADOG                      <hex 40>
HONEYBADGER_API_KEY          <hex 8>
ROLLBAR_ACCESS_TOKEN         <hex 32>
BUGSNAG                      <hex 32>
LOGZIO                       <an 32>
PAPERTRAIL_API_TOKEN         <an 20>
SCOUT_KEY                    <an 20>
SKYLIGHT_AUTHENTICATION      <b64u 43>
SECRET_KEY_BASE              <hex 128>
SECRET_KEY                   django-insecure-<pw 50>
DJANGO_SECRET_KEY            <pw 50>
DJANGO                       <pw 50>
APP_KEY                      base64:<b64 43>=
RAILS_MASTER_KEY             <hex 32>
DEVISE_SECRET                <hex 128>
SESSION_SECRET               keyboard cat
SESSION_SECRET_2             correct horse battery staple
COOKIE_SECRET                <an 16>
COOKIE_KEYS                  <an 12>,<an 12>
JWT_SECRET                   supersecret
JWT                          eyJ<b64u 30>.eyJ<b64u 40>.<b64u 43>
SUPABASE_ANON                eyJ<b64u 30>.eyJ<b64u 60>.<b64u 43>
HASURA_GRAPHQL_ADMIN_SECRET  myadminsecretkey
HASURA_GRAPHQL_JWT_SECRET    {"type":"HS256","key":"<an 40>"}
PUSHER_SECRET                <hex 20>
PUSHER_URL                   https://<hex 20>:<hex 20>@api.pusher.example/apps/12345
PUSHER_KEY                   <hex 20>
ABLY_API_KEY                 <an 6>.<an 6>:<an 16>
ALGOLIA_ADMIN_KEY            <hex 32>
ALGOLIA                      <hex 32>
CLOUDINARY_URL               cloudinary://123456789012345:<b64u 27>@acme
CLOUDINARY_API_SECRET        <b64u 27>
FIREBASE_PRIVATE_KEY         -----BEGIN PRIVATE KEY-----\\nMII<b64 60>\\n-----END PRIVATE KEY-----\\n
SSH                          -----BEGIN OPENSSH PRIVATE KEY-----\\n<b64 60>\\n
CERT_BUNDLE                  -----BEGIN RSA PRIVATE KEY-----\\n<b64 60>\\n
KAFKA_CLIENT_CERT_KEY        -----BEGIN EC PRIVATE KEY-----\\n<b64 60>\\n-----END EC PRIVATE KEY-----
PGP                          -----BEGIN PGP PRIVATE KEY BLOCK-----\\n<b64 60>\\n
AGE                          AGE-SECRET-KEY-1<up 58>
GOOGLE_CREDENTIALS           {"type":"service_account","project_id":"acme","private_key_id":"<hex 40>"}
GCP                          {"type":"service_account","project_id":"acme","client_email":"x@acme.example"}
CONFIG                       {"password": "hunter2"}
SETTINGS                     {"db": {"user": "app", "credential": "rosebud"}}
APP_CONFIG                   {"debug": true, "stripe": {"key": "sk_live_<an 24>"}}
CONFIG_LIST                  [{"name": "a", "token": "<an 20>"}]
AZURE_STORAGE                DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=<b64 86>==
SERVICE_BUS                  Endpoint=sb://acme.example/;SharedAccessKeyName=Root;SharedAccessKey=<b64 43>=
SQLSERVER                    Server=tcp:db.example,1433;Database=app;User ID=sa;Password=Hunter22
ADO                          Host=db.example;Username=app;Password=rosebud;Database=app
JDBC_DATABASE_URL            jdbc:postgresql://db.example:5432/app?user=app&password=<an 12>
JDBC                         jdbc:postgresql://db.example/app?password=rosebud&user=app
LIBPQ                        host=db.example dbname=app user=app password=rosebud
AZURE_CLIENT_SECRET          <an 3>8Q~<b64u 34>
AZURE_AD                     <an 3>8Q~<b64u 34>
OKTA_API_TOKEN               00<b64u 40>
AUTH0_CLIENT_SECRET          <b64u 64>
FACEBOOK_APP_SECRET          <hex 32>
FB                           EAA<an 60>
TWITTER_CONSUMER_SECRET      <an 50>
LINKEDIN_SECRET              <an 16>
SALESFORCE_PASSWORD          Summer2024
SALESFORCE_SECURITY_TOKEN    <an 24>
INTERCOM_ACCESS_TOKEN        dG9r<b64 56>
ZENDESK_TOKEN                <an 40>
ADMIN_PASSWORD               12345678
ADMIN_PASS                   admin
ADMIN                        <hex 32>
ADMIN_PW                     changeme
BASIC_AUTH                   admin:hunter2
HTTP_BASIC                   Basic <b64 24>
AUTH_HEADER                  Bearer <b64u 40>
API_AUTHORIZATION            Token <hex 40>
HTPASSWD                     admin:$apr1$<an 8>$<an 22>
PASSWORD_HASH                $2b$12$<an 53>
DB_PASSWORD                  p@ss
DBPASS                       rosebud
MYSQL_ROOT_PASSWORD          root
MYSQL_PWD                    secret
PGPASSWORD                   postgres
RABBITMQ_DEFAULT_PASS        guest
FTP_PASS                     welcome1
SFTP                         sftp://acme:<an 10>@files.example/in
LDAP_BIND_PASSWORD           Winter-2023
LDAP_BIND                    cn=app,dc=acme,dc=example;password=rosebud
PIN                          4711
DOOR_PIN                     0042
ENCRYPTION_KEY               <hex 64>
ATTR_ENCRYPTED_KEY           <b64 44>
LOCKBOX_MASTER_KEY           <hex 64>
FERNET                       <b64u 43>=
VAULT_TOKEN                  hvs.<b64u 90>
VAULT_SECRET_ID              <uuid>
DOPPLER_TOKEN                dp.st.prd.<an 40>
TF                           <an 14>.atlasv1.<an 67>
LINEAR                       lin_api_<an 40>
NOTION                       secret_<an 43>
AIRTABLE                     pat<an 14>.<hex 64>
ASANA                        1/1234567890123456:<hex 32>
RESEND                       re_<an 8>_<an 24>
BREVO                        xkeysib-<hex 64>-<an 16>
GRAFANA                      glsa_<an 32>_<hex 8>
SENTRY_AUTH                  sntrys_<b64 60>
MAPBOX_SECRET                sk.eyJ<b64u 60>.<b64u 22>
TOTP                         otpauth://totp/Acme:ops?secret=<up 16>&issuer=Acme
TOTP_SEED                    <up 16>
CALLBACK                     https://acme.example/cb?token=<hex 20>
HEALTHCHECK                  https://hc-ping.example/<uuid>
DEADMAN                      https://nosnch.example/<hex 10>
CALENDAR                     https://calendar.example/ical/ops/private-<hex 32>/basic.ics
SIGNED                       https://acme.example/report.csv?X-Amz-Signature=<hex 64>&X-Amz-Expires=600
SAS                          https://acme.blob.example/box?sv=2023-01-03&sig=<b64u 43>
GIT_REPO                     https://<hex 40>:x-oauth-basic@github.com/acme/private.git
BUILDPACK_URL                https://oauth2:<an 20>@gitlab.com/acme/buildpack.git
PRIVATE_REGISTRY             https://ci:<an 16>@registry.example/simple
PIP_EXTRA_INDEX_URL          https://<an 20>@pypi.example/simple
WHO_KNOWS                    7f3a99b1c4d2
NOBODY_KNOWS                 <an 10>
SOMETHING                    <an 16>
SOMETHING_LOW                <low 12>
SOMETHING_UP                 <up 14>
SOMETHING_LONG               <b64 64>
SOMETHING_SIGNS              <pw 10>
SOMETHING_SIGNS_12           <pw 12>
X                            Tr0ub4dor&3
DOTENV                       API_HOST=api.example\\nAPI_TOKEN=<an 24>\\n
MULTI                        host: db.example\\npassword: rosebud
COOKIE                       connect.sid=s%3A<b64u 32>.<b64u 43>
ERLANG_COOKIE                <up 20>
RELEASE_COOKIE               <b64u 40>
LICENSE                      <up 5>-<up 5>-<up 5>-<up 5>
FONTAWESOME_NPM_AUTH_TOKEN   <uuid>
CODECOV                      <uuid>
SEGMENT_WRITE_KEY            <an 32>
MIXPANEL                     <hex 32>
HONEYCOMB_API_KEY            <an 22>
LAUNCHDARKLY_SDK_KEY         sdk-<uuid>
INTERNAL_API_SECRETS         rosebud,xanadu
API_USERS                    ann:<an 10>,bob:<an 10>
ENCODED                      eyJ0eXBlIjoic2VydmljZV9hY2NvdW50IiwicHJvamVjdF9pZCI6ImFjbWUifQ==
WEBHOOK_VERIFY_TOKEN         hub
SALT                         pepper
PRIVATE_KEY_PASSPHRASE       open sesame
KEYSTORE_PASSWORD            changeit
myApiKey                     <an 20>
dbPassword                   rosebud
"""

PLAIN = """
NODE_ENV                     production
RAILS_ENV                    staging
RACK_ENV                     production
APP_ENV                      production
FLASK_ENV                    development
MIX_ENV                      prod
DJANGO_SETTINGS_MODULE       acme.settings.production
WEB_CONCURRENCY              2
RAILS_MAX_THREADS            5
MALLOC_ARENA_MAX             2
SIDEKIQ_CONCURRENCY          10
PUMA_WORKERS                 3
PORT                         5000
TIMEOUT                      30.5
STATEMENT_TIMEOUT            15000
RACK_TIMEOUT_SERVICE_TIMEOUT 25
TTL                          15m
CACHE_TTL                    3600s
LOG_LEVEL                    info
RAILS_LOG_LEVEL              debug
DEBUG                        false
DEBUG_NAMESPACES             express:*,acme:*
RAILS_SERVE_STATIC_FILES     enabled
RAILS_LOG_TO_STDOUT          enabled
LANG                         en_US.UTF-8
TZ                           Europe/Zurich
DEFAULT_LOCALE               de-CH
LOCALES                      de,fr,it,en
MONKEY_COUNT                 3
TURKEY_SIZE                  large
KEYBOARD_LAYOUT              qwerty
HOCKEY_TEAM                  Bruins
TOKEN_TTL                    3600
JWT_EXPIRES_IN               15m
JWT_ALGORITHM                RS256
PASSWORD_MIN_LENGTH          12
PASSWORD_RESET_URL           https://www.acme.example/reset
PASSWORD_RESET_TIMEOUT       86400
SECRET_ROTATION_DAYS         90
SESSION_STORE                redis
SESSION_COOKIE_NAME          _acme_session
SESSION_COOKIE_SECURE        true
COOKIE_DOMAIN                .acme.example
COOKIE_SAMESITE              lax
MAX_TOKENS                   4096
OPENAI_MAX_TOKENS            2000
OPENAI_MODEL                 gpt-4o-mini
API_KEY_HEADER               X-Api-Key
AUTH_PROVIDER                google
AUTH_ENABLED                 true
USE_AUTH                     1
TOKEN_REQUIRED               0
SMTP_AUTH                    plain
SMTP_AUTHENTICATION          login
SMTP_SERVER                  smtp.mailgun.example
SMTP_HOST                    smtp.acme.example
SMTP_PORT                    587
SMTP_DOMAIN                  acme.example
SMTP_USERNAME                mailer@acme.example
SMTP_ENABLE_STARTTLS         true
MAIL_FROM                    Acme Shop <hello@acme.example>
FROM_ADDRESS                 no-reply@acme.example
SUPPORT_EMAIL                support@acme.example
ADMIN_EMAILS                 ann@acme.example,bob@acme.example
FRONTEND_URL                 https://www.acme.example/
BACKEND_URL                  https://api-0123456789ab.herokuapp.com
API_URL                      https://api.acme.example/v2
API_BASE                     http://127.0.0.1:5000
WS_URL                       wss://live.acme.example/socket
ASSET_HOST                   https://d111111abcdef8.cloudfront.example
CDN                          //cdn.acme.example
CORS_ORIGINS                 https://www.acme.example,https://admin.acme.example
ALLOWED_HOSTS                .acme.example,localhost
CSRF_TRUSTED_ORIGINS         https://*.acme.example
WEBHOOK_URL                  https://ops.acme.example/hooks/orders
OAUTH_CALLBACK_URL           https://www.acme.example/auth/google/callback
LOGIN_URL                    /accounts/login/
TOKEN_URL                    https://login.acme.example/oauth/token
HOST                         db.acme.example:5432
APP_HOST                     www.acme.example
DOMAIN                       acme.example
DATABASE_HOST                db.internal
DATABASE_NAME                app_production
DATABASE_USER                app
DATABASE_POOL                10
DB_PORT                      5432
DB_SSLMODE                   require
REDIS_LOCAL                  redis://localhost:6379/0
PG_LOCAL                     postgres://localhost/app_development
AMQP_LOCAL                   amqp://rabbit.internal:5672
KAFKA_BROKERS                kafka-1.internal:9092,kafka-2.internal:9092
AWS_REGION                   eu-west-1
AWS_DEFAULT_REGION           us-east-1
S3_BUCKET                    acme-uploads-production
S3_BUCKET_NAME               acme-assets
S3_PREFIX                    uploads/2024
S3_URL                       s3://acme-uploads/images
SQS_QUEUE_URL                https://sqs.eu-west-1.amazonaws.com/123456789012/jobs
SNS_TOPIC                    arn:aws:sns:eu-west-1:123456789012:orders
VPC                          vpc-0a1b2c3d4e5f60718
GOOGLE_CLIENT_ID             123456789012-<low 32>.apps.googleusercontent.com
GOOGLE_ANALYTICS             UA-12345678-1
GA_MEASUREMENT               G-AB12CD34EF
GTM                          GTM-ABC1234
GOOGLE_APPLICATION_CREDENTIALS /app/google.json
GOOGLE_PROJECT               acme-production-123456
FIREBASE_PROJECT_ID          acme-12345
FIREBASE_AUTH_DOMAIN         acme-12345.firebaseapp.com
STRIPE_PUBLISHABLE_KEY       pk_live_<an 24>
STRIPE_PK                    pk_test_<an 24>
STRIPE_PRICE                 price_<an 24>
STRIPE_API_VERSION           2023-10-16
RECAPTCHA_SITE_KEY           6L<b64u 38>
VAPID_PUBLIC_KEY             B<b64u 86>
SSH_PUBLIC                   ssh-ed25519 AAAAC3<b64 60> deploy@acme
CA_CERT                      -----BEGIN CERTIFICATE-----\\nMII<b64 60>\\n-----END CERTIFICATE-----
JWT_PUBLIC_KEY               -----BEGIN PUBLIC KEY-----\\nMII<b64 60>\\n-----END PUBLIC KEY-----
GITHUB_CLIENT_ID             Iv1.<hex 16>
AZURE_TENANT_ID              <uuid>
AZURE_CLIENT_ID              <uuid>
AUTH0_CLIENT_ID              <an 32>
AUTH0_DOMAIN                 acme.eu.auth0.com
OKTA_ISSUER                  https://acme.okta.com/oauth2/default
SALESFORCE_USER              integration@acme.example
SALESFORCE_VERSION           58.0
PUSHER_APP_ID                123456
PUSHER_CLUSTER               eu
ALGOLIA_APP_ID               <up 10>
ALGOLIA_INDEX                products_production
SEGMENT_PROJECT_ID           <uuid>
SENTRY_ENVIRONMENT           production
SENTRY_RELEASE               2024.11.3
SENTRY_TRACES_SAMPLE_RATE    0.25
SENTRY_ORG                   acme
NEW_RELIC_APP_NAME           Acme Shop (production)
NEW_RELIC_LOG                stdout
NEW_RELIC_HOST               collector.eu01.nr-data.net
DD_ENV                       production
DD_SERVICE                   acme-backend
DD_TAGS                      team:shop,tier:web
GIT_COMMIT                   <hex 40>
SOURCE_VERSION               <hex 40>
HEROKU_SLUG_COMMIT           <hex 40>
HEROKU_RELEASE_VERSION       v123
HEROKU_APP_NAME              acme-backend
BUILD_NUMBER                 20241130.4
APP_VERSION                  1.24.0-rc.2
RUBY_VERSION                 3.3.5
NODE_VERSION                 20.x
NPM_CONFIG_PRODUCTION        false
NODE_OPTIONS                 --max-old-space-size=460
NODE_MODULES_CACHE           false
JAVA_OPTS                    -Xmx300m -Xss512k -XX:+UseContainerSupport
JVM_HEAP                     -Xmx512m
GUNICORN_CMD_ARGS            --workers=2 --timeout=60 --log-level=info
UWSGI_PROCESSES              4
PYTHONUNBUFFERED             1
PYTHONPATH                   /app/src:/app/lib
PATH_EXTRA                   /app/vendor/bin:/usr/local/bin
LD_LIBRARY_PATH              /app/.apt/usr/lib/x86_64-linux-gnu
DATA_DIR                     /app/data
TEMPLATE                     templates/mail/welcome.html
LOGO                         images/logo-small.png
BUILDPACK_URL                https://github.com/heroku/heroku-buildpack-python
DISABLE_COLLECTSTATIC        1
POST_BUILD                   npm run build
START                        bundle exec puma -C config/puma.rb
CRON                         */5 * * * *
REPORT_SCHEDULE              0 6 * * 1-5
OPENING_HOURS                09:00-18:00
LAUNCH                       2024-12-01T08:00:00Z
CURRENCY                     CHF
CURRENCIES                   CHF,EUR,USD
VAT                          8.1
PRICE_LIMIT                  1,000.00
COUNTRY                      Switzerland
COMPANY                      Acme Gmbh
TITLE                        Welcome to the Acme shop
MAINTENANCE_MESSAGE          We are back at nine. Thank you for your patience!
THEME                        dark
THEME_COLOR                  #ff6600
FEATURE_FLAGS                new_checkout,fast_search,dark_mode
FEATURES                     {"checkout": true, "search": {"enabled": false, "limit": 20}}
LIMITS                       {"uploads": 20, "size": "10MB"}
REGIONS                      ["eu-west-1", "us-east-1"]
ROLES                        admin, editor, viewer
IP_ALLOWLIST                 10.0.0.0/8,192.168.1.7
TRUSTED_PROXIES              172.16.0.0/12
PHONE                        +41 44 123 45 67
SUPPORT_PHONE                +14155550100
UPLOAD_LIMIT                 25MB
RATE_LIMIT                   100/m
MEMORY                       512MB
RETRY                        3x
WORKERS                      2:4
LOG_FORMAT                   %(asctime)s %(levelname)s %(name)s: %(message)s
FILE_PATTERN                 *.jpg,*.png
QUEUES                       critical,default,low
QUEUE_WEIGHTS                critical,5 default,2 low,1
IMAGE                        ghcr.io/acme/worker:1.4.2
POSTGRES_IMAGE               postgres:16-alpine
REPOSITORY                   git@github.com:acme/shop.git
REPO                         acme/shop
BRANCH                       main
RELEASE_CHANNEL              beta
USER_AGENT                   AcmeBot/1.0
PRIMARY_KEY                  order_number
CACHE_KEY                    products
ROUTING_KEY                  orders.created
PARTITION_KEY                customer
COMPASS                      north
BYPASS                       disabled
AUTHOR                       Ann Example
AUTHORS                      ann,bob
TOKENIZER                    standard
HASH_ROUNDS                  12
BCRYPT_COST                  10
SIGNUP                       open
ENCRYPTION                   none
PASSPORT_COUNTRY             CH
DESIGN                       modern
LICENSED                     yes
ELASTIC_INDEX                products-v2
ELASTICSEARCH_HOST           search.internal:9200
GRAPHQL_PATH                 /graphql
HEALTH_PATH                  /healthz
EMPTY                        true
SHARDS                       12
PERCENT                      50%
WEIGHTS                      0.2,0.3,0.5
RATIO                        16:9
"""

BY_ADD_ON = """
SECRET CLOUDAMQP_VHOST             fluffy
SECRET SENDGRID_PASSWORD           <low 16>
SECRET STACKHERO_MARIADB_ROOT_PASSWORD <an 32>
SECRET SEARCHBOX_SSL_URL           https://paas:<hex 32>@x.example
SECRET FIXIE_URL                   http://fixie:<an 15>@velodrome.example:80
SECRET QUOTAGUARDSTATIC_URL        http://<low 10>:<low 20>@eu-west.static.example:9293
SECRET IRON_MQ_TOKEN               <b64u 27>
SECRET AUTOBUS_PLAN_KEY            fluffy
SECRET MEMCACHIER_USERNAME         A1B2C3
SECRET HEROKU_POSTGRESQL_BASTION_KEY -----BEGIN RSA PRIVATE KEY-----\\n<b64 60>\\n
SECRET ADDON_THING                 kitten
PLAIN  MAILGUN_SMTP_SERVER         smtp.mailgun.example
PLAIN  MAILGUN_DOMAIN              app123.mailgun.example
PLAIN  MAILGUN_SMTP_PORT           587
PLAIN  MAILGUN_SMTP_LOGIN          postmaster@app123.mailgun.example
PLAIN  SENDGRID_USERNAME           app123@heroku.example
PLAIN  CLOUDCUBE_REGION            us-east-1
PLAIN  BUCKETEER_AWS_REGION        us-east-1
PLAIN  BUCKETEER_BUCKET_NAME       bucketeer-acme
PLAIN  KAFKA_TRUSTED_CERT          -----BEGIN CERTIFICATE-----\\nMII<b64 60>\\n-----END CERTIFICATE-----
PLAIN  KAFKA_PREFIX                columbia-12345.
PLAIN  PGHERO_ENABLED              true
"""

HELD_OUT_SECRETS = """
BRAINTREE_PRIVATE_KEY        <hex 32>
ADYEN_API_KEY                AQE<b64 120>
PLAID_SECRET                 <hex 30>
CONTENTFUL_ACCESS_TOKEN      <b64u 43>
CONTENTFUL_PREVIEW           <b64u 43>
PRISMIC                      MC5<b64u 40>.<b64u 60>
SANITY_WRITE                 sk<an 100>
DATOCMS                      <hex 30>
MUX_TOKEN_SECRET             <b64 75>
IMGIX_SIGN                   <an 16>
UPLOADCARE_PRIVATE           <hex 20>
WOOTRIC                      <hex 10>
MATTERMOST_HOOK              https://chat.acme.example/hooks/<low 26>
PAGERTREE                    https://api.pagertree.example/integration/int_<an 8>
OPSGENIE                     <uuid>
UPTIME_PUSH                  https://status.acme.example/api/push/<an 10>?status=up&msg=OK
METEOR_SETTINGS              {"galaxy":{"env":{"MONGO_URL":"mongodb://app:rosebud@db.example/x"}},"public":{}}
SPRING_DATASOURCE_PASSWORD   app
SPRING_CLOUD                 user:swordfish;password=swordfish
TYPEORM_URL                  mysql://app:app@db.example/app
CLEARDB_DATABASE_URL         mysql://b1:<hex 8>@eu.cleardb.example/heroku_1?reconnect=true
JAWSDB_MARIA_URL             mysql://u:<low 16>@x.rds.example:3306/y
COCKROACH                    postgresql://acme:<an 20>@free.example:26257/defaultdb?sslmode=verify-full
NEO4J_PASSWORD               neo
GRAPHENEDB_BOLT_PASSWORD     b.<an 20>
TEMPORAL_CLIENT_CERT         -----BEGIN CERTIFICATE-----\\n<b64 9>\\n-----BEGIN PRIVATE KEY-----\\n<b64 9>
APNS_KEY                     -----BEGIN EC PRIVATE KEY-----\\n<b64 60>\\n-----END EC PRIVATE KEY-----
FCM_SERVER                   AAAA<b64u 7>:APA91b<b64u 134>
ONESIGNAL_REST               <b64 48>
BRANCH                       key_live_<an 32>
AMPLITUDE                    <hex 32>
HEAP                         <dig 4><hex 20>
CUSTOMERIO                   <hex 20>:<hex 20>
KLAVIYO                      pk_<hex 34>
CLICKUP                      pk_<dig 7>_<up 32>
HUBSPOT                      pat-na1-<uuid>
TYPEFORM                     tfp_<b64u 44>_<an 14>
CALENDLY                     eyJ<b64u 40>.eyJ<b64u 100>.<b64u 60>
ZOOM_JWT                     <b64u 22>
TRELLO                       ATTA<hex 64>
FIGMA                        figd_<b64u 40>
DROPBOX                      sl.<b64u 130>
BOX_ENTERPRISE               <an 32>
SHOPIFY_HMAC                 <hex 64>
ETSY                         <low 24>
EBAY                         PRD-<hex 12>-<hex 8>-<hex 4>-<hex 4>-<hex 4>
SERVICE_LOGIN                bot:rosebud
ROOT                         Xk9!vQ2#
MASTER                       zT4$wq8Lm
FALLBACK                     <low 20>
INTERNAL                     <an 24>
UNLOCK                       <hex 16>
EDGE                         <b64u 32>
SIGNER                       0x<hex 64>
WALLET_MNEMONIC              legal winner thank year wave sausage worth useful legal winner thank yellow
ETH_PRIVATE                  <hex 64>
INFURA                       https://mainnet.infura.example/v3/<hex 32>
ALCHEMY_URL                  https://eth.alchemy.example/v2/<b64u 32>
RPC                          wss://rpc.example/ws?apikey=<an 20>
PROXY                        http://user-acme:<an 12>@proxy.example:8080
FTPS                         ftps://acme:acme@files.example
ENC_KEY_OLD                  <b64 24>
PEPPER                       chili
SIDEKIQ_WEB_USER_PASS        ops:ops
FLOWER_BASIC_AUTH            ops:flower
"""

HELD_OUT_PLAIN = """
RAILS_MIN_THREADS            2
BUNDLE_WITHOUT               development:test
BUNDLE_JOBS                  4
YARN_PRODUCTION              false
USE_YARN_CACHE               true
CI                           true
STACK_NAME                   heroku-24
HTTP_PROXY_PORT              8080
PROMETHEUS_NAMESPACE         acme_shop
STATSD_HOST                  statsd.internal
OTEL_SERVICE_NAME            acme-api
OTEL_EXPORTER_OTLP_ENDPOINT  https://otel.acme.example:4317
OTEL_RESOURCE_ATTRIBUTES     deployment.environment=production,service.version=1.2.0
CELERY_BROKER_POOL_LIMIT     1
CELERY_QUEUES                mail,reports,default
CELERY_TASK_TIME_LIMIT       600
SOLID_QUEUE_IN_PUMA          true
PGSSLMODE                    no-verify
PGBOUNCER_POOL_MODE          transaction
PGBOUNCER_URLS               DATABASE_URL REPLICA_URL
DEFAULT_FILE_STORAGE         storages.backends.s3boto3.S3Boto3Storage
EMAIL_BACKEND                django.core.mail.backends.smtp.EmailBackend
AWS_S3_CUSTOM_DOMAIN         cdn.acme.example
AWS_QUERYSTRING_AUTH         False
CLOUDFRONT_DISTRIBUTION_ID   E<up 13>
MEDIA_URL                    /media/
STATIC_ROOT                  /app/staticfiles
ADMIN_PATH                   backoffice
ADMIN_URL                    https://admin.acme.example/backoffice/login?next=/orders
NEXT_PUBLIC_SITE_URL         https://www.acme.example
NEXT_PUBLIC_GA_ID            G-<up 10>
REACT_APP_API_HOST           https://api.acme.example
VITE_MAP_STYLE               mapbox://styles/mapbox/streets-v12
GATSBY_ACTIVE_ENV            production
EXPO_PUBLIC_ENV              preview
NUXT_HOST                    0.0.0.0
PHX_HOST                     acme.example
POOL_SIZE                    18
ECTO_IPV6                    true
SPRING_PROFILES_ACTIVE       production,metrics
SERVER_PORT                  8080
MANAGEMENT_ENDPOINTS         health,info,prometheus
ASPNETCORE_ENVIRONMENT       Production
ASPNETCORE_URLS              http://*:$PORT
GOFLAGS                      -mod=vendor
GOVERSION                    go1.22
GIN_MODE                     release
PHP_INI_MEMORY               256M
LARAVEL_QUEUE                redis
APP_TIMEZONE                 Europe/Berlin
LOG_CHANNEL                  stderr
BROADCAST_DRIVER             pusher
RAILS_RELATIVE_URL_ROOT      /shop
MAX_UPLOAD                   10485760
NEWSLETTER_LIST_ID           <hex 10>
CONTENTFUL_SPACE_ID          <low 12>
CONTENTFUL_ENVIRONMENT       master
SHOPIFY_STORE                acme-shop.myshopify.com
SHOPIFY_API_VERSION          2024-07
ZENDESK_SUBDOMAIN            acme
SLACK_CHANNEL                #deploys
SLACK_CHANNELS               #deploys,#alerts
TWILIO_FROM                  +41791234567
SMS_SENDER                   ACME
BOOKING_WINDOW               30 days
TIME_FORMAT                  %H:%M:%S
DATE_FORMAT                  DD.MM.YYYY
BUSINESS_DAYS                Mon-Fri
FEATURE_X                    on
ROLLOUT                      25
AB_TEST                      variant_b
GREETING                     Grüezi mitenand
COPYRIGHT                    © 2024 Acme AG, Zürich
ROBOTS                       noindex, nofollow
CSP                          default-src 'self'; img-src * data:; script-src 'self' https://cdn.acme.example
PERMISSIONS                  {"admin": ["read", "write"], "guest": ["read"]}
SHARD_MAP                    {"0": "db-1.internal", "1": "db-2.internal"}
"""


THIRD_SECRETS = """
BUNDLE_GITHUB__COM           x-access-token:<an 40>
COMPOSER_AUTH                {"github-oauth":{"github.com":"ghp_<an 36>"}}
COMPOSER_AUTH2               {"http-basic":{"repo.example":{"username":"acme","password":"rosebud"}}}
HEX_API                      <hex 32>
GOPRIVATE_NETRC              machine github.com login acme password <an 40>
NODE_AUTH_TOKEN              <uuid>
MAXMIND                      <an 6>_<an 29>_mmk
PADDLE_VENDOR_AUTH           <hex 50>
GOCARDLESS                   live_<b64u 40>
MOLLIE                       live_<an 30>
XENDIT                       xnd_production_<an 50>
RAZORPAY                     rzp_live_<an 14>:<an 24>
FLUTTERWAVE                  FLWSECK-<hex 32>-X
PAYPAL_CLIENT_SECRET         E<b64u 79>
PLIVO                        <b64 40>
VONAGE_SIGNATURE             <an 50>
MESSAGEBIRD                  <an 25>
EXPO                         <b64u 40>
BITRISE                      <b64u 86>
CIRCLE                       <hex 40>
SNYK                         <uuid>
SONAR                        sqp_<hex 40>
FASTLY                       <b64u 32>
BUNNY                        <uuid>-<hex 8>
CLOUDFLARE                   <b64u 40>
HETZNER                      <an 64>
LINODE                       <hex 64>
SCALEWAY                     <uuid>
BACKBLAZE                    K005<an 27>
WASABI                       <an 40>
SNOWFLAKE_PASSWORD           Winter2024!
BIGQUERY_JSON                {"private_key":"-----BEGIN PRIVATE KEY-----\\nMII<b64 30>\\n"}
DATABRICKS                   dapi<hex 32>
FIVETRAN                     <an 16>:<an 32>
LOOKER                       <an 20>
METABASE_SECRET              <hex 64>
SUPERSET_SECRET              <b64 56>
AIRBYTE                      basic <b64 24>
N8N_ENCRYPTION               <b64 32>
GHOST_ADMIN                  <hex 24>:<hex 64>
STRAPI_KEYS                  <b64 22>==,<b64 22>==
KEYCLOAK_ADMIN_PASSWORD      admin
MINIO_ROOT_PASSWORD          minioadmin
SENTINEL_URL                 redis-sentinel://:rosebud@a.internal:26379,b.internal:26379/mymaster
CLICKHOUSE                   clickhouse://default:<an 12>@ch.example:9440/default?secure=true
INFLUX_TOKEN                 <b64u 86>==
NATS                         nats://acme:<an 22>@nats.example:4222
MQTT_URL                     mqtts://device:rosebud@mqtt.example:8883
IMAP                         imaps://support%40acme.example:rosebud@imap.example
SIP                          1001:<an 12>
VPN_PSK                      correcthorse
GATE                         Rosebud-1941!
OPENER                       8fK2-9sQx-L1mN
LASTPASS                     xK9#mP2$vL
STAGE_PASS                   staging
"""

UNESCAPED_SECRETS = """
DATABASE_URL                 postgres://app:pa#ss@db.example/x
DATABASE_URL                 postgres://app:pa/ss@db.example/x
DATABASE_URL                 postgres://app:pa ss@db.example/x
DATABASE_URL                 postgres://app:p?a@db.example:5432/x
DATABASE_URL                 postgres://app:p@a@db.example/x
REDIS                        redis://:12345678@cache.example:6379
REDIS                        redis://:pa#ss@[::1]:6379
REDIS                        redis://:pa/ss@cache.example:6379
"""

WEAK_SECRETS = """
DB_PASSWORD                  password
PGPASSWORD                   rose.bud
REDIS_PASSWORD               redis
MYSQL_PASSWORD               database
SMTP_PASSWORD                foo/bar
ADMIN_PASSWORD               default
ADMIN_PASSWORD               123-456-789
ROOT_PASSWORD                2024-12-24
JWT_SECRET                   HS256
APP_SECRET                   https://acme.example
API_KEY                      local.dev
SECRET_KEY                   anna@acme.example
DB_PASSWORT                  kirsche
ENCRYPTION_PRIMARY_KEY       rosebud
COOKIE_HASH_KEY              rosebud
ACCESS_CODE                  4821
INVITE_CODE                  LETMEIN2026
SUPERUSER                    admin@acme.example:Passw0rd
MAILBOX                      anna@acme.example:kiwi
STAGING_USERS                anna:kiwi,bob:plum
ADMIN_USER                   admin:1234
ORACLE                       app/tiger@//db.acme.example:1521/XE
LEGACY                       scott/tiger@orcl
OAUTH_PROVIDERS              github:Iv1.<hex 16>:<hex 40>
CLICK                        FlyV1 fm2_<b64 100>
NEXT_PUBLIC_DB_PASSWORD      rosebud
VITE_STRIPE                  sk_live_<an 24>
"""

SHOWN = """
MAPBOX_TOKEN                 pk.eyJ<b64u 60>.<b64u 22>
NEXT_PUBLIC_POSTHOG_KEY      phc_<an 43>
NEXT_PUBLIC_WIDGET_KEY       <hex 20>
REACT_APP_SEARCH_KEY         <hex 32>
HCAPTCHA_SITEKEY             <uuid>
AWS_ROLE_ARN                 arn:aws:iam::123456789012:role/acme-app
TWILIO_VERIFY_SERVICE_SID    VA<hex 32>
SENDGRID_TEMPLATE_WELCOME    d-<hex 32>
COGNITO_POOL                 eu-central-1_<an 9>
MAIL_ENCRYPTION              tls
SECRET_MANAGER               aws
BASIC_AUTH_USER              staging
PASSWORD_FILE                /run/secrets/db
DB_PASSWORD                  /run/secrets/db
JAVA_TOOL_OPTIONS            -XX:MaxRAMPercentage=75.0 -javaagent:newrelic/newrelic.jar
ACTION                       actions/checkout@v4
SERVER_ADMIN                 db.acme.example:5432
REPOSITORY                   git@github.com:acme.git
USER_ROLES                   admin:read,guest:none
COUNTRY_CODE                 CH
USER_AGENT                   AcmeBot/1.0 (+https://acme.example/bot)
PASSWORD_HASHER              argon2
DEFAULT_CACHE_KEY            acme
"""

THIRD_PLAIN = """
RAILS_ASSETS_PRECOMPILE_TASKS assets:precompile webpacker:compile
BUNDLER_VERSION              2.5.11
NODE_MODULES_BIN             node_modules/.bin
TURBO_TEAM                   acme
NX_BASE                      origin/main
PRISMA_SCHEMA                prisma/schema.prisma
TYPEORM_ENTITIES             dist/**/*.entity.js
GRAPHQL_DEPTH                7
APOLLO_GRAPH_REF             acme-shop@current
SENTRY_PROFILES_SAMPLE_RATE  1e-2
OTEL_TRACES_SAMPLER          parentbased_traceidratio
OTEL_PROPAGATORS             tracecontext,baggage,b3
DD_TRACE_SAMPLING_RULES      [{"service":"acme","sample_rate":0.1}]
NEW_RELIC_LABELS             team:shop;tier:web
PAPERTRAIL_HOST              logs5.papertrailapp.com
PAPERTRAIL_PORT              41234
LOGDNA_TAGS                  prod,web
S3_ENDPOINT                  https://fra1.digitaloceanspaces.com
S3_ACL                       public-read
S3_CACHE_CONTROL             public, max-age=31536000, immutable
CLOUDFLARE_ZONE_ID           <hex 32>
CLOUDINARY_CLOUD_NAME        acme
IMGPROXY_URL                 https://img.acme.example
STRIPE_CONNECT_ACCOUNT_ID    acct_<an 16>
PAYPAL_MODE                  live
PAYPAL_CLIENT_ID             A<b64u 79>
TWILIO_VERIFY_COUNTRY        CH
SEGMENT_HOST                 https://events.eu1.segmentapis.com
INTERCOM_APP_ID              <low 8>
HUBSPOT_PORTAL_ID            1234567
HUBSPOT_FORM_ID              <uuid>
GOOGLE_TAG_MANAGER_ID        GTM-<up 7>
FACEBOOK_PIXEL_ID            <dig 15>
APPLE_TEAM_ID                <up 10>
APPLE_BUNDLE_ID              com.acme.shop
ANDROID_PACKAGE              com.acme.shop
DEEP_LINK                    acme://orders/1
APP_STORE_URL                https://apps.apple.com/ch/app/acme/id123456789
TERMS_URL                    https://www.acme.example/terms?lang=de
PROFILE                      https://social.acme.example:8443/@acme
HELP_URL                     https://acme.zendesk.com/hc/de/articles/360012345678-Versand
STATUS_PAGE                  https://status.acme.example
HOLIDAYS                     2026-12-25,2026-12-26,2027-01-01
SHIFT_START                  07:30
SLA_HOURS                    48
TAX_RATES                    0.081,0.026
DEFAULT_AVATAR               https://www.gravatar.com/avatar/?d=mp
ROOT_REDIRECT                /de/willkommen
SKIP_PATHS                   ^/healthz$|^/metrics$
GC_OPTS                      -XX:+UseG1GC -XX:MaxGCPauseMillis=200
ERL_FLAGS                    +K true +A 64
DOTNET_gcServer              0
TZDATA                       2024b
FEATURE_ROLLOUT              checkout=50,search=100
ENABLED_MODULES              crm|billing|stock
EMAIL_SUBJECT_PREFIX         [Acme staging]
MAIL_FOOTER                  Acme AG, Bahnhofstrasse 1, 8001 Zürich
INVOICE_PREFIX               RE-2026-
WORKER_NAMES                 celery@%h
TOKEN_BUCKET_SIZE            20
AUTHZ_MODEL                  rbac
SECRETS_BACKEND              env
KEY_METRICS                  revenue,orders
SESSION_TIMEOUT_MINUTES      30
PASSWORD_POLICY              strong
CSRF_COOKIE_NAME             csrftoken
"""

FOURTH_SECRETS = """
STAGING_GATE                 user:hunter2
PREVIEW                      admin:Sommer24!
CODES                        <b32 4>-<b32 4>-<b32 4>-<b32 4>
PAPER_BACKUP                 QXZV-JKWP-BDFG
WEBHOOK_VERIFY               my_verify_token_123
SALESFORCE_SECURITY          <an 24>
CONFLUENT_SASL               PlainLoginModule required username="K" password="<an 20>";
JDBC_URL                     jdbc:postgresql://db.example:5432/shop?user=shop&password=Geheim77
ORACLE                       scott/tiger@dbhost:1521/orcl
ODOO_DB                      dbname=odoo user=odoo password=odoo host=db
SETTINGS_YAML                db:\\n  user: shop\\n  password: lavender
NODE_CONFIG                  {"db": {"user": "a", "password": "tulip"}}
CLIENT_CERT_BUNDLE           -----BEGIN CERTIFICATE-----\\nM\\n-----BEGIN EC PRIVATE KEY-----\\nM
ZENDESK_USER                 agent@example.com/token:<an 40>
DEPLOYER_MNEMONIC            test test test test test test test test test test test junk
NOTICE_HTML                  <b>Token</b> <an 32>
MOT_DE_PASSE                 soleil
SENHA                        futebol
CLAVE_SECRETA                verano24
DB_WACHTWOORD                tulp
ZAP                          https://hooks.zapier.com/hooks/catch/1234567/gk03lek
"""

FOURTH_PLAIN = """
APP_RELEASE                  <hex 40>
SENTRY_RELEASE               <hex 40>
IMAGE_TAG                    sha-<hex 7>
BUILD_NUMBER                 <hex 7>
ASSET_MANIFEST               packs/manifest-<hex 32>.json
NOTICE_HTML                  <p>Closed on <b>Monday</b></p>
PASS_THROUGH                 headers
CDN_DISTRIBUTION             E<up 13>
GITHUB_SCOPES                user:email,read:org
DEMO_IMAGE                   demo:1.2.3-alpine
ACCESS                       READ-ONLY-MODE
PHONE                        0800-1234-5678
HASH_SALT_ROUNDS             10
COMPASS_URL                  https://compass.example.com
SECRETARY_EMAIL              sec@example.com
GREETING                     Welcome to Österreich!
EMAIL_SUBJECT                [Shop] Your order #{number}
CSP                          default-src 'self' https://*.example.com; img-src * data:
QUEUES                       critical,4,default,2
SQL_TIMEZONE                 UTC+1
PASSENGER_POOL               six of them
"""


def pairs(table: str) -> list[tuple[str, str]]:
    """Names and filled values of a table; the seed is the line's number."""
    found = []
    for number, line in enumerate(table.strip().splitlines()):
        name, value = line.split(maxsplit=1)
        found.append((name, filled(value.replace("\\n", "\n"), number)))
    return found
