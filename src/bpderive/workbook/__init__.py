"""What a reader brings: an equation to be decided, a program to be compared, and what went wrong in either."""
