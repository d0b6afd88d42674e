"""Background jobs: a table of jobs, each a stateless sweep that calls use cases."""
