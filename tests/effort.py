"""How much is tried where chance tries: a few cases while one works, more when ``BYALAG_FUZZ`` says how many."""

import os

EFFORT = int(os.environ.get("BYALAG_FUZZ", "10"))
"""Examples for each operation of the API, and lives of the ballot machine."""
