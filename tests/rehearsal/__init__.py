"""Rehearsals: elections read, replayed and compared, and the demo."""
