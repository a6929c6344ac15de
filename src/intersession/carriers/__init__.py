"""Wire to core values and back. No policy, no database; one folder a carrier."""
