"""Addresses of Clients. They hold ids only: no number, no name, no word."""

from django.urls import path

from . import opening, views

urlpatterns = [
    path("", views.clients, name="clients"),
    path("caller/<str:contact>/", views.thread, name="client-thread"),
    path("contact/<str:contact>/open/<str:picture>/", opening.open_picture, name="client-picture-open"),
    path("contact/<str:contact>/picture/<path:address>", opening.picture, name="client-picture"),
    path("<str:client>/", views.client, name="client"),
    path("<str:client>/name/", views.name, name="client-name"),
    path("<str:client>/start/", views.start, name="client-start"),
    path("<str:client>/text/", views.write, name="client-text"),
]
