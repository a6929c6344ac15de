"""Addresses of one's own greeting."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.greeting, name="greeting"),
    path("record/", views.record, name="greeting-record"),
    path("<str:clip>/sound/", views.sound, name="greeting-sound"),
    path("<str:clip>/drop/", views.drop, name="greeting-drop"),
]
