"""Rights: who may use which route. One table, enforced in one place (``service/admission.py``) before anything is read.

A new route is put here by hand: a test finds one that is missing, and until then it is refused to everybody. What an
officer may do is still done in their own municipality only; that is looked at where the municipality is known.
"""

from typing import Literal, get_args

OfficerRole = Literal["admin", "officer", "reviewer", "clerk", "auditor", "moderator"]
"""What somebody may be for a municipality; one person can be several."""

Who = Literal["anyone", "pass", "form", "self"] | frozenset[OfficerRole]
"""``pass``: a resident who shows one; ``form``: who has it in the page's form. ``self``: any officer, for their own
account. Otherwise an officer with one of the roles.
"""

STAFF: frozenset[OfficerRole] = frozenset(get_args(OfficerRole))


def _role(*roles: OfficerRole) -> frozenset[OfficerRole]:
    return frozenset(roles)


OFFICERS = _role("officer")
"""Whoever runs rounds."""
DECIDERS = _role("admin", "officer")
"""Whoever decides with a second one what cannot be taken back."""
REGISTRARS = _role("admin", "officer")
"""Whoever keeps the register."""
REVIEWERS = _role("officer", "reviewer")
"""Whoever finds out what can be done."""
MODERATORS = _role("officer", "moderator")
"""Whoever sees to the rules of conduct."""

RIGHTS: dict[str, Who] = {
    # What everybody reads.
    "GET /": "anyone",
    "GET /rounds/{round_id}": "anyone",
    "GET /municipalities/{municipality_id}": "anyone",
    "GET /accessibility": "anyone",
    "GET /privacy": "anyone",
    "GET /api/rounds": "anyone",
    "GET /api/rounds/{round_id}": "anyone",
    "GET /api/rounds/{round_id}/turnout": "anyone",
    "GET /receipts": "anyone",
    "GET /api/receipts/{commitment}": "anyone",
    "GET /api/keys": "anyone",
    "GET /api/rounds/{round_id}/ledger": "anyone",
    "GET /api/rounds/{round_id}/checkpoints": "anyone",
    "GET /api/rounds/{round_id}/consistency": "anyone",
    "GET /api/audit-ledgers/{ledger_id}": "anyone",
    "GET /api/audit-ledgers/{ledger_id}/consistency": "anyone",
    "GET /api/log/{round_id}/checkpoint": "anyone",
    "GET /api/log/{round_id}/tile/{level}/{place}": "anyone",
    "GET /api/log/{round_id}/tile/entries/{place}": "anyone",
    "GET /api/rounds/{round_id}/auditors": "anyone",
    "GET /api/rounds/{round_id}/bundle": "anyone",
    "GET /pots/{pot_id}/results": "anyone",
    "GET /api/pots/{pot_id}/snapshot": "anyone",
    "GET /api/pots/{pot_id}/snapshot.pb": "anyone",
    "GET /api/pots/{pot_id}/outcome.csv": "anyone",
    "GET /api/pots/{pot_id}/what-if": "anyone",
    "GET /api/pots/{pot_id}/without-held": "anyone",
    "GET /rounds/{round_id}/delivery": "anyone",
    "GET /rounds/{round_id}/news.atom": "anyone",
    "GET /rounds/{round_id}/dates.ics": "anyone",
    "GET /api/rounds/{round_id}/deliveries": "anyone",
    "GET /rounds/{round_id}/proposals": "anyone",
    "GET /proposals/{proposal_id}": "anyone",
    "GET /api/rounds/{round_id}/proposals": "anyone",
    "GET /api/proposals/{proposal_id}": "anyone",
    "GET /health/live": "anyone",
    "GET /health/ready": "anyone",
    "GET /problems/{slug}": "anyone",
    "GET /static/brand.css": "anyone",
    "GET /static/logo": "anyone",
    "GET /static/{name}": "anyone",
    "GET /api/openapi.json": "anyone",
    "GET /api/openapi.json/openapi.json": "anyone",
    "GET /api/openapi.json/{path}": "anyone",
    # Ways in.
    "GET /rounds/{round_id}/sign-in": "anyone",
    "POST /rounds/{round_id}/sign-in": "anyone",
    "POST /api/rounds/{round_id}/sign-in": "anyone",
    "POST /rounds/{round_id}/contact-codes": "anyone",
    "POST /api/rounds/{round_id}/contact-codes": "anyone",
    "GET /rounds/{round_id}/sign-in/{provider}": "anyone",
    "GET /sign-in/callback": "anyone",
    "GET /officer": "anyone",
    "POST /officer": "anyone",
    "POST /api/officer/sessions": "anyone",
    # Appeals, by a code or a number that was given; of a ballot by its pass.
    "GET /rounds/{round_id}/appeals": "anyone",
    "POST /rounds/{round_id}/appeals": "anyone",
    "GET /rounds/{round_id}/appeal-answers": "anyone",
    "POST /rounds/{round_id}/appeal-answers": "anyone",
    "POST /api/rounds/{round_id}/appeals": "anyone",
    "POST /api/rounds/{round_id}/appeal-answers": "anyone",
    "GET /pots/{pot_id}/appeals": "anyone",
    "POST /pots/{pot_id}/appeals": "form",
    "POST /api/pots/{pot_id}/appeals": "pass",
    # Residents declare themselves, with the slip of a sign-in.
    "GET /rounds/{round_id}/declaration": "anyone",
    "POST /rounds/{round_id}/declaration": "form",
    "POST /api/rounds/{round_id}/declarations": "anyone",
    # Residents vote and debate.
    "GET /api/pots/{pot_id}/ballot": "pass",
    "POST /api/pots/{pot_id}/ballots": "pass",
    "POST /api/pots/{pot_id}/withdrawals": "pass",
    "GET /pots/{pot_id}/ballot": "anyone",
    "POST /pots/{pot_id}/ballot": "form",
    "GET /pots/{pot_id}/ballots": "anyone",
    "POST /pots/{pot_id}/ballots": "form",
    "GET /pots/{pot_id}/withdrawals": "anyone",
    "POST /pots/{pot_id}/withdrawals": "form",
    "GET /rounds/{round_id}/proposals/new": "anyone",
    "POST /rounds/{round_id}/proposals/new": "form",
    "POST /rounds/{round_id}/proposals": "form",
    "GET /rounds/{round_id}/supports": "anyone",
    "POST /rounds/{round_id}/supports": "form",
    "GET /proposals/{proposal_id}/support": "anyone",
    "POST /proposals/{proposal_id}/support": "form",
    "GET /rounds/{round_id}/map.svg": "anyone",
    "GET /proposals/{proposal_id}/pictures/{picture}": "anyone",
    "GET /proposals/{proposal_id}/pictures": "anyone",
    "POST /proposals/{proposal_id}/pictures": "form",
    "GET /proposals/{proposal_id}/pictures/new": "anyone",
    "POST /proposals/{proposal_id}/pictures/new": "form",
    "GET /proposals/{proposal_id}/pictures/removal": "anyone",
    "POST /proposals/{proposal_id}/pictures/removal": "form",
    "GET /proposals/{proposal_id}/unsupport": "anyone",
    "POST /proposals/{proposal_id}/unsupport": "form",
    "POST /api/rounds/{round_id}/proposals": "pass",
    "PUT /api/proposals/{proposal_id}": "pass",
    "DELETE /api/proposals/{proposal_id}": "pass",
    "POST /api/proposals/{proposal_id}/pictures": "pass",
    "DELETE /api/proposals/{proposal_id}/pictures/{picture}": "pass",
    "PUT /api/proposals/{proposal_id}/support": "pass",
    "DELETE /api/proposals/{proposal_id}/support": "pass",
    # An officer's own account.
    "POST /officer/sign-out": "self",
    "DELETE /api/officer/sessions": "self",
    "GET /api/officer/sessions": "self",
    "DELETE /api/officer/sessions/{session_id}": "self",
    "GET /officer/account": "self",
    "POST /officer/account/password": "self",
    "POST /officer/account/totp": "self",
    "POST /officer/account/totp/confirmation": "self",
    "POST /officer/account/sessions/{session_id}": "self",
    # Admins say who works here.
    "GET /officer/staff": _role("admin"),
    "POST /officer/staff": _role("admin"),
    "POST /officer/staff/totp": _role("admin"),
    "POST /officer/staff/{officer_id}/roles": _role("admin"),
    "POST /officer/staff/{officer_id}/totp-reset": _role("admin"),
    # Everybody who works here sees the municipality's rounds.
    "GET /officer/rounds": STAFF,
    "GET /officer/rounds/{round_id}": STAFF,
    "GET /officer/rounds/{round_id}/{act}": STAFF,
    "GET /officer/rounds/{round_id}/acts": STAFF,
    "GET /officer/rounds/{round_id}/confirmation": STAFF,
    "GET /officer/rounds/{round_id}/withdrawal": STAFF,
    "GET /api/rounds/{round_id}/acts": STAFF,
    "GET /api/rounds/{round_id}/draft": STAFF,
    "GET /officer/rounds/{round_id}/roll": STAFF,
    "GET /api/rounds/{round_id}/roll": STAFF,
    "GET /officer/areas": STAFF,
    "GET /officer/rounds/{round_id}/delivery": STAFF,
    # Officers run them.
    "GET /officer/rounds/new": OFFICERS,
    "POST /officer/rounds/new": OFFICERS,
    "GET /officer/rounds/{round_id}/draft": OFFICERS,
    "POST /officer/rounds/{round_id}/draft": OFFICERS,
    "GET /officer/rounds/{round_id}/pots/new": OFFICERS,
    "POST /officer/rounds/{round_id}/pots/new": OFFICERS,
    "GET /officer/rounds/{round_id}/pots/{pot_id}": OFFICERS,
    "POST /officer/rounds/{round_id}/pots/{pot_id}": OFFICERS,
    "POST /officer/areas": OFFICERS,
    "POST /officer/rounds/{round_id}/delivery": OFFICERS,
    "POST /api/projects/{project_id}/deliveries": OFFICERS,
    "POST /officer/rounds/{round_id}/{act}": OFFICERS,
    "GET /officer/rounds/{round_id}/today": STAFF,
    "GET /officer/rounds/{round_id}/copy": OFFICERS,
    "POST /officer/rounds/{round_id}/copy": OFFICERS,
    "GET /officer/pots/{pot_id}/projects": STAFF,
    "GET /officer/pots/{pot_id}/projects.csv": STAFF,
    "POST /officer/pots/{pot_id}/projects": OFFICERS,
    "GET /officer/pots/{pot_id}/projects/file": STAFF,
    "POST /officer/pots/{pot_id}/projects/file": OFFICERS,
    "GET /officer/pots/{pot_id}/projects/rows": STAFF,
    "POST /officer/pots/{pot_id}/projects/rows": OFFICERS,
    "GET /officer/projects/{project_id}": OFFICERS,
    "POST /officer/projects/{project_id}": OFFICERS,
    "GET /officer/projects/{project_id}/{act}": STAFF,
    "POST /officer/projects/{project_id}/{act}": OFFICERS,
    "GET /officer/register": REGISTRARS,
    "POST /officer/register": REGISTRARS,
    "GET /officer/register/imports/{import_id}": REGISTRARS,
    "POST /officer/register/imports/{import_id}": REGISTRARS,
    "GET /officer/register/imports/{import_id}/faults": REGISTRARS,
    "GET /api/register/imports": REGISTRARS,
    "POST /api/register/imports": REGISTRARS,
    "GET /api/register/imports/{import_id}": REGISTRARS,
    "DELETE /api/register/imports/{import_id}": REGISTRARS,
    "POST /api/register/imports/{import_id}/application": REGISTRARS,
    "GET /api/register/imports/{import_id}/faults": REGISTRARS,
    # They look one person up.
    "POST /officer/rounds/{round_id}/roll": _role("officer", "clerk"),
    "POST /api/rounds/{round_id}/roll/test": _role("officer", "clerk"),
    # They answer appeals, and look at what is unusual.
    "GET /api/rounds/{round_id}/appeals": OFFICERS,
    "POST /api/rounds/{round_id}/appeals/{appeal_id}/answer": OFFICERS,
    "GET /officer/rounds/{round_id}/answers": OFFICERS,
    "POST /officer/rounds/{round_id}/answers": OFFICERS,
    "GET /officer/rounds/{round_id}/desk": _role("officer", "auditor"),
    "GET /officer/rounds/{round_id}/quarantines": _role("officer", "auditor"),
    "POST /officer/rounds/{round_id}/quarantines": OFFICERS,
    "GET /api/rounds/{round_id}/desk": _role("officer", "auditor"),
    "POST /api/rounds/{round_id}/quarantines": OFFICERS,
    "POST /api/rounds": OFFICERS,
    "PUT /api/rounds/{round_id}": OFFICERS,
    "POST /api/rounds/{round_id}/announcement": OFFICERS,
    "POST /api/rounds/{round_id}/schedule": OFFICERS,
    "DELETE /api/rounds/{round_id}/schedule": OFFICERS,
    # Two of them do what cannot be taken back; whoever is admin may be the second.
    "POST /officer/rounds/{round_id}/acts": DECIDERS,
    "POST /officer/rounds/{round_id}/confirmation": DECIDERS,
    "POST /officer/rounds/{round_id}/withdrawal": DECIDERS,
    "POST /api/rounds/{round_id}/acts": DECIDERS,
    "POST /api/acts/{act_id}/confirmation": DECIDERS,
    "DELETE /api/acts/{act_id}": DECIDERS,
    "POST /api/rounds/{round_id}/auditors": OFFICERS,
    "POST /api/rounds/{round_id}/projects": OFFICERS,
    "PUT /api/projects/{project_id}": OFFICERS,
    "DELETE /api/projects/{project_id}": OFFICERS,
    # Others do one thing each.
    "GET /officer/audit": _role("admin", "officer", "auditor"),
    "GET /api/audit": _role("admin", "officer", "auditor"),
    "GET /officer/rounds/{round_id}/proposals": STAFF,
    "GET /officer/proposals/{proposal_id}/pictures/{picture}": STAFF,
    "POST /officer/proposals/{proposal_id}/shortlist": REVIEWERS,
    "POST /api/proposals/{proposal_id}/shortlisting": REVIEWERS,
    "POST /officer/proposals/{proposal_id}/decline": REVIEWERS,
    "POST /officer/proposals/{proposal_id}/hide": MODERATORS,
    # Whoever may decide may take it back: that depends on what was decided, so the verb looks again.
    "POST /officer/proposals/{proposal_id}/reopen": REVIEWERS | MODERATORS,
    "POST /api/proposals/{proposal_id}/review": REVIEWERS | MODERATORS,
    # Letters are made by who runs the round and who sits at the counter; only the first makes them void.
    "GET /officer/rounds/{round_id}/codes": _role("officer", "clerk"),
    "POST /officer/rounds/{round_id}/codes": _role("officer", "clerk"),
    "GET /officer/rounds/{round_id}/letters": _role("officer", "clerk"),
    "POST /officer/rounds/{round_id}/letters": _role("officer", "clerk"),
    "GET /officer/rounds/{round_id}/code-list": _role("officer", "clerk"),
    "POST /officer/rounds/{round_id}/code-list": _role("officer", "clerk"),
    "GET /officer/rounds/{round_id}/void-codes": _role("officer", "clerk"),
    "POST /officer/rounds/{round_id}/void-codes": OFFICERS,
    "POST /api/rounds/{round_id}/codes": _role("officer", "clerk"),
    **dict.fromkeys(
        (
            "GET /officer/rounds/{round_id}/paper",
            "POST /officer/rounds/{round_id}/paper",
            "GET /officer/paper/{batch_id}",
            "GET /officer/paper/{batch_id}/booth",
            "POST /officer/paper/{batch_id}/booth",
            "POST /officer/paper/{batch_id}/unmarkings",
            "GET /officer/paper/{batch_id}/keying",
            "POST /officer/paper/{batch_id}/keying",
            "GET /officer/paper/{batch_id}/differences",
            "POST /officer/paper/{batch_id}/totals",
            "GET /officer/rounds/{round_id}/assisted",
            "POST /officer/rounds/{round_id}/assisted",
            "POST /officer/assisted/end",
            "GET /api/rounds/{round_id}/paper-batches",
            "POST /api/rounds/{round_id}/paper-batches",
            "GET /api/paper-batches/{batch_id}",
            "PUT /api/paper-batches/{batch_id}/totals",
            "POST /api/paper-batches/{batch_id}/marks",
            "POST /api/paper-batches/{batch_id}/unmarkings",
            "POST /api/paper-batches/{batch_id}/entries",
            "POST /api/rounds/{round_id}/assisted-sessions",
            "DELETE /api/assisted-session",
        ),
        _role("officer", "clerk"),
    ),
    # A clerk keys; what two read differently, and that a batch adds up, is an officer's word.
    "POST /officer/paper/{batch_id}/differences": OFFICERS,
    "POST /officer/paper/{batch_id}/close": OFFICERS,
    "POST /api/paper-batches/{batch_id}/decisions": OFFICERS,
    "GET /api/paper-batches/{batch_id}/differences": OFFICERS,
    "POST /api/paper-batches/{batch_id}/close": OFFICERS,
    "POST /api/rounds/{round_id}/letters": _role("officer", "clerk"),
    "POST /api/rounds/{round_id}/code-batches": _role("officer", "clerk"),
    "GET /api/rounds/{round_id}/code-batches": _role("officer", "clerk", "auditor"),
    "POST /api/code-batches/{batch_id}/void": OFFICERS,
    "GET /api/rounds/{round_id}/auditors/{auditor_id}/openings": _role("officer", "auditor"),
    "GET /api/head-webhooks": _role("admin", "officer", "auditor"),
    "POST /api/head-webhooks": _role("admin", "officer"),
    "DELETE /api/head-webhooks/{webhook_id}": _role("admin", "officer"),
}
"""By method and route template, as in ``service/floorplan.py``."""


def may(roles: frozenset[OfficerRole], route: str) -> bool:
    """Whether an officer with these roles may use a route, so that pages offer nobody what is refused."""
    who = RIGHTS[route]
    return isinstance(who, str) or bool(who & roles)


def who_may(method: str, template: str) -> Who:
    """Who may use a route: nobody at all when it is not in the table. Anyone may ask what methods an address takes."""
    return "anyone" if method == "OPTIONS" else RIGHTS.get(f"{method} {template}", frozenset())
