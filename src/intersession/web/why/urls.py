"""Addresses of "Why?"."""

from django.urls import path

from . import views

urlpatterns = [path("<str:contact>/", views.why, name="why")]
