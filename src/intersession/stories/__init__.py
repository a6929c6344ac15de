"""Stories: who there is, who does what when, and what then must be so. Played through the whole corridor."""
