"""Settings, one file. Secrets have no default; every variable is explained in ``.env.example``.

``HELPLINE_ENV`` is ``production`` (the default), ``demo`` or ``test``. Only demo and test relax what needs TLS.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from environs import Env

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

HELPLINE_ENV = env.str("HELPLINE_ENV", "production", validate=lambda v: v in {"production", "demo", "test"})
PRODUCTION = HELPLINE_ENV == "production"

SECRET_KEY = env.str("SECRET_KEY")
# One of each kind must be set: helpline/vault/keys.py reads them when a process starts
VAULT_KEYS = env.str("VAULT_KEYS", "")
VAULT_KEYS_FILE = env.str("VAULT_KEYS_FILE", "")
VAULT_INDEX_KEYS = env.str("VAULT_INDEX_KEYS", "")
VAULT_INDEX_KEY = env.str("VAULT_INDEX_KEY", "")
VAULT_INDEX_KEY_FILE = env.str("VAULT_INDEX_KEY_FILE", "")
VAULT_KMS_ADAPTER = env.str("VAULT_KMS_ADAPTER", "helpline.vault.keys.as_they_stand")
VAULT_KMS_COMMAND = env.str("VAULT_KMS_COMMAND", "")
VAULT_KMS_SECONDS = env.float("VAULT_KMS_SECONDS", 20)
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"])
SITE_URL = env.str("SITE_URL") if PRODUCTION else env.str("SITE_URL", "http://localhost:8000")
LIVE_URL = env.str("LIVE_URL", "/live/")

# The line itself
SITE_NAME = env.str("SITE_NAME", "Helpline")
TOLL_FREE_NUMBER = env.str("TOLL_FREE_NUMBER") if PRODUCTION else env.str("TOLL_FREE_NUMBER", "+18005550123")
ROSTER_OPEN_24_HOURS = env.bool("ROSTER_OPEN_24_HOURS", True)
ROSTER_HOURS_TEXT = env.str("ROSTER_HOURS_TEXT", "")
WHO_PAYS_TEXT = env.str("WHO_PAYS_TEXT") if PRODUCTION else env.str(
    "WHO_PAYS_TEXT",
    "This is a demonstration. Nobody runs or pays for it, it is connected to no telephone, and nobody is paid "
    "for a referral. Whoever installs this software must say here who runs and pays for the line, and whether "
    "anyone is paid per referral.",
)  # fmt: skip

# In whose name insurers are asked; without an enrolled provider plans are asked by phone
PROVIDER_NAME = env.str("PROVIDER_NAME", "" if PRODUCTION else "EXAMPLE RECOVERY HELPLINE")
PROVIDER_NPI = env.str("PROVIDER_NPI", "" if PRODUCTION else "1234567893")

INSTALLED_APPS = [
    "helpline.vault",
    "helpline.audit",
    "helpline.accounts",
    "helpline.guides",
    "helpline.payers",
    "helpline.programs",
    "intake.disclosures",
    "intake.inquiries",
    "intake.messages",
    "intake.insurance",
    "intake.calls",
    "intake.matching",
    "intake.journey",
    "intake.public",
    "intake.dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "helpline.accounts.middleware.private_pages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "helpline.urls"
WSGI_APPLICATION = "helpline.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "helpline.guides.context.public_line",
            ],
        },
    }
]

# Two roles: the run-time role owns nothing; only migrate and test set-up connect as the owner
_database_url = (
    env.str("DATABASE_OWNER_URL") if env.str("HELPLINE_DB_ROLE", "app") == "owner" else env.str("DATABASE_URL", "")
)
DATABASES = {
    "default": {
        **dj_database_url.parse(_database_url, conn_max_age=600, conn_health_checks=True),
        "OPTIONS": {
            "connect_timeout": 3,
            "application_name": "helpline",
            # A form must answer or say "call us", never hang
            "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
        },
    }
    if _database_url
    else {"ENGINE": "django.db.backends.postgresql", "NAME": "not-configured"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
_redis_socket = REDIS_URL.removeprefix("unix://").split("?")[0] if REDIS_URL.startswith("unix://") else None
REDIS_CONNECT_SECONDS = 0.2
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}}

# Celery only pulls: arguments are ids, nothing is retried, delayed or stored by it (docs/decisions/0004-the-queue.md)
CELERY_BROKER_URL = f"redis+socket://{_redis_socket}" if _redis_socket else REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TIMEZONE = "UTC"
CELERY_DB_REUSE_MAX = 10000
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
if _redis_socket:
    # kombu hands every option to the connection class, and a Unix socket knows no keep-alive
    del CELERY_BROKER_TRANSPORT_OPTIONS["socket_keepalive"]
CELERY_BEAT_SCHEDULE = {
    "finish what the broker lost": {
        "task": "intake.insurance.tasks.verify_due",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
}

# Asking insurers: seconds
VERIFICATION_REQUEST_SECONDS = env.float("VERIFICATION_REQUEST_SECONDS", 45)
VERIFICATION_LEASE_SECONDS = env.float("VERIFICATION_LEASE_SECONDS", 75)
VERIFICATION_IN_FLIGHT = env.int("VERIFICATION_IN_FLIGHT", 16)
CLEARINGHOUSE_ALLOWED_HOSTS = env.list("CLEARINGHOUSE_ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost"])

# Signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "helpline.accounts.adapter.StaffAdapter"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_ADAPTER = "helpline.accounts.adapter.SealedMFAAdapter"
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
# By account only: a shared office address must not lock everybody out; allauth limits by address
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_USERNAME_FORM_FIELD = "email"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# The browser
_host_prefix = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{_host_prefix}session"
CSRF_COOKIE_NAME = f"{_host_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_host_prefix}language"
DRAFT_COOKIE_NAME = f"{_host_prefix}draft"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "helpline.accounts.views.page_expired"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_live_origin = [LIVE_URL.removesuffix("/live/")] if LIVE_URL.startswith("http") else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF, *_live_origin],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

# What we send to callers: in the demo, files in var/outbox that anyone can read
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if PRODUCTION else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", str(BASE_DIR / "var" / "outbox"))
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", PRODUCTION)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "helpline@localhost")

LANGUAGE_CODE = "en-us"
# Spanish joins when its catalogue does (locale/es)
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "America/New_York")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_details": {"()": "helpline.vault.logs.WithoutDetails"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_details"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "httpx": {"level": "WARNING"},
    },
}
