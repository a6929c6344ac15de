"""Addresses of the phone in the browser. Its web socket, `station/ws`, is the relay's."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.station, name="station"),
    path("here/", views.here, name="station-here"),
    path("settings/", views.settings, name="station-settings"),
]
