"""The command line: `intersession demo · serve · play · explain · rehearse · doctor`."""

from .main import main

__all__ = ["main"]
