"""One-command start: real Postgres and Valkey from wheels, and one supervisor, on one machine."""
