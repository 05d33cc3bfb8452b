-- What is over goes after a while, found by an index; and a mail is known by
-- its reader's account, so that it goes with it.

ALTER TABLE event
	ADD KEY event_created (created_at);

ALTER TABLE outbox
	ADD COLUMN user_id BINARY(16) NULL,
	ADD KEY outbox_dead (dead_at),
	ADD CONSTRAINT outbox_user FOREIGN KEY (user_id) REFERENCES user (id)
		ON DELETE CASCADE;
