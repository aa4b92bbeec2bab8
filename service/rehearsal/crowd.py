"""Many people at once: a few connections share a queue of people, and a bar shows how far they are."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import click

T = TypeVar("T")

LABEL = 32
"""Signs before a bar or a word, so that they stand below each other."""


async def each(label: str, people: Sequence[T], act: Callable[[T], Awaitable[None]], at_once: int) -> float:
    """Let everybody act, ``at_once`` at a time; the seconds it took. The first fault stops all and is raised."""
    began = time.monotonic()
    waiting = iter(people)
    steps = max(1, len(people) // 200)
    with click.progressbar(length=len(people), label=label.ljust(LABEL), show_pos=True, update_min_steps=steps) as bar:

        async def serve() -> None:
            for person in waiting:
                await act(person)
                bar.update(1)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(at_once):
                    group.create_task(serve())
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from None
    return time.monotonic() - began


def say(label: str, words: str) -> None:
    """A line below the bars."""
    click.echo(f"{label.ljust(LABEL)}  {words}")
