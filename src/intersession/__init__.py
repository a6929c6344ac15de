"""Intersession: a self-hosted contact line between therapy sessions."""

__version__ = "0.1.0"
