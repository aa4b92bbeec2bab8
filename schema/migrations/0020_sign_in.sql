-- One-time codes that were sent to a contact, whether or not the register knows it: for one that it does not know the
-- code was never told to anybody, and everything else is alike.
--
-- A row ends with its code: used, replaced, or deleted when its time is over. Its end is on a full ten minutes, so a
-- dump does not say to the second when somebody was about to sign in.
create table roll.contact_code (
    round_id uuid not null,
    contact_ref bytea not null constraint contact_code_ref_hashed check (octet_length(contact_ref) = 32),
    code_hash bytea not null constraint contact_code_hashed check (octet_length(code_hash) = 32),
    tries smallint not null default 0 constraint contact_code_tries check (tries between 0 and 5),
    ends_at timestamptz not null constraint contact_code_end_coarse
        check (ends_at = date_bin('10 minutes', ends_at, 'epoch')),
    primary key (round_id, contact_ref)
);
create index contact_code_end on roll.contact_code (ends_at);

grant select, insert, update, delete on roll.contact_code to byalag_roll;
