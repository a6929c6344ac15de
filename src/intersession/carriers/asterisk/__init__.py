"""Asterisk as a carrier: any SIP trunk, desk phone or browser phone, through ARI."""
