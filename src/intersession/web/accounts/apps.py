"""The app label of the accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts and invitations; passkeys, sessions and the rest are the sign-in library's own tables."""

    name = "intersession.web.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Signals are connected when all models are there."""
        from .noting import listen

        listen()
