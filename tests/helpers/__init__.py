"""What many tests use: leak checks, a real PostgreSQL, the rule against silent skips."""
