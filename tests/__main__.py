"""``python3 -m tests`` on a fresh clone: installs what is needed into ``.venv``, then runs every check and every test.

Arguments go to pytest: ``python3 -m tests -k flow``.
"""

import sys

from schema.bootstrap import run_checks

if __name__ == "__main__":
    sys.exit(run_checks(sys.argv[1:]))
