"""Twilio, and clouds that speak its protocol: signed webhooks in, TwiML back; orders by its REST API."""
