"""Settings, one file. Secrets have no default; every variable is explained in ``.env.example``.

``HELPLINE_ENV`` is ``production`` (the default), ``demo`` or ``test``. Only demo and test relax what needs TLS.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from ssl import CERT_REQUIRED
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

HELPLINE_ENV = env.str("HELPLINE_ENV", "production", validate=validate.OneOf(["production", "demo", "test"]))
PRODUCTION = HELPLINE_ENV == "production"
FILLED_IN = validate.Length(min=1, error="must not be empty: see .env.example")

SECRET_KEY = env.str("SECRET_KEY", validate=FILLED_IN)
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
SITE_URL = env.str("SITE_URL", validate=FILLED_IN) if PRODUCTION else env.str("SITE_URL", "http://localhost:8000")
LIVE_URL = env.str("LIVE_URL", "/live/")

# The line itself
SITE_NAME = env.str("SITE_NAME", "Helpline")
E164 = validate.Regexp(r"\+[1-9]\d{7,14}\Z", error="must be + and digits, like +18005550123")
TOLL_FREE_NUMBER = (
    env.str("TOLL_FREE_NUMBER", validate=E164)
    if PRODUCTION
    else env.str("TOLL_FREE_NUMBER", "+18005550123", validate=E164)
)
ROSTER_OPEN_24_HOURS = env.bool("ROSTER_OPEN_24_HOURS", True)
ROSTER_HOURS_TEXT = env.str("ROSTER_HOURS_TEXT", "")
WHO_PAYS_TEXT = env.str("WHO_PAYS_TEXT", validate=FILLED_IN) if PRODUCTION else env.str(
    "WHO_PAYS_TEXT",
    "This is a demonstration. Nobody runs or pays for it, it is connected to no telephone, and nobody is paid "
    "for a referral. Whoever installs this software must say here who runs and pays for the line, and whether "
    "anyone is paid per referral.",
)  # fmt: skip
# Who answers about privacy; stands in the notice of 42 CFR 2.22
PRIVACY_EMAIL = env.str("PRIVACY_EMAIL") if PRODUCTION else env.str("PRIVACY_EMAIL", "privacy@example.org")

# Quick exit leads to a page nobody wonders about
EXIT_URL = "https://www.weather.gov/"

# In whose name insurers are asked; without an enrolled provider plans are asked by phone
PROVIDER_NAME = env.str("PROVIDER_NAME", "" if PRODUCTION else "EXAMPLE RECOVERY HELPLINE")
PROVIDER_NPI = env.str("PROVIDER_NPI", "" if PRODUCTION else "1234567893")

# What 42 CFR Part 2 makes of us; empty, unknown or without a reason it is Part 2 (docs/decisions/0009-part-2.md)
PART2_APPLICABILITY = env.str("PART2_APPLICABILITY", "")
PART2_REASON = env.str("PART2_REASON", "")

INSTALLED_APPS = [
    "helpline.vault",
    "helpline.audit",
    "helpline.accounts",
    "helpline.guides",
    "helpline.payers",
    "helpline.programs",
    "intake.disclosures",
    "intake.retention",
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
    "helpline.accounts.middleware.StaffOnly",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "helpline.accounts.middleware.SecondWall",
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

# Three roles: the run-time role owns nothing; only migrate and test set-up connect as the owner, only seal_audit as
# the sealer
match env.str("HELPLINE_DB_ROLE", "app"):
    case "owner":
        _database_url = env.str("DATABASE_OWNER_URL")
    case "sealer":
        _database_url = env.str("DATABASE_SEALER_URL")
    case _:
        _database_url = env.str("DATABASE_URL", "")
_database: dict[str, Any] = (
    {**dj_database_url.parse(_database_url, conn_max_age=600, conn_health_checks=True)}
    if _database_url
    else {"ENGINE": "django.db.backends.postgresql", "NAME": "not-configured"}
)
# What the address says of itself (sslmode, sslrootcert) stays as it is
_database["OPTIONS"] = {
    "connect_timeout": 3,
    "application_name": "helpline",
    # A form must answer or say "call us", never hang
    "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000",
    **_database.get("OPTIONS", {}),
}
DATABASES = {"default": _database}
# What vault/in_clear.py looks at: a process knows those addresses that it was given
SERVER_ADDRESSES = {
    name: env.str(name, "") for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "REDIS_URL")
}
HOSTS_IN_CLEAR: list[str] = env.list("HOSTS_IN_CLEAR", [])
# Where the sealer writes the heads of the audit's chain: outside the database, so that neither can be changed alone
AUDIT_HEADS_FILE = Path(env.str("AUDIT_HEADS_FILE", str(BASE_DIR / "var" / "audit-heads")))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
_redis_socket = REDIS_URL.removeprefix("unix://").split("?")[0] if REDIS_URL.startswith("unix://") else None
REDIS_CONNECT_SECONDS = 0.2
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
        # Django's 300 would let whoever makes many entries throw out the counters of wrong passwords
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Celery only pulls: no task has arguments, is retried, delayed or stored by it (docs/decisions/0004-the-queue.md)
CELERY_BROKER_URL = f"redis+socket://{_redis_socket}" if _redis_socket else REDIS_URL
# kombu asks for TLS by what stands behind the address, not by how it begins
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": CERT_REQUIRED} if REDIS_URL.startswith("rediss://") else None
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
    "read uploaded directories": {
        "task": "intake.journey.tasks.read_directories",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "exchange files": {
        "task": "intake.insurance.tasks.exchange_files",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},
    },
    "forget what is over": {
        "task": "intake.journey.tasks.forget",
        "schedule": crontab(hour=9, minute=17),  # UTC: the small hours from Boston to Honolulu
    },
    "ask plans again": {
        "task": "intake.journey.tasks.ask_plans_again",
        "schedule": crontab(hour=10, minute=40),  # UTC: before anybody's working day
    },
    "notice changed cover": {
        "task": "intake.journey.tasks.notice_changed_cover",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},
    },
}

# Asking insurers: seconds
VERIFICATION_REQUEST_SECONDS = env.float("VERIFICATION_REQUEST_SECONDS", 45)
VERIFICATION_LEASE_SECONDS = env.float("VERIFICATION_LEASE_SECONDS", 75)
VERIFICATION_IN_FLIGHT = env.int("VERIFICATION_IN_FLIGHT", 64, validate=validate.Range(min=2))

# Clearinghouses reached by file: where their folders lie, how long an answer may take and a file must lie untouched
CLEARINGHOUSE_FILES = env.str("CLEARINGHOUSE_FILES", "")
CLEARINGHOUSE_FILE_HOURS = env.float("CLEARINGHOUSE_FILE_HOURS", 96)
CLEARINGHOUSE_FILE_SETTLES = env.float("CLEARINGHOUSE_FILE_SETTLES", 30)
CLEARINGHOUSE_ALLOWED_HOSTS = env.list("CLEARINGHOUSE_ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost"])

# In the session, not in a cookie of its own that could not be bound to this host
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Signing in by the organisation's identity provider, where there is one
OIDC_ISSUER = env.str("OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "")
OIDC_SECOND_STEP = env.bool("OIDC_SECOND_STEP", False)
OIDC_SECOND_STEP_ACR: list[str] = env.list("OIDC_SECOND_STEP_ACR", [])
OIDC_ALLOWED_HOSTS: list[str | None] = env.list("OIDC_ALLOWED_HOSTS", [])
_oidc_origins: list[str] = []
if OIDC_ISSUER:
    OIDC_ALLOWED_HOSTS = OIDC_ALLOWED_HOSTS or [urlsplit(OIDC_ISSUER).hostname]
    _oidc_origins = [
        "{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER)),
        *(f"https://{h}" for h in OIDC_ALLOWED_HOSTS),
    ]
    if PRODUCTION and not OIDC_ISSUER.startswith("https://"):
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://")
    INSTALLED_APPS += [
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
        "helpline.accounts.sso_rights",
    ]
    SOCIALACCOUNT_ADAPTER = "helpline.accounts.sso.SSOAdapter"
    SOCIALACCOUNT_STORE_TOKENS = False
    _oidc_app = {
        "provider_id": "sso",
        "name": OIDC_NAME,
        "client_id": OIDC_CLIENT_ID,
        "secret": OIDC_CLIENT_SECRET,
        "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
    }
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [_oidc_app]}}

# Signing in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "helpline.accounts.passwords.NotOurOwnNames"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "helpline.accounts.passwords.NotBreached"},
]
PASSWORD_BREACHED_FILE = env.str("PASSWORD_BREACHED_FILE", "")
PASSWORD_HASHERS = [
    "helpline.accounts.passwords.Argon2",
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
ACCOUNT_SESSION_REMEMBER = False
# Wrong codes, forms and photos of callers (intake/public): by address, many people may share one
ACCOUNT_RATE_LIMITS = dict.fromkeys(("wrong_code", "sent_form", "card_photo"), "30/10m/key")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0
MFA_REQUIRED = env.bool("MFA_REQUIRED", PRODUCTION)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = SITE_NAME
# A code is remembered as used for one period only: accepting neighbouring periods would let it be used again
MFA_TOTP_TOLERANCE = 0
MFA_ADAPTER = "helpline.accounts.adapter.SealedMFAAdapter"
MFA_FORMS = {
    "authenticate": "helpline.accounts.forms.SecondStepForm",
    "reauthenticate": "helpline.accounts.forms.SecondStepAgainForm",
    "add_webauthn": "helpline.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "helpline.accounts.forms.PasskeySecondForm",
    "login_webauthn": "helpline.accounts.forms.PasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
# By account only: a shared office address must not lock everybody out; allauth limits by address
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_USERNAME_FORM_FIELD = "email"
AXES_USERNAME_CALLABLE = "helpline.accounts.lockout.account_key"
AXES_CLIENT_IP_CALLABLE = "helpline.accounts.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "helpline.accounts.lockout.locked"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "csrfmiddlewaretoken", "next"]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
SESSION_ENGINE = "helpline.accounts.session_store"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 15)
SESSION_HOURS = env.int("SESSION_HOURS", 12)
# The row outlives both limits, so that what somebody was typing when one ended can be kept for them
SESSION_COOKIE_AGE = (SESSION_HOURS + 12) * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# The browser
_host_prefix = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{_host_prefix}session"
CSRF_COOKIE_NAME = f"{_host_prefix}csrf"
LANGUAGE_COOKIE_NAME = f"{_host_prefix}language"
DRAFT_COOKIE_NAME = f"{_host_prefix}draft"
# Set by the page itself while it goes: Back may be quicker than our answer that takes the draft's cookie away
LEFT_COOKIE_NAME = f"{_host_prefix}left"
LEFT_COOKIE = f"{LEFT_COOKIE_NAME}=1; Path=/; SameSite=Lax{'; Secure' if PRODUCTION else ''}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# Django's year would tell whoever picks up a shared phone that somebody was here; this one ends with the browser
CSRF_COOKIE_AGE = None
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
        # The button "Leave" is a form that ends there; one that leads to the identity provider is held to this, too
        "form-action": [SELF, EXIT_URL, *_oidc_origins],
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
# A photo at most, never on a disk in clear
DATA_UPLOAD_MAX_NUMBER_FILES = 1
LARGER_FILES = {"/desk/listings/imports/new/": 50 * 1024 * 1024}
FILE_UPLOAD_HANDLERS = ["helpline.vault.files.InMemory"]

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
    "formatters": {
        "line": {"class": "helpline.vault.logs.InUtc", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_details"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "aiohttp": {"level": "WARNING"},
        # It names the letters its font lacks, which may be those of somebody's name
        "fpdf": {"level": "ERROR"},
        # The servers bring handlers of their own, which would pass by the filter
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.error", "_granian")},
    },
}
