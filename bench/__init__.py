"""How fast the line is, against the limit of the same disk in the same run. `make bench`, or `python -m bench`."""
