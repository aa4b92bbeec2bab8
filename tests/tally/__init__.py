"""The tally and its file format: pure, so that these tests need neither Postgres nor Redis."""
