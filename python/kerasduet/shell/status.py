"""What the command's exit status says."""

OK, DIFFERENT, WRONG, INTERRUPTED = 0, 1, 2, 130
