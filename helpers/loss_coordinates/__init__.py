"""Loss coordinates."""
