"""Addresses of Words."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.words, name="words"),
    path("greeting/", views.greeting, name="words-greeting"),
]
