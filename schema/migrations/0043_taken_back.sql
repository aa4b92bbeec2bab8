-- A proposal that its author takes back loses its words and her name, as an argument does; that it was there stays.
alter table civic.proposal
    drop constraint proposal_title_length,
    drop constraint proposal_about_length,
    drop constraint proposal_author_name_length,
    add constraint proposal_title_length check (char_length(title) <= 300),
    add constraint proposal_about_length check (char_length(about) <= 20000),
    add constraint proposal_author_name_length check (char_length(author_name) <= 120),
    add constraint proposal_in_words check (
        title <> '' and about <> '' and author_name <> ''
        or title = '' and about = '' and author_name = '' and state in ('withdrawn', 'hidden'));

update civic.proposal set title = '', about = '', author_name = '', place = null, point = null, cost_guess = null
where state = 'withdrawn';
delete from civic.translation t using civic.proposal p where p.id = t.proposal_id and p.title = '';
