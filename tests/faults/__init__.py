"""The fault harness: a whole house of real processes, voters who write down all they see, trouble, and a checker.

``python -m tests.faults [NAMES…] [--runs N] [--seconds S] [--json FILE]`` makes trouble of each kind and tells
what came of it.
"""
