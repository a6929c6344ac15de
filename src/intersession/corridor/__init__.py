"""The one way for anything to happen: gather, decide, commit, then run the errands."""
