"""What batch normalisation remembers."""
