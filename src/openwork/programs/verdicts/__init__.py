"""What is measured of a program in its model, a verdict a file."""
