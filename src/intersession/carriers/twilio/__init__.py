"""Twilio, and clouds that speak its protocol: signed webhooks in, TwiML back. The outbound half is not here yet."""
