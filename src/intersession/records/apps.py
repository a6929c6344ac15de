"""The one app label."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Storage."""

    name = "intersession.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
