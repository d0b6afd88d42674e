"""Names that people type, resolved to what the providers have."""
