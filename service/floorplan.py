"""The floor plan: which of the two rooms answers which address, and as whom its processes may enter the database.

The *roll* is where people are known: they sign in there, officers work there, and residents debate. The *box* is where
ballots are cast with a pass, and where everybody checks what became of them. One process may be both rooms; two, at two
addresses, keep those who know people from those who see choices.

A new route is put here by hand: a test finds one that is missing, and until then neither room answers it.
"""

from typing import Literal

from schema.database import Role

Part = Literal["roll", "box", "both"]

ROLES: dict[Part, tuple[Role, ...]] = {
    "roll": ("byalag_roll", "byalag_box", "byalag_civic"),
    "box": ("byalag_box",),
    "both": ("byalag_roll", "byalag_box", "byalag_civic"),
}
"""The roll enters the box as well, for officers' rounds and for what everybody reads; but it takes no ballots."""

PLAN: dict[str, Part] = {
    # What everybody reads of a round, wherever they are.
    "GET /": "both",
    "GET /rounds/{round_id}": "both",
    "GET /api/rounds": "both",
    "GET /api/rounds/{round_id}": "both",
    # Residents sign in.
    "GET /rounds/{round_id}/sign-in": "roll",
    "POST /rounds/{round_id}/sign-in": "roll",
    "POST /api/rounds/{round_id}/sign-in": "roll",
    # They vote with a pass.
    "GET /pots/{pot_id}/ballot": "box",
    "POST /pots/{pot_id}/ballot": "box",
    "GET /pots/{pot_id}/ballots": "box",
    "POST /pots/{pot_id}/ballots": "box",
    "GET /api/pots/{pot_id}/ballot": "box",
    "POST /api/pots/{pot_id}/ballots": "box",
    "POST /api/pots/{pot_id}/withdrawals": "box",
    "GET /pots/{pot_id}/withdrawals": "box",
    "POST /pots/{pot_id}/withdrawals": "box",
    # Everybody checks what became of the ballots.
    "GET /receipts": "box",
    "GET /api/receipts/{commitment}": "box",
    "GET /api/keys": "box",
    "GET /api/rounds/{round_id}/turnout": "box",
    "GET /api/rounds/{round_id}/ledger": "box",
    "GET /api/rounds/{round_id}/checkpoints": "box",
    "GET /api/rounds/{round_id}/consistency": "box",
    "GET /api/log/{round_id}/checkpoint": "box",
    "GET /api/log/{round_id}/tile/{level}/{place}": "box",
    "GET /api/log/{round_id}/tile/entries/{place}": "box",
    "GET /api/rounds/{round_id}/auditors": "box",
    "GET /api/rounds/{round_id}/bundle": "box",
    "GET /pots/{pot_id}/results": "box",
    "GET /api/pots/{pot_id}/snapshot": "box",
    "GET /api/pots/{pot_id}/snapshot.pb": "box",
    "GET /api/pots/{pot_id}/what-if": "box",
    # Residents debate.
    "GET /rounds/{round_id}/proposals": "roll",
    "POST /rounds/{round_id}/proposals": "roll",
    "GET /rounds/{round_id}/proposals/new": "roll",
    "POST /rounds/{round_id}/proposals/new": "roll",
    "GET /rounds/{round_id}/supports": "roll",
    "POST /rounds/{round_id}/supports": "roll",
    "GET /proposals/{proposal_id}": "roll",
    "GET /proposals/{proposal_id}/support": "roll",
    "POST /proposals/{proposal_id}/support": "roll",
    "GET /proposals/{proposal_id}/unsupport": "roll",
    "POST /proposals/{proposal_id}/unsupport": "roll",
    "GET /api/rounds/{round_id}/proposals": "roll",
    "POST /api/rounds/{round_id}/proposals": "roll",
    "GET /api/proposals/{proposal_id}": "roll",
    "PUT /api/proposals/{proposal_id}": "roll",
    "DELETE /api/proposals/{proposal_id}": "roll",
    "PUT /api/proposals/{proposal_id}/support": "roll",
    "DELETE /api/proposals/{proposal_id}/support": "roll",
    # Officers work.
    "GET /officer": "roll",
    "POST /officer": "roll",
    "POST /officer/sign-out": "roll",
    "GET /officer/rounds": "roll",
    "GET /officer/rounds/{round_id}": "roll",
    "GET /officer/rounds/{round_id}/{act}": "roll",
    "POST /officer/rounds/{round_id}/{act}": "roll",
    "GET /officer/rounds/{round_id}/register": "roll",
    "POST /officer/rounds/{round_id}/register": "roll",
    "GET /officer/rounds/{round_id}/codes": "roll",
    "POST /officer/rounds/{round_id}/codes": "roll",
    "POST /officer/proposals/{proposal_id}/shortlist": "roll",
    "POST /api/officer/sessions": "roll",
    "DELETE /api/officer/sessions": "roll",
    "POST /api/register": "roll",
    "GET /api/head-webhooks": "roll",
    "POST /api/head-webhooks": "roll",
    "DELETE /api/head-webhooks/{webhook_id}": "roll",
    "POST /api/rounds": "roll",
    "PUT /api/rounds/{round_id}": "roll",
    "GET /api/rounds/{round_id}/draft": "roll",
    "GET /api/rounds/{round_id}/roll": "roll",
    "POST /api/rounds/{round_id}/codes": "roll",
    "POST /api/rounds/{round_id}/announcement": "roll",
    "POST /api/rounds/{round_id}/schedule": "roll",
    "DELETE /api/rounds/{round_id}/schedule": "roll",
    "POST /api/rounds/{round_id}/close": "roll",
    "POST /api/rounds/{round_id}/publication": "roll",
    "POST /api/rounds/{round_id}/auditors": "roll",
    "GET /api/rounds/{round_id}/auditors/{auditor_id}/openings": "roll",
    "POST /api/rounds/{round_id}/projects": "roll",
    "PUT /api/projects/{project_id}": "roll",
    "DELETE /api/projects/{project_id}": "roll",
    "POST /api/proposals/{proposal_id}/shortlisting": "roll",
    # Clerks mark people at a booth and key their papers.
    "GET /api/rounds/{round_id}/paper-batches": "roll",
    "POST /api/rounds/{round_id}/paper-batches": "roll",
    "GET /api/paper-batches/{batch_id}": "roll",
    "PUT /api/paper-batches/{batch_id}/totals": "roll",
    "POST /api/paper-batches/{batch_id}/marks": "roll",
    "POST /api/paper-batches/{batch_id}/unmarkings": "roll",
    "POST /api/paper-batches/{batch_id}/entries": "roll",
    "GET /api/paper-batches/{batch_id}/differences": "roll",
    "POST /api/paper-batches/{batch_id}/close": "roll",
    "GET /officer/rounds/{round_id}/paper": "roll",
    "POST /officer/rounds/{round_id}/paper": "roll",
    "GET /officer/paper/{batch_id}": "roll",
    "GET /officer/paper/{batch_id}/booth": "roll",
    "POST /officer/paper/{batch_id}/booth": "roll",
    "POST /officer/paper/{batch_id}/unmarkings": "roll",
    "GET /officer/paper/{batch_id}/keying": "roll",
    "POST /officer/paper/{batch_id}/keying": "roll",
    "GET /officer/paper/{batch_id}/differences": "roll",
    "POST /officer/paper/{batch_id}/differences": "roll",
    "POST /officer/paper/{batch_id}/totals": "roll",
    "POST /officer/paper/{batch_id}/close": "roll",
    "GET /officer/rounds/{round_id}/assisted": "roll",
    "POST /officer/rounds/{round_id}/assisted": "roll",
    "POST /officer/assisted/end": "roll",
    "POST /api/rounds/{round_id}/assisted-sessions": "roll",
    "DELETE /api/assisted-session": "roll",
    # What every process has: whether it lives, what its answers mean, and how its pages look.
    "GET /health/live": "both",
    "GET /health/ready": "both",
    "GET /problems/{slug}": "both",
    "GET /static/{name}": "both",
    "GET /api/openapi.json": "both",
    "GET /api/openapi.json/openapi.json": "both",
    "GET /api/openapi.json/{path}": "both",
}
"""By method and route template."""


def is_here(part: Part, method: str, template: str) -> bool:
    """Whether a process that is this part of the house answers a route. Every one says what methods a route takes."""
    return method == "OPTIONS" or part == "both" or PLAN.get(f"{method} {template}") in {part, "both"}
