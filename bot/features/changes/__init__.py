"""Changes of what is live: requested, approved, scheduled, applied, read back, undone."""
