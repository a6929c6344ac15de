"""Addresses of Now. They hold ids only: no number, no name, no word."""

from django.urls import path

from . import acts, views

urlpatterns = [
    path("", views.now, name="now"),
    path("cover/", views.cover, name="now-cover"),
    path("item/<str:task>/take/", acts.take, name="now-take"),
    path("item/<str:task>/hand-over/", acts.hand, name="now-hand"),
    path("item/<str:task>/read/", acts.read, name="now-read"),
    path("item/<str:task>/close/", acts.close, name="now-close"),
    path("contact/<str:contact>/call-back/", acts.call, name="now-call"),
    path("contact/<str:contact>/listen/", views.listen, name="now-listen"),
    path("contact/<str:contact>/unclear/", views.unclear, name="now-unclear"),
    path("contact/<str:contact>/sound/<path:address>", views.sound, name="now-sound"),
]
