"""Projects: created, changed, listed, shown."""
