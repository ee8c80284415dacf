"""What does a row of a table say? A class or a number."""
