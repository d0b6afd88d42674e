"""What configbot knows and decides: standard library only, nothing is awaited here."""
