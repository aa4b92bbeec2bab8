"""``python3 -m schema demo`` on a fresh clone: installs what is needed into ``.venv``, then runs ``byalag demo``."""

import sys

from schema.bootstrap import run_byalag

if __name__ == "__main__":
    run_byalag(sys.argv[1:])
