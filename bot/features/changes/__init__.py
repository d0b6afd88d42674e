"""A change of what is live: asked for, approved, scheduled, applied, read back, undone."""
