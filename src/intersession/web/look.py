"""Template tags: icons, clock times, seconds. Loaded in every template."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    """An icon of the sprite. Always beside a word, so hidden from a screen reader."""
    return format_html('<svg class="{}" aria-hidden="true"><use href="#i-{}"/></svg>', css, name)


@register.simple_tag
def handle(name: str) -> SafeString:
    """A client's initials, never broken across lines."""
    return format_html('<span class="handle">{}</span>', name)


@register.filter
def clock(at: datetime, zone: str) -> str:
    """14:10, in the zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def to_second(at: datetime, zone: str) -> str:
    """14:10:07, in the zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M:%S}"


@register.filter
def length(seconds: float) -> str:
    """0:40."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
