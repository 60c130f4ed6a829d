CREATE TABLE "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL )
CREATE TABLE "journal_place" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "host" varchar(255) NOT NULL, "repository" varchar(512) NOT NULL )
CREATE TABLE sqlite_sequence(name,seq)
CREATE TABLE "journal_tree" ( "place_id" integer NOT NULL, "reference" varchar(512) NOT NULL, "digest" varbinary_blob(65) NOT NULL, "started_at" integer NOT NULL, "confirmed_at" integer NULL, PRIMARY KEY ("place_id", "reference"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") ) WITHOUT ROWID
CREATE TABLE "journal_blob" ( "place_id" integer NOT NULL, "digest" varbinary_blob(65) NOT NULL, "seen_at" integer NOT NULL, PRIMARY KEY ("place_id", "digest"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") ) WITHOUT ROWID
CREATE TABLE "journal_upload" ( "place_id" integer NOT NULL, "digest" varbinary_blob(65) NOT NULL, "upload_offset" integer NOT NULL, "session" text NOT NULL, "verifier" text NOT NULL, "updated_at" integer NOT NULL, PRIMARY KEY ("place_id", "digest"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") )
CREATE TABLE "journal_seen" ( "place_id" integer NOT NULL, "tag" varchar(512) NOT NULL, "digest" varbinary_blob(65) NOT NULL, "first_seen" integer NOT NULL, "last_seen" integer NOT NULL, PRIMARY KEY ("place_id", "tag", "digest"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") ) WITHOUT ROWID
CREATE TABLE "journal_realm" ( "registry" varchar(255) NOT NULL PRIMARY KEY, "realm" text NOT NULL, "pinned_at" integer NOT NULL )
CREATE UNIQUE INDEX "journal_place_by_name" ON "journal_place" ("host", "repository")
CREATE INDEX "journal_blob_by_digest" ON "journal_blob" ("digest", "seen_at")
CREATE INDEX "journal_upload_by_time" ON "journal_upload" ("updated_at")
CREATE TABLE "journal_host" ( "host" varchar(255) NOT NULL, "fact" varchar(64) NOT NULL, "holds" boolean NOT NULL, "checked_at" integer NOT NULL, PRIMARY KEY ("host", "fact") ) WITHOUT ROWID
CREATE TABLE "journal_belongings" ( "place_id" integer NOT NULL, "digest" varbinary_blob(65) NOT NULL, "fingerprint" varbinary_blob(65) NOT NULL, "checked_at" integer NOT NULL, PRIMARY KEY ("place_id", "digest"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") ) WITHOUT ROWID
CREATE TABLE "run" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "mirror" varchar(255) NOT NULL, "started_at" integer NOT NULL, "ended_at" integer NULL, "outcome" varchar(64) NULL, "images" integer NOT NULL, "copied" integer NOT NULL, "skipped" integer NOT NULL, "deleted" integer NOT NULL, "failed" integer NOT NULL, "blobs" integer NOT NULL, "mounted" integer NOT NULL, "bytes" integer NOT NULL )
CREATE TABLE "run_failure" ( "run_id" integer NOT NULL, "number" integer NOT NULL, "source" text NOT NULL, "target" text NOT NULL, "cause" text NOT NULL, "retryable" boolean NOT NULL, PRIMARY KEY ("run_id", "number"), FOREIGN KEY ("run_id") REFERENCES "run" ("id") )
CREATE TABLE "run_lease" ( "mirror" varchar(255) NOT NULL PRIMARY KEY, "run_id" integer NOT NULL, "owner" varchar(255) NOT NULL, "expires_at" integer NOT NULL, FOREIGN KEY ("run_id") REFERENCES "run" ("id") ) WITHOUT ROWID
CREATE TABLE "condemned_tag" ( "place_id" integer NOT NULL, "tag" varchar(512) NOT NULL, "digest" varbinary_blob(65) NOT NULL, "condemned_at" integer NOT NULL, "reason" text NOT NULL, PRIMARY KEY ("place_id", "tag"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") ) WITHOUT ROWID
CREATE TABLE "deletion" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "run_id" integer NOT NULL, "place_id" integer NOT NULL, "tag" varchar(512) NULL, "digest" varbinary_blob(65) NOT NULL, "media_type" text NOT NULL, "manifest" blob NOT NULL, "deleted_at" integer NOT NULL, FOREIGN KEY ("run_id") REFERENCES "run" ("id"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") )
CREATE INDEX "run_by_mirror" ON "run" ("mirror", "id")
CREATE INDEX "deletion_by_run" ON "deletion" ("run_id", "place_id", "id")
CREATE TABLE "brought_tag" ( "mirror" varchar(255) NOT NULL, "place_id" integer NOT NULL, "tag" varchar(128) NOT NULL, PRIMARY KEY ("mirror", "place_id", "tag"), FOREIGN KEY ("place_id") REFERENCES "journal_place" ("id") ) WITHOUT ROWID
CREATE TABLE "brought_names" ( "mirror" varchar(255) NOT NULL PRIMARY KEY, "fingerprint" varbinary_blob(65) NOT NULL )
CREATE INDEX "brought_tag_by_place" ON "brought_tag" ("place_id", "tag")
CREATE TABLE "journal_child" ( "child" varbinary_blob(65) NOT NULL, "parent" varbinary_blob(65) NOT NULL, PRIMARY KEY ("child", "parent") ) WITHOUT ROWID
CREATE TABLE "journal_kinds" ( "digest" varbinary_blob(65) NOT NULL PRIMARY KEY, "kinds" text NOT NULL ) WITHOUT ROWID
CREATE TABLE "journal_rewritten" ( "rule" varbinary_blob(65) NOT NULL, "digest" varbinary_blob(65) NOT NULL, "rewritten" varbinary_blob(65) NOT NULL, PRIMARY KEY ("rule", "digest") ) WITHOUT ROWID
CREATE INDEX "journal_tree_unfinished" ON "journal_tree" ("place_id", "confirmed_at", "started_at")
