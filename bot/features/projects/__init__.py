"""Projects: create, change, list and show them."""
