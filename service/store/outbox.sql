-- name: tell
insert into post.outbox (lane, event) values ($1, $2)
