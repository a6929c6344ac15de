"""Settings of the people's screens, and of the records below them.

Read from the environment: INTERSESSION_DATABASE (a path, or a postgresql:// address), INTERSESSION_SECRET,
INTERSESSION_VIEWER (whom the screens show until sign-in exists) and INTERSESSION_HOSTS (further host names).
"""

import os
import secrets
from pathlib import Path

from ..records.database import from_address

HERE = Path(__file__).resolve().parent

DEBUG = False
SECRET_KEY = os.environ.get("INTERSESSION_SECRET") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *os.environ.get("INTERSESSION_HOSTS", "").split()]

INSTALLED_APPS = ["intersession.records", "django.contrib.staticfiles", "django_htmx"]
MIDDLEWARE = [
    "intersession.web.gate.loopback_only",
    "django.middleware.security.SecurityMiddleware",
    "intersession.web.gate.content_policy",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "intersession.web.urls"
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

DATABASES = {"default": from_address(os.environ.get("INTERSESSION_DATABASE", "intersession.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en-us"

CSRF_COOKIE_NAME = "intersession_csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "intersession.web.errors.stale_form"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

INTERSESSION_VIEWER = os.environ.get("INTERSESSION_VIEWER", "")
INTERSESSION_LOOPBACK_ONLY = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING"}},
}
