"""A practice and its carrier: set up once, checked at any time. Nothing here asks or prints."""
