"""Storage: Django models and migrations, one app label. Sealed columns live here; no policy does."""
