"""Every address of the people's screens where people sign in: those of the screens, and those of the accounts."""

from django.urls import include, path

from ..urls import handler403, handler404, handler500
from ..urls import urlpatterns as screens

__all__ = ["handler403", "handler404", "handler429", "handler500", "urlpatterns"]

handler429 = "intersession.web.accounts.views.too_many"

urlpatterns = [*screens, path("account/", include("intersession.web.accounts.urls"))]
