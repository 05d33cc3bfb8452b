-- Realms, users, sessions, links, keys and the outbox. Ids are UUIDv7 in
-- BINARY(16), instants DATETIME(6) in UTC. Forward only.

CREATE TABLE realm (
	id BINARY(16) NOT NULL PRIMARY KEY,
	name VARCHAR(64) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	UNIQUE KEY realm_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- The three that are always there; src/model/realm.c has the same ids.
INSERT INTO realm (id, name, created_at) VALUES
	(X'00000000000070008000000000000001', 'main', UTC_TIMESTAMP(6)),
	(X'00000000000070008000000000000002', 'auctoritas', UTC_TIMESTAMP(6)),
	(X'00000000000070008000000000000003', 'platform', UTC_TIMESTAMP(6));

-- The keys of e-mail and username are what is compared, as bytes; both are
-- NULL once the account is deleted, which frees them at once.
CREATE TABLE user (
	id BINARY(16) NOT NULL PRIMARY KEY,
	realm_id BINARY(16) NOT NULL,
	email VARCHAR(254) NOT NULL,
	email_key VARBINARY(512) NULL,
	email_verified_at DATETIME(6) NULL,
	username VARCHAR(50) NULL,
	username_key VARBINARY(50) NULL,
	password VARCHAR(256) NULL,
	password_changed_at DATETIME(6) NULL,
	first_name VARCHAR(100) NULL,
	last_name VARCHAR(100) NULL,
	display_name VARCHAR(200) NULL,
	bio VARCHAR(1000) NULL,
	phone_number VARCHAR(20) NULL,
	phone_verified_at DATETIME(6) NULL,
	profile_image_url VARCHAR(2048) NULL,
	timezone VARCHAR(50) NOT NULL DEFAULT 'UTC',
	locale VARCHAR(35) NOT NULL DEFAULT 'en-US',
	organization VARCHAR(200) NULL,
	plan VARCHAR(20) NOT NULL DEFAULT 'free',
	plan_wish VARCHAR(20) NULL,
	user_metadata MEDIUMTEXT NULL,
	status VARCHAR(16) NOT NULL DEFAULT 'active',
	suspended_until DATETIME(6) NULL,
	suspended_reason VARCHAR(500) NULL,
	is_admin BOOLEAN NOT NULL DEFAULT FALSE,
	mfa_enabled BOOLEAN NOT NULL DEFAULT FALSE,
	lock_epoch INT NOT NULL DEFAULT 0,
	created_at DATETIME(6) NOT NULL,
	updated_at DATETIME(6) NOT NULL,
	last_sign_in_at DATETIME(6) NULL,
	deleted_at DATETIME(6) NULL,
	UNIQUE KEY user_email (realm_id, email_key),
	UNIQUE KEY user_username (realm_id, username_key),
	KEY user_created (realm_id, created_at, id),
	CONSTRAINT user_realm FOREIGN KEY (realm_id) REFERENCES realm (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a refresh token is checked against: salt and counter; no token is
-- stored. The lifetimes are those of the realm at sign-in.
CREATE TABLE session (
	id BINARY(16) NOT NULL PRIMARY KEY,
	user_id BINARY(16) NOT NULL,
	realm_id BINARY(16) NOT NULL,
	salt BINARY(16) NOT NULL,
	counter INT UNSIGNED NOT NULL DEFAULT 0,
	adopted_at DATETIME(6) NOT NULL,
	keeps_refresh BOOLEAN NOT NULL DEFAULT FALSE,
	access_ttl_s INT NOT NULL,
	refresh_ttl_s INT NOT NULL,
	idle_s INT NOT NULL,
	auth_time DATETIME(6) NOT NULL,
	amr VARCHAR(64) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	last_active_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	revoked_at DATETIME(6) NULL,
	revoked_reason VARCHAR(32) NULL,
	ip_address VARCHAR(45) NULL,
	user_agent VARCHAR(512) NULL,
	device_info TEXT NULL,
	client_hash BINARY(16) NOT NULL,
	KEY session_user (user_id, last_active_at),
	KEY session_client (user_id, client_hash),
	KEY session_expiry (expires_at),
	CONSTRAINT session_user FOREIGN KEY (user_id) REFERENCES user (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Failed sign-ins in a row, under a keyed hash of who was asked for and
-- whether the client was known, so that accounts need not exist to lock.
CREATE TABLE signin_attempt (
	attempt_key BINARY(32) NOT NULL PRIMARY KEY,
	failures INT NOT NULL,
	pending INT NOT NULL DEFAULT 0,
	last_at DATETIME(6) NOT NULL,
	KEY signin_attempt_last (last_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Single-use links that were mailed; only the hash of the token is kept.
CREATE TABLE link (
	token_hash BINARY(32) NOT NULL PRIMARY KEY,
	realm_id BINARY(16) NOT NULL,
	user_id BINARY(16) NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	email VARCHAR(254) NOT NULL,
	created_at DATETIME(6) NOT NULL,
	expires_at DATETIME(6) NOT NULL,
	used_at DATETIME(6) NULL,
	KEY link_user (user_id, purpose),
	KEY link_expiry (expires_at),
	CONSTRAINT link_user FOREIGN KEY (user_id) REFERENCES user (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What happened to an account that its owner should know of.
CREATE TABLE event (
	id BINARY(16) NOT NULL PRIMARY KEY,
	realm_id BINARY(16) NOT NULL,
	user_id BINARY(16) NOT NULL,
	session_id BINARY(16) NULL,
	kind VARCHAR(40) NOT NULL,
	ip_address VARCHAR(45) NULL,
	data TEXT NULL,
	created_at DATETIME(6) NOT NULL,
	KEY event_user (user_id, created_at),
	CONSTRAINT event_user FOREIGN KEY (user_id) REFERENCES user (id)
		ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Side effects, written in the transaction that causes them and carried out
-- by the jobs process. sealed holds what the template needs, tokens too.
CREATE TABLE outbox (
	id BINARY(16) NOT NULL PRIMARY KEY,
	channel VARCHAR(16) NOT NULL,
	template VARCHAR(40) NOT NULL,
	recipient VARCHAR(320) NOT NULL,
	locale VARCHAR(35) NOT NULL,
	sealed BLOB NULL,
	created_at DATETIME(6) NOT NULL,
	due_at DATETIME(6) NULL,
	attempts INT NOT NULL DEFAULT 0,
	claimed_by BINARY(16) NULL,
	done_at DATETIME(6) NULL,
	dead_at DATETIME(6) NULL,
	last_error VARCHAR(500) NULL,
	KEY outbox_due (due_at),
	KEY outbox_done (done_at),
	KEY outbox_created (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Signing keys, the private halves sealed under the master key.
CREATE TABLE signing_key (
	id BINARY(16) NOT NULL PRIMARY KEY,
	kid VARCHAR(64) NOT NULL,
	alg VARCHAR(16) NOT NULL,
	sealed BLOB NOT NULL,
	created_at DATETIME(6) NOT NULL,
	signs_from DATETIME(6) NOT NULL,
	signs_until DATETIME(6) NOT NULL,
	verifies_until DATETIME(6) NOT NULL,
	UNIQUE KEY signing_key_kid (kid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Versions of what processes keep a copy of; each node looks now and then.
CREATE TABLE version (
	name VARCHAR(32) NOT NULL PRIMARY KEY,
	number BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO version (name, number) VALUES ('signing_key', 1);
