"""The plain words of the pages, a module for each room. What stands in a table is said where it is shown."""

from service.languages import dated, listed, moment
from service.pages.words.acts import ASKS, Ask, act_details, askable, is_possible
from service.pages.words.appeals import APPEALS, GROUNDS
from service.pages.words.audit import COLUMNS, DEEDS, HAPPENED
from service.pages.words.deliveries import DELIVERIES
from service.pages.words.desk import SIGNS, STATES
from service.pages.words.electors import RELATIONS, electorate, obstacle
from service.pages.words.heads import PLACES, head_fault, place_state
from service.pages.words.numbers import groups, money, money_field, near_money, percent, read_money
from service.pages.words.paper import DOCUMENTS, SHEETS, VOIDS, read_sheet, written_sheet
from service.pages.words.refusals import all_refused, sentence, why_refused
from service.pages.words.reviews import ARGUMENT_HIDDEN_FOR, DEBATE_QUEUES, HIDDEN_FOR, QUEUES, REPORTED_FOR, SIDES
from service.pages.words.roll import (
    CONDITIONS,
    FOUND,
    IMPORT_STATES,
    ON_ROLL,
    REASONS,
    asked,
    change,
    known,
    sources,
)
from service.pages.words.rounds import OPEN, Step, limits, next_act, rule_name, supportable, timeline
from service.pages.words.times import day, moment_field, read_moment, zone_name
from service.refusals import PHASES, ROLES

__all__ = [
    "APPEALS",
    "ARGUMENT_HIDDEN_FOR",
    "ASKS",
    "COLUMNS",
    "CONDITIONS",
    "DEBATE_QUEUES",
    "DEEDS",
    "DELIVERIES",
    "DOCUMENTS",
    "FOUND",
    "GROUNDS",
    "HAPPENED",
    "HIDDEN_FOR",
    "IMPORT_STATES",
    "ON_ROLL",
    "OPEN",
    "PHASES",
    "PLACES",
    "QUEUES",
    "REASONS",
    "RELATIONS",
    "REPORTED_FOR",
    "ROLES",
    "SHEETS",
    "SIDES",
    "SIGNS",
    "STATES",
    "VOIDS",
    "Ask",
    "Step",
    "act_details",
    "all_refused",
    "askable",
    "asked",
    "change",
    "dated",
    "day",
    "electorate",
    "groups",
    "head_fault",
    "is_possible",
    "known",
    "limits",
    "listed",
    "moment",
    "moment_field",
    "money",
    "money_field",
    "near_money",
    "next_act",
    "obstacle",
    "percent",
    "place_state",
    "read_moment",
    "read_money",
    "read_sheet",
    "rule_name",
    "sentence",
    "sources",
    "supportable",
    "timeline",
    "why_refused",
    "written_sheet",
    "zone_name",
]
