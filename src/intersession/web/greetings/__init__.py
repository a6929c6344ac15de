"""One's own greeting: its sentences, in one's own voice or the machine's."""
