"""One-command start: servers, supervisor, settings that files outside of Python name."""
