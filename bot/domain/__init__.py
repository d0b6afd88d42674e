"""Domain values and decisions. Standard library only, no I/O, nothing is awaited."""
