"""The phone in the browser: a person's own, on the practice's Asterisk."""
