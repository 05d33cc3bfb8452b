-- Lists and searches of users, and their pictures. A name's key is what a
-- search compares: MariaDB has no index over an expression.

ALTER TABLE user
	ADD COLUMN first_key VARCHAR(100) AS (LOWER(first_name)) STORED,
	ADD COLUMN last_key VARCHAR(100) AS (LOWER(last_name)) STORED,
	ADD KEY user_first (realm_id, first_key),
	ADD KEY user_last (realm_id, last_key),
	ADD KEY user_status (realm_id, status, created_at, id),
	ADD KEY user_admin (realm_id, is_admin),
	ADD KEY user_deleted (deleted_at),
	ADD KEY user_suspended (suspended_until);

-- Raised by whoever takes an administrator away, so that no two do at once.
INSERT INTO version (name, number) VALUES ('admin', 1);

-- A user's picture, checked and cleaned. The bytes come in parts: rows stay
-- small, for the server's packets and for the memory of those who read them.
CREATE TABLE avatar (
	user_id BINARY(16) NOT NULL PRIMARY KEY,
	sha256 BINARY(32) NOT NULL,
	type VARCHAR(32) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	CONSTRAINT avatar_user FOREIGN KEY (user_id) REFERENCES user (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE avatar_part (
	user_id BINARY(16) NOT NULL,
	number INT NOT NULL,
	bytes BLOB NOT NULL,
	PRIMARY KEY (user_id, number),
	CONSTRAINT avatar_part_of FOREIGN KEY (user_id)
		REFERENCES avatar (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
