"""What the line decides, and nothing else: pure values and functions. `now` is always an argument."""
