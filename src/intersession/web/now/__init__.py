"""What is owed to people, by due time, and who covers."""
