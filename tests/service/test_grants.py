"""Who may do what in the database: all of it in one table, and P7, that no role joins a person with a choice.

``python3 -m tests -k grants -s`` prints the table as the database has it.
"""

import re
from collections.abc import Iterable

import asyncpg
import pytest

GRANTS = """
                             roll       box        civic      registrar  worker

roll                         e          -          -          e          -
roll.assistance              si         -          -          -          -
roll.assistance.sessions     u          -          -          -          -
roll.assisted_session        sid        -          -          -          -
roll.act                     s          -          -          -          -
roll.admission               siu        -          -          sid        -
roll.appeal                  si         -          -          -          -
roll.appeal.answer           u          -          -          -          -
roll.appeal.answered_by      u          -          -          -          -
roll.appeal.answered_on      u          -          -          -          -
roll.appeal.decision_id      u          -          -          -          -
roll.appeal.state            u          -          -          -          -
roll.audit                   s          -          -          s          -
roll.audit_leaf              s          -          -          si         -
roll.audit_secret            -          -          -          s          -
roll.bearer                  sid        -          -          s          -
roll.code                    si         -          -          -          -
roll.code.replaced           u          -          -          -          -
roll.code_batch              si         -          -          -          -
roll.code_batch.size         u          -          -          -          -
roll.code_batch.void_reason  u          -          -          -          -
roll.code_batch.voided_at    u          -          -          -          -
roll.code_batch.voided_by    u          -          -          -          -
roll.contact                 sid        -          -          -          -
roll.contact_code            siud       -          -          -          -
roll.declaration             siu        -          -          sid        -
roll.destroyed_key           s          -          -          -          -
roll.entry                   s          -          -          siud       -
roll.head_count              s          -          -          sid        -
roll.municipality            si         -          -          -          -
roll.municipality.directory_demanded u  -          -          -          -
roll.municipality.totp_demanded u       -          -          -          -
roll.officer                 si         -          -          -          -
roll.officer.password_hash   u          -          -          -          -
roll.officer.password_at     u          -          -          -          -
roll.officer.roles           u          -          -          -          -
roll.officer_binding         sid        -          -          -          -
roll.officer_invitation      sid        -          -          -          -
roll.officer_session         sid        -          -          -          -
roll.officer_session.expires_at u       -          -          -          -
roll.officer_session.seen_at u          -          -          -          -
roll.officer_totp            sid        -          -          -          -
roll.officer_totp.confirmed_at u        -          -          -          -
roll.officer_totp.misses     u          -          -          -          -
roll.officer_totp.recovery   u          -          -          -          -
roll.officer_totp.step       u          -          -          -          -
roll.participation           si         -          -          -          -
roll.participation.refs      u          -          -          -          -
roll.participation.span      u          -          -          -          -
roll.person                  siud       -          -          s          -
roll.register                siu        -          -          s          -
roll.register_fault          sid        -          -          -          -
roll.register_import         siu        -          -          -          -
roll.roll                    s          -          -          siud       -
roll.round_key               si         -          -          s          -
roll.secret                  s          -          -          -          -
roll.staged_contact          sid        -          -          -          -
roll.staged_person           sid        -          -          -          -
roll.turnout                 s          -          -          si         -
roll.turnout_line            s          -          -          i          -

box                          e          e          e          e          e
box.appeal                   -          si         -          -          s
box.appeal.answer            -          u          -          -          -
box.appeal.answered_by       -          u          -          -          -
box.appeal.answered_on       -          u          -          -          -
box.appeal.decision_id       s          u          -          -          -
box.appeal.state             -          u          -          -          -
box.area                     s          siud       s          s          s
box.audit_checkpoint         -          -          -          si         -
box.audit_tile               -          -          -          si         -
box.audit_tile.hashes        -          -          -          u          -
box.auditor                  -          si         -          -          s
box.auditor.revoked_at       -          u          -          -          -
box.auditor.revoked_by       -          u          -          -          -
box.ballot                   -          si         -          -          s
box.checkpoint               -          s          -          -          si
box.checkpoint_secret        -          -          -          -          s
box.close                    s          s          s          s          s
box.correction               s          s          -          -          -
box.decision                 s          s          -          -          s
box.deletion                 s          s          -          -          s
box.delivery                 s          si         -          -          -
box.elector                  -          s          -          id         s
box.elector.pot_id           -          -          -          s          -
box.head_delivery            -          s          -          -          siu
box.head_webhook             -          sid        -          -          s
box.head_webhook.tried_at    -          u          -          -          -
box.leaf                     -          s          -          -          si
box.log_head                 s          s          -          s          s
box.log_tile                 s          s          -          s          s
box.minutes                  -          s          -          -          si
box.openings                 -          s          -          -          si
box.openings.locked          -          -          -          -          u
box.openings.made_at         -          -          -          -          u
box.original                 s          s          -          -          -
box.outline                  -          sid        -          -          -
box.paper_batch              -          si         -          -          s
box.paper_batch.closed_at    -          u          -          -          -
box.paper_batch.closed_by    -          u          -          -          -
box.paper_entry              -          si         -          -          -
box.paper_mark               -          sid        -          -          -
box.paper_sheet              -          si         -          -          -
box.paper_sheet.removed      -          u          -          -          -
box.paper_sheet.state        -          u          -          -          -
box.paper_total              -          si         -          -          -
box.paper_total.sheets       -          u          -          -          -
box.paper_unmark             -          si         -          -          -
box.pot                      s          siud       s          s          s
box.project                  s          siud       si         s          s
box.publication              s          s          s          s          s
box.quarantine               -          si         -          -          s
box.quarantined              -          si         -          -          s
box.receipt_secret           -          s          -          -          -
box.retiming                 s          s          s          s          s
box.roll_build               s          s          -          si         s
box.roll_change              s          s          -          si         s
box.round                    s          siud       s          s          s
box.ruling                   s          si         -          -          s
box.snapshot                 -          s          -          -          si
box.tile                     -          s          -          -          si
box.tile.hashes              -          -          -          -          u
box.theme                    s          sid        s          -          -
box.trace                    -          si         -          -          d
box.trace.hour               -          -          -          -          s
box.trace_key                -          si         -          -          d
box.trace_key.day            -          -          -          -          s
box.translation              s          sid        i          -          -
box.translation.about        -          u          -          -          -
box.translation.original     -          u          -          -          -
box.translation.revision     -          u          -          -          -
box.translation.title        -          u          -          -          -
box.translation.translated_at -          u          -          -          -
box.translation.translated_by -          u          -          -          -
box.verdict                  -          s          -          -          si
box.verification_key         s          s          s          s          s
box.what_if                  -          s          -          -          si
box.what_if_publication      -          si         -          -          -
box.without_held             -          s          -          -          siud

civic                        -          -          e          -          e
civic.activity               -          -          s          -          si
civic.argument               -          -          si         -          -
civic.argument.author_name   -          -          u          -          -
civic.argument.place         -          -          u          -          -
civic.argument.review_id     -          -          u          -          -
civic.argument.state         -          -          u          -          -
civic.argument.words         -          -          u          -          -
civic.argument_review        -          -          si         -          -
civic.draft                  -          -          siud       -          d
civic.draft.round_id         -          -          -          -          s
civic.picture                -          -          sid        -          -
civic.picture.alt            -          -          u          -          -
civic.proposal               -          -          siu        -          s
civic.report                 -          -          sid        -          -
civic.report.reports         -          -          u          -          -
civic.review                 -          -          si         -          -
civic.standing               -          -          s          -          siu
civic.support                -          -          sid        -          s
civic.translation            -          -          sid        -          -
civic.translation.about      -          -          u          -          -
civic.translation.original   -          -          u          -          -
civic.translation.revision   -          -          u          -          -
civic.translation.title      -          -          u          -          -
civic.translation.translated_at -          -          u          -          -
civic.translation.translated_by -          -          u          -          -

post                         e          e          e          e          e
post.outbox                  i          i          i          sd         sid
post.outbox.attempts         -          -          -          u          u
post.outbox.fault            -          -          -          u          u
post.outbox.lane             -          s          -          -          -
post.outbox.quarantined_at   -          s          -          u          u
post.outbox.waiting_since    -          s          -          -          -
"""
"""What each role may do. A schema: *e*nter it, *c*reate in it. A table: *s*elect, *i*nsert, *u*pdate, *d*elete, and *t*
for truncate, trigger or references. A column has a line of its own where a role may do more to it than to its table.
"""

ROOMS = ["roll", "box", "civic", "post"]
PERSON = re.compile(r"roll\.\w+\.(person_ref|refs|code_hash|wrapped)")
CHOICE = re.compile(r"(box|civic|post)\.\w+\.(tag|choices|points|member|author)")
"""Columns that tell who somebody is, or lead there, and columns that tell what somebody chose, or who chose it."""

ROLES = "select rolname from pg_roles where rolname like 'byalag\\_%' order by rolname"
SCHEMAS = """
select s.name, r.name as role,
    concat(case when has_schema_privilege(r.name, s.name, 'usage') then 'e' end,
        case when has_schema_privilege(r.name, s.name, 'create') then 'c' end) as rights
from unnest($1::text[]) as s (name), unnest($2::text[]) as r (name)
"""
TABLES = """
select format('%s.%s', n.nspname, c.relname) as name, r.name as role,
    concat(case when has_table_privilege(r.name, c.oid, 'select') then 's' end,
        case when has_table_privilege(r.name, c.oid, 'insert') then 'i' end,
        case when has_table_privilege(r.name, c.oid, 'update') then 'u' end,
        case when has_table_privilege(r.name, c.oid, 'delete') then 'd' end,
        case when has_table_privilege(r.name, c.oid, 'truncate, trigger, references') then 't' end) as rights
from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest($2::text[]) as r (name)
where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f')
"""
COLUMNS = """
select format('%s.%s', n.nspname, c.relname) as of, format('%s.%s.%s', n.nspname, c.relname, a.attname) as name,
    r.name as role,
    concat(case when has_column_privilege(r.name, c.oid, a.attnum, 'select') then 's' end,
        case when has_column_privilege(r.name, c.oid, a.attnum, 'insert') then 'i' end,
        case when has_column_privilege(r.name, c.oid, a.attnum, 'update') then 'u' end,
        case when has_column_privilege(r.name, c.oid, a.attnum, 'references') then 't' end) as rights
from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid,
    unnest($2::text[]) as r (name)
where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
"""
DEFINERS = """
select p.oid::regprocedure::text as name, p.prosrc as source, r.name as role, p.proconfig as settings
from pg_proc p join pg_namespace n on n.oid = p.pronamespace, unnest($2::text[]) as r (name)
where n.nspname = any($1::text[]) and p.prosecdef and has_function_privilege(r.name, p.oid, 'execute')
"""

Grants = dict[str, dict[str, str]]
"""What each role may do, by the name of a schema, a table or a column."""


async def roles(db: asyncpg.Connection) -> list[str]:
    """Every role of ours."""
    return [row["rolname"] for row in await db.fetch(ROLES)]


async def read(db: asyncpg.Connection, sql: str) -> Grants:
    """What the database says."""
    found: Grants = {}
    for row in await db.fetch(sql, ROOMS, await roles(db)):
        found.setdefault(row["name"], {})[row["role"]] = row["rights"]
    return found


async def granted(db: asyncpg.Connection) -> Grants:
    """All of it: of the columns those to which somebody may do more than to their table."""
    found = await read(db, SCHEMAS) | await read(db, TABLES)
    for name, rights in (await read(db, COLUMNS)).items():
        table = found[name.rpartition(".")[0]]
        more = {role: "".join(letter for letter in rights[role] if letter not in table[role]) for role in rights}
        if any(more.values()):
            found[name] = more
    return found


def expected() -> Grants:
    """The table above."""
    head, *lines = (line.split() for line in GRANTS.splitlines() if line.strip())
    names = [f"byalag_{role}" for role in head]
    return {
        name: {role: right.replace("-", "") for role, right in zip(names, rights, strict=True)}
        for name, *rights in lines
    }


def printed(found: Grants, names: Iterable[str]) -> str:
    """Grants as a table like the one above."""
    columns = list(names)
    width = max(map(len, found)) + 3
    lines = ["".ljust(width) + "".join(f"{role.removeprefix('byalag_'):<11}" for role in columns)]
    for room in ROOMS:
        names_here = sorted(name for name in found if name.partition(".")[0] == room)
        cells = {name: "".join(f"{found[name][role] or '-':<11}" for role in columns) for name in names_here}
        lines += ["", *(name.ljust(width) + cells[name] for name in names_here)]
    return "\n".join(line.rstrip() for line in lines)


async def readable(db: asyncpg.Connection) -> dict[str, set[str]]:
    """The columns that each role reads, by itself or through a function that acts with its owner's rights."""
    columns = await read(db, COLUMNS)
    found = {role: {name for name, rights in columns.items() if "s" in rights[role]} for role in await roles(db)}
    for function in await db.fetch(DEFINERS, ROOMS, list(found)):
        tables = {f"{room}.{name}." for room, name in re.findall(r"\b(roll|box|civic|post)\.(\w+)", function["source"])}
        found[function["role"]] |= {name for name in columns if name.startswith(tuple(tables))}
    return found


async def joined(db: asyncpg.Connection) -> dict[str, list[str]]:
    """Roles that read who somebody is and what somebody chose, with the columns."""
    both = {}
    for role, columns in (await readable(db)).items():
        persons, choices = (sorted(filter(kind.fullmatch, columns)) for kind in (PERSON, CHOICE))
        if persons and choices:
            both[role] = persons + choices
    return both


async def test_every_grant_is_in_the_table(db: asyncpg.Connection) -> None:
    """Each role may do what the table says to each schema, table and column, and nothing else; no table is left out."""
    found = await granted(db)
    print(f"\n{printed(found, next(iter(expected().values())))}")  # noqa: T201 - read with -s
    assert found == expected()


async def test_no_role_reads_a_person_and_a_choice(db: asyncpg.Connection) -> None:
    """P7: not by itself, and not through a function that acts with its owner's rights."""
    assert await joined(db) == {}
    rooms = await readable(db)
    assert any(PERSON.fullmatch(name) for name in rooms["byalag_roll"])
    assert any(CHOICE.fullmatch(name) for name in rooms["byalag_box"])


@pytest.mark.parametrize(
    "mistake",
    [
        "grant select on box.ballot to byalag_roll",
        "grant select (tag) on box.elector to byalag_registrar",
        "grant select (refs) on roll.participation to byalag_worker",
        "grant byalag_roll to byalag_civic",
        "create function box.peep() returns setof box.ballot language sql security definer set search_path = ''"
        " as 'select * from box.ballot'; grant execute on function box.peep() to byalag_roll",
    ],
)
async def test_a_grant_that_joins_them_is_found(db: asyncpg.Connection, mistake: str) -> None:
    """The test above can fail: each of these lets one role read both."""
    transaction = db.transaction()
    await transaction.start()
    await db.execute(mistake)
    assert await joined(db)
    await transaction.rollback()


async def test_no_role_is_another(db: asyncpg.Connection) -> None:
    """What a role may do it may do by itself: none is a member of another, and none may go around the grants."""
    assert not await db.fetchval(
        "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles o on o.oid = m.member"
        " where r.rolname like 'byalag\\_%' and o.rolname like 'byalag\\_%'"
    )
    assert not await db.fetchval(
        "select count(*) from pg_roles where rolname like 'byalag\\_%'"
        " and (rolsuper or rolbypassrls or rolcreaterole or rolcanlogin)"
    )


async def test_what_acts_for_its_owner_names_its_tables_in_full(db: asyncpg.Connection) -> None:
    """A function with its owner's rights has an empty search path: nobody puts another table in the place of one."""
    functions = await db.fetch(DEFINERS, ROOMS, await roles(db))
    assert functions
    assert [row["name"] for row in functions if row["settings"] != ['search_path=""']] == []
