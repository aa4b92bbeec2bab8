-- The audit log has what officers do with letters, with what looks unusual and with appeals as well. Of an appeal only its
-- answer: whoever appealed is a resident, and the log has times.

create trigger code_batch_noted after insert or update on roll.code_batch for each row
    execute function roll.note_audit();
create trigger quarantine_noted after insert on box.quarantine for each row execute function roll.note_audit();
create trigger ruling_noted after insert on box.ruling for each row execute function roll.note_audit();
create trigger appeal_noted after update on roll.appeal for each row
    execute function roll.note_audit('person_ref', 'words', 'receipt_hash', 'language', 'reason', 'pot_id');
create trigger appeal_noted after update on box.appeal for each row execute function roll.note_audit('tag', 'ground');
