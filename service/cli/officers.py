"""Asking officers at the command line."""

import sys

import click


def passwords_of(first: str, second: str) -> tuple[str, str]:
    """The passwords of two officers: asked for, or read from two lines of the input when that is no terminal."""
    return _password(first), _password(second)


def _password(name: str) -> str:
    if sys.stdin.isatty():
        asked: str = click.prompt(f"Password of {name}", hide_input=True)
        return asked
    return sys.stdin.readline().rstrip("\n")
