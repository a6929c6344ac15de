"""The simulated telephones beside the clinician's pane: the home of the demo."""
