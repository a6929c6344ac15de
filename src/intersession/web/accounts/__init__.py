"""Who signs in, and how: staff accounts, second factors, sessions. Kept apart from the practice's own rows."""
