"""All settings of Holdfast. What a host may change is read by `config.env`."""

from __future__ import annotations

import os
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from config import databases, env
from config.env import SettingError

BASE_DIR = env.PROJECT_ROOT
ENVIRONMENT = env.of_project()

DEBUG = ENVIRONMENT.flag("DEBUG", default=False)

# The key of every development server is the same and public, so that
# `check --deploy` can recognise it.
INSECURE_KEY = "insecure-development-key-do-not-deploy-this-one"

SECRET_KEY = ENVIRONMENT.secret("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise SettingError(
            "SECRET_KEY is not set. Make one with\n"
            "    python3 -c 'import secrets; print(secrets.token_urlsafe(50))'\n"
            "and put it in the environment, or in .env as SECRET_KEY=… ."
            " Only DEBUG=True runs without a key."
        )
    SECRET_KEY = INSECURE_KEY


# Seats

HOLD_TTL_SECONDS = ENVIRONMENT.integer("HOLD_TTL_SECONDS", 600, low=1, high=86_400)
HOLD_MAX_SECONDS = ENVIRONMENT.integer("HOLD_MAX_SECONDS", 1800, low=1, high=604_800)
if HOLD_MAX_SECONDS < HOLD_TTL_SECONDS:
    raise SettingError(
        f"HOLD_MAX_SECONDS ({HOLD_MAX_SECONDS}) must be at least"
        f" HOLD_TTL_SECONDS ({HOLD_TTL_SECONDS}): extensions cannot shorten a hold."
    )
# Hosts whose holds are shorter than half a minute have shorter selections, unasked.
SELECT_TTL_SECONDS = ENVIRONMENT.integer(
    "SELECT_TTL_SECONDS", min(30, HOLD_TTL_SECONDS), low=1, high=86_400
)
if SELECT_TTL_SECONDS > HOLD_TTL_SECONDS:
    raise SettingError(
        f"SELECT_TTL_SECONDS ({SELECT_TTL_SECONDS}) must be at most"
        f" HOLD_TTL_SECONDS ({HOLD_TTL_SECONDS}): holding seats cannot shorten their time."
    )
MAX_SEATS_PER_HOLD = ENVIRONMENT.integer("MAX_SEATS_PER_HOLD", 10, low=1, high=1000)
# Whoever keeps seats from others without buying any: in all shows together, an hour.
HOARD_MAX_SEATS = ENVIRONMENT.limit("HOARD_MAX_SEATS", 4 * MAX_SEATS_PER_HOLD, high=1_000_000)
HOARD_SEAT_MINUTES = ENVIRONMENT.limit(
    "HOARD_SEAT_MINUTES", 60 * MAX_SEATS_PER_HOLD, high=1_000_000_000
)
HOARD_LAPSES = ENVIRONMENT.limit("HOARD_LAPSES", 6, high=1_000_000)

POLL_INTERVAL_MS = ENVIRONMENT.integer("POLL_INTERVAL_MS", 5000, low=100, high=3_600_000)
PUSH = ENVIRONMENT.choice("PUSH", "auto", among=("AUTO", "ON", "OFF")).lower()
PUSH_PATIENCE_SECONDS = ENVIRONMENT.integer("PUSH_PATIENCE_SECONDS", 10, low=1, high=600)
PUSH_GRACE_SECONDS = ENVIRONMENT.integer("PUSH_GRACE_SECONDS", 5, low=0, high=600)
PUSH_CONNECTIONS_PER_ADDRESS = ENVIRONMENT.integer(
    "PUSH_CONNECTIONS_PER_ADDRESS", 500, low=1, high=1_000_000
)
SHORT_STATUS_POLLS = ENVIRONMENT.flag("SHORT_STATUS_POLLS", default=True)
DEMO_USER = ENVIRONMENT.flag("DEMO_USER", default=DEBUG)

PAYMENT_MODE = ENVIRONMENT.word("PAYMENT_MODE", "none", among=("none", "proof"))
if PAYMENT_MODE == "proof" and find_spec("PIL") is None:
    raise SettingError(
        "PAYMENT_MODE is proof, but Pillow, which reads the pictures, is not installed."
        " Run: pip install -r requirements-proof.txt, or set PAYMENT_MODE=none."
    )
# Pictures of payments. Nothing below static/ or staticfiles/: whatever is there is public.
PAYMENT_PROOF_DIR = BASE_DIR / ENVIRONMENT.text("PAYMENT_PROOF_DIR", "private/payment-proofs")


# Hosts

ALLOWED_HOSTS = ENVIRONMENT.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = ENVIRONMENT.words("CSRF_TRUSTED_ORIGINS")
for _origin in CSRF_TRUSTED_ORIGINS:
    if not _origin.startswith(("http://", "https://")) or _origin.count("/") != 2:
        raise SettingError(
            "CSRF_TRUSTED_ORIGINS must list origins such as 'https://cinema.example',"
            f" not {_origin!r}."
        )
BEHIND_PROXY = ENVIRONMENT.flag("BEHIND_PROXY", default=False)

# Where the admin is. One that programs do not try by themselves keeps the log quiet.
ADMIN_PATH = ENVIRONMENT.folder(
    "ADMIN_PATH", "admin/", taken=("api", "static", "healthz", "favicon.ico", "ws", "socket.io")
)

# PythonAnywhere sets this on its machines. Their disks are network disks, on
# which processes cannot share the memory that SQLite's WAL needs.
PYTHONANYWHERE = bool(os.environ.get("PYTHONANYWHERE_SITE"))


# What the project is made of

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # Before staticfiles: WhiteNoise serves static files in development too.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "seats",
]

MIDDLEWARE = [
    "config.languages.LanguageMiddleware",
    # Nearly outermost: an error below must not answer the API's clients with a page.
    "seats.api.problems.ProblemsMiddleware",
    "config.content_security.ContentSecurityMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.shared_answers.SharedAnswersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "seats.customers.sessions.VisitorMiddleware",
    "seats.customers.addresses.OriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Every change of seats is one short transaction of its own (seats/database.py).
# A transaction around whole requests would hold its lock while an answer is written.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **databases.from_environment(ENVIRONMENT, BASE_DIR, network_disk=PYTHONANYWHERE),
        "ATOMIC_REQUESTS": False,
    }
}

_replica = databases.replica_from_environment(ENVIRONMENT, DATABASES["default"])
if _replica is not None:
    DATABASES["replica"] = _replica

REDIS_URL = ENVIRONMENT.text("REDIS_URL")
if REDIS_URL and find_spec("redis") is None:
    raise SettingError(
        "REDIS_URL is set, but the redis package is not installed."
        " Run: pip install redis, or leave REDIS_URL empty."
    )
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        # It is asked while somebody waits for an answer.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}


# Times are stored and sent in UTC. TIME_ZONE is where the cinema stands: the
# days of its programme and the clock in the admin follow it.

USE_TZ = True
TIME_ZONE = ENVIRONMENT.time_zone("TIME_ZONE", "UTC")


# Languages: the code of each, and its name in itself. docs/languages.md says what
# belongs to one. LANGUAGE_CODE is spoken to those who ask for none of them.

USE_I18N = True
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LANGUAGE_CODE = ENVIRONMENT.word("LANGUAGE_CODE", "en", among=tuple(dict(LANGUAGES)))
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [BASE_DIR / "locale"]


# Static files

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS: list[Any] = [
    ("css", BASE_DIR / "frontend" / "css"),
    ("js", BASE_DIR / "frontend" / "js"),
    ("languages", BASE_DIR / "frontend" / "languages"),
    BASE_DIR / "static",
]
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.static_files.HashedStaticFilesStorage"
    },
}
# In development files are looked up afresh, straight from where we edit them.
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False


# People and their sessions

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SESSION_ENGINE = "seats.customers.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Only a proxy that ends TLS makes these true. Without one the server speaks
# plain http on the loopback address, where a secure cookie would never return.
SESSION_COOKIE_SECURE = BEHIND_PROXY
CSRF_COOKIE_SECURE = BEHIND_PROXY
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # Whoever watches over the server asks it directly, without the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 30 * 24 * 3600

# Whether other names below ours are served by TLS, and whether browsers shall know of it
# before their first visit, is for the owner of the whole domain to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# No form of ours takes files; pictures of payments have a door and a limit of their own. By
# default Django would write whatever is sent to any form to the disk, however much it is.
FILE_UPLOAD_HANDLERS = ["config.uploads.NoFiles"]

DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024


# The API

THROTTLE_LOGIN = ENVIRONMENT.rate("THROTTLE_LOGIN", "10/min")
THROTTLE_REGISTER = ENVIRONMENT.rate("THROTTLE_REGISTER", "20/hour")
THROTTLE_WRITE = ENVIRONMENT.rate("THROTTLE_WRITE", "120/min")

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["seats.api.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "seats.api.authentication.TokenAuthentication",
        "seats.api.authentication.SessionAuthentication",
    ],
    # We have one format; ?format= is a parameter like any other that we do not know.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "seats.api.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

REST_KNOX: dict[str, Any] = {
    "TOKEN_TTL": timedelta(days=30),
    "TOKEN_LIMIT_PER_USER": None,
    "AUTO_REFRESH": False,
    "AUTH_HEADER_PREFIX": "Token",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Holdfast",
    "DESCRIPTION": "Seats of a cinema: see them, hold them, book them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "PREPROCESSING_HOOKS": ["seats.api.schema.document.one_spelling_each"],
    "POSTPROCESSING_HOOKS": ["seats.api.schema.document.with_shapes"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}


# Day two

REQUEST_LOG = ENVIRONMENT.word("REQUEST_LOG", "off", among=("off", "without-polls", "all"))
METRICS = ENVIRONMENT.metrics_readers("METRICS")
if METRICS and find_spec("prometheus_client") is None:
    raise SettingError(
        "METRICS is set, but the prometheus-client package is not installed."
        " Run: pip install -r requirements-metrics.txt, or leave METRICS empty."
    )


# Mistakes of clients (4xx) are theirs to read, in the answer. What is logged
# is what somebody has to look after.

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime}.{msecs:03.0f}Z {levelname} {name}: {message}",
            "datefmt": "%Y-%m-%dT%H:%M:%S",
            "style": "{",
            "()": "config.log_lines.UtcFormatter",
        },
        "json": {"()": "config.log_lines.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line" if REQUEST_LOG == "off" else "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "seats": {"level": "INFO"},
        "holdfast.requests": {"level": "INFO"},
        # Replaces Django's own handlers, one of which mails administrators.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
    },
}
