"""Live without reloading: server-sent events that say only that something changed."""
