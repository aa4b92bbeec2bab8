"""The docs are true."""
