"""What the command does: what is typed, what is asked of the core, and what is printed."""
