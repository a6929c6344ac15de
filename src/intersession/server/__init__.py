"""The line as a server: one process, its threads, its two doors."""
