"""The service over HTTP, on real Postgres and Redis."""
