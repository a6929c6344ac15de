"""The accounts' own tables; the sign-in library brings its own."""
