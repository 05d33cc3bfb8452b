-- The devices that a user has signed in on, and which of them are trusted.

CREATE TABLE device (
	id BINARY(16) NOT NULL PRIMARY KEY,
	user_id BINARY(16) NOT NULL,
	fingerprint CHAR(64) CHARACTER SET ascii NOT NULL,
	name VARCHAR(100) NOT NULL,
	type VARCHAR(16) NOT NULL,
	os VARCHAR(40) NULL,
	browser VARCHAR(40) NULL,
	ip_address VARCHAR(45) NULL,
	created_at DATETIME(6) NOT NULL,
	last_seen_at DATETIME(6) NOT NULL,
	trusted_until DATETIME(6) NULL,
	UNIQUE KEY device_fingerprint (user_id, fingerprint),
	CONSTRAINT device_user FOREIGN KEY (user_id) REFERENCES user (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE session ADD COLUMN device_id BINARY(16) NULL;

-- What recent alerts are read by.
ALTER TABLE event
	DROP KEY event_user,
	ADD KEY event_user (user_id, kind, created_at);
