"""The addresses of the simulated telephones. A phone is its place in the row, never its number."""

from django.urls import path

from . import acts, views

urlpatterns = [
    path("", views.phones, name="phones"),
    path("wall/", views.wall, name="phones-wall"),
    path("clock/", views.clock, name="phones-clock"),
    path("clock/jump/", acts.jump, name="phones-jump"),
    path("clock/again/", acts.again, name="phones-again"),
    path("on-call/", acts.on_call, name="phones-on-call"),
    path("<int:phone>/", views.handset, name="phones-one"),
    path("<int:phone>/call/", acts.call, name="phones-call"),
    path("<int:phone>/pick-up/", acts.pick_up, name="phones-pick-up"),
    path("<int:phone>/press/", acts.press, name="phones-press"),
    path("<int:phone>/say/", acts.say, name="phones-say"),
    path("<int:phone>/hang-up/", acts.hang_up, name="phones-hang-up"),
    path("<int:phone>/text/", acts.text, name="phones-text"),
    path("<int:phone>/crisis-over/", acts.crisis_over, name="phones-crisis-over"),
]
