"""Settings of the people's screens, and of the records below them.

Read from the environment: INTERSESSION_DATABASE (a path, or a postgresql:// address), INTERSESSION_SECRET,
INTERSESSION_SIGN_IN (1 where people sign in: `serve` says so, the demo does not), INTERSESSION_SCREENS_URL (the public
https:// address of the screens, where they have one), INTERSESSION_IDLE_MINUTES (after which a screen locks),
INTERSESSION_VIEWER (whom the screens show where nobody signs in) and INTERSESSION_HOSTS (further names of loopback).
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from ..records.database import from_address
from .accounts.apart import ACCOUNTS, RECORDS, identity_address

HERE = Path(__file__).resolve().parent

INTERSESSION_SIGN_IN = os.environ.get("INTERSESSION_SIGN_IN") == "1"
# Where nobody signs in, as in the demo, there is no public address, whatever the environment says.
INTERSESSION_SCREENS_URL = os.environ.get("INTERSESSION_SCREENS_URL", "") if INTERSESSION_SIGN_IN else ""
INTERSESSION_IDLE = timedelta(minutes=int(os.environ.get("INTERSESSION_IDLE_MINUTES") or 15))
INTERSESSION_VIEWER = os.environ.get("INTERSESSION_VIEWER", "")
INTERSESSION_LOOPBACK_ONLY = not INTERSESSION_SCREENS_URL
PUBLIC = bool(INTERSESSION_SCREENS_URL)

DEBUG = False
SECRET_KEY = os.environ.get("INTERSESSION_SECRET") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = (
    [urlsplit(INTERSESSION_SCREENS_URL).hostname or ""]
    if PUBLIC
    else ["localhost", "127.0.0.1", "[::1]", *os.environ.get("INTERSESSION_HOSTS", "").split()]
)

INSTALLED_APPS = [
    "intersession.records",
    "intersession.web.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django.contrib.staticfiles",
    "django_htmx",
]
MIDDLEWARE = [
    "intersession.web.gate.at_its_own_address",
    "django.middleware.security.SecurityMiddleware",
    "intersession.web.gate.content_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "intersession.web.accounts.guard.BothFactors",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "intersession.web.accounts.site" if INTERSESSION_SIGN_IN else "intersession.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "libraries": {"look": "intersession.web.look"},
            "builtins": ["intersession.web.look", "django.templatetags.static"],
            "context_processors": [
                "django.template.context_processors.request",
                "intersession.web.frame.frame",
            ],
        },
    }
]

DATABASE = os.environ.get("INTERSESSION_DATABASE", "intersession.sqlite3")
DATABASES = {RECORDS: from_address(DATABASE), ACCOUNTS: from_address(identity_address(DATABASE))}
DATABASE_ROUTERS = ["intersession.web.accounts.apart.Apart"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-us"

# A cookie named __Host- is taken by browsers over TLS only, for this very host and no other.
COOKIES = "__Host-intersession" if PUBLIC else "intersession"
CSRF_COOKIE_NAME = f"{COOKIES}_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = PUBLIC
CSRF_TRUSTED_ORIGINS = [INTERSESSION_SCREENS_URL] if PUBLIC else []
CSRF_FAILURE_VIEW = "intersession.web.errors.stale_form"
SESSION_COOKIE_NAME = f"{COOKIES}_session"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PUBLIC
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if PUBLIC else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
# With "no-referrer" browsers send `Origin: null` with every plain form, and Django refuses those.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username",)},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Counts tries, and codes that were used: for all processes alike, and across a restart.
CACHES = {"default": {"BACKEND": "intersession.web.accounts.counting.CountedInDatabase"}}

ACCOUNT_ADAPTER = "intersession.web.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_PASSWORD_MIN_LENGTH = None
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
MFA_ADAPTER = "intersession.web.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "intersession.web.accounts.forms.OnceForm",
    "reauthenticate": "intersession.web.accounts.forms.OnceAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING"}},
}
