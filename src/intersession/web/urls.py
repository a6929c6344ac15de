"""Every address of the people's screens."""

from django.urls import include, path

from .home import home

handler403 = "intersession.web.errors.forbidden"
handler404 = "intersession.web.errors.missing"
handler500 = "intersession.web.errors.broken"

urlpatterns = [
    path("", home, name="home"),
    path("now/", include("intersession.web.now.urls")),
    path("clients/", include("intersession.web.clients.urls")),
    path("why/", include("intersession.web.why.urls")),
    path("words/", include("intersession.web.words.urls")),
    path("greeting/", include("intersession.web.greetings.urls")),
    path("phones/", include("intersession.web.phones.urls")),
    path("station/", include("intersession.web.station.urls")),
    path("live/", include("intersession.web.live.urls")),
]
