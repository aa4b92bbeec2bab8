"""The one table of refusals: each one's status, title and plain sentence, and the words in which its facts are said.

A sentence says what happened and what to do next.
"""

from schema.errors import Refusal
from service.refusals import officers, residents
from service.refusals.facts import PHASES, ROLES, said, told
from service.refusals.problem import Problem

__all__ = ["PHASES", "PROBLEMS", "ROLES", "THINGS", "Problem", "said", "told"]

PROBLEMS: dict[type[Refusal], Problem] = residents.PROBLEMS | officers.PROBLEMS
THINGS = residents.THINGS + officers.THINGS
