"""Clients by handle; one timeline a client; what may be written to them."""
