"""The address of the live stream."""

from django.urls import path

from .views import live

urlpatterns = [path("", live, name="live")]
