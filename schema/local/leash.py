"""Started by the supervisor in place of a program: steps down from root, ties its life to ours, becomes the program.

    python -I -S leash.py PARENT SIGNAL UID:GID|- PROGRAM ARGUMENT...

A small program of its own because the alternative, ``preexec_fn``, may deadlock in a process with threads. On Linux
the kernel sends SIGNAL when the supervisor is gone, even by kill -9; elsewhere the next run stops what was left over.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, farewell: int, account: str, *argv: str) -> None:
    """Become ``argv``. The order matters: changing the account would take the leash off again."""
    if account != "-":
        uid, gid = map(int, account.split(":"))
        os.chdir("/")
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, farewell, 0, 0, 0)
        if os.getppid() != parent:  # it died before the leash was on
            sys.exit(1)
    os.execvp(argv[0], argv)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
