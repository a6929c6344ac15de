"""Every word that a client can hear or read."""
