"""Tranviken, a suburb of Gothenburg that does not exist, and what people there would like to have."""

import msgspec

from schema.rules import EqualShares, GreedyByVotes, Rule
from schema.styles import Approval, Knapsack, Style

COMPANY, OFFICER = "Bostads AB Tranviken", "Dagny"
AREAS = ("Lingonbacken", "Sjöängen", "Smedjetorget")
CURRENCY, KRONA = "SEK", 100

ALL, YOUTH, SUMMER_ROUND = "Sommar på gården"
SUMMER_PROJECTS = (
    ("Midsommarstång och musik", "Med dragspel från klockan tre.", 7_000),
    ("An ice cream cart on Fridays", "Every Friday in July, one for each.", 6_000),
    ("Loppis på torget", "Femtio bord och kaffe.", 3_500),
    ("A summer reading tent", "Books in nine languages and somebody who reads aloud.", 5_000),
)
"""A small round that stays open: title, about, cost in kronor."""
