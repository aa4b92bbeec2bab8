"""All pages, and what answers when one of them cannot be shown."""

from typing import Any

from litestar import Router

from service.pages import (
    acts,
    appeals,
    assisted,
    ballots,
    declarations,
    deliveries,
    desk,
    drafting,
    keying,
    letters,
    municipalities,
    officer_account,
    officer_areas,
    officer_audit,
    officer_projects,
    officer_proposals,
    officer_roll,
    officer_rounds,
    officer_staff,
    officers,
    paper,
    pictures,
    places,
    pots,
    problems,
    proposals,
    providers,
    receipts,
    register,
    results,
    rounds,
    setup,
    sign_in,
    statements,
    today,
)
from service.pages.forms import FORM_LIMIT
from service.pages.problems import answer_problem_page
from service.pages.shell import view_brand, view_static
from service.pages.tongue import speaking

__all__ = ["answer_problem_page", "handlers"]

handlers: list[Any] = [
    Router(
        path="/",
        route_handlers=[
            view_brand,
            view_static,
            *rounds.handlers,
            *municipalities.handlers,
            *statements.handlers,
            *sign_in.handlers,
            *providers.handlers,
            *declarations.handlers,
            *ballots.handlers,
            *appeals.handlers,
            *proposals.handlers,
            *pictures.handlers,
            *places.handlers,
            *results.handlers,
            *deliveries.handlers,
            *receipts.handlers,
            *problems.handlers,
        ],
        middleware=[speaking],
        include_in_schema=False,
        request_max_body_size=FORM_LIMIT,
    ),
    Router(
        path="/officer",
        route_handlers=[
            *officers.handlers,
            *desk.handlers,
            *register.handlers,
            *setup.handlers,
            *today.handlers,
            *officer_proposals.handlers,
            *pictures.officer_handlers,
            *officer_rounds.handlers,
            *drafting.handlers,
            *pots.handlers,
            *officer_projects.handlers,
            *deliveries.officer_handlers,
            *acts.handlers,
            *officer_roll.handlers,
            *officer_areas.handlers,
            *officer_account.handlers,
            *officer_staff.handlers,
            *officer_audit.handlers,
            *paper.handlers,
            *keying.handlers,
            *assisted.handlers,
            *letters.handlers,
        ],
        exception_handlers=officers.exception_handlers,
        middleware=[speaking],
        include_in_schema=False,
        request_max_body_size=FORM_LIMIT,
    ),
]
