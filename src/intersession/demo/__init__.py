"""The demo: a solo therapist's line for one week, on telephones in the browser and a clock that moves."""
