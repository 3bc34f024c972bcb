"""What we measure ourselves against, served in the same way at the same time."""
