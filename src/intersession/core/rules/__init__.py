"""The policy, one module a channel. Each rule bears its permanent id."""
