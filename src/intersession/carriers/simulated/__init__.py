"""Telephones that exist only here: for the demo, for scenarios, for tests and for training."""
