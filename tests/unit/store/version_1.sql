-- A customer database as the first version of the schema was written, with its customers:
--   alice            password "correct horse", kept for CRAM-MD5 too; linger 90 s; example.com, example.org
--   bob@example.net  password "battery staple"; disabled; example.net
--   carl             password "no domain"
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE odmr_schema (version INTEGER NOT NULL);
INSERT INTO odmr_schema VALUES(1);
CREATE TABLE customer ( name            VARCHAR(64) NOT NULL PRIMARY KEY, enabled         INTEGER     NOT NULL CHECK (enabled IN (0, 1)), linger          BIGINT      CHECK (linger >= 0), scram_sha1      VARCHAR(255), scram_sha256    VARCHAR(255), cram_md5_secret VARCHAR(4096));
INSERT INTO customer VALUES('alice',1,90,'SCRAM-SHA-1$10000:N0dFu1KYK9v3b4mU0BaKxQ==$iaEJirEZ6Bknpota5tejyJz+44A=:vUGkd7KbwDf8ZJDhpV89H8G6UTg=','SCRAM-SHA-256$10000:G7bFxB8D4+Df0lU3IYCR8A==$6qnPNa1LI0+FsgcFb02mwDBrr1oE0ctDQQ7SnSat5pQ=:kE1FO3eEKvdyfi1JPRsj4mOOQzvs6I+Lq9iINpv3S18=','correct horse');
INSERT INTO customer VALUES('bob@example.net',0,NULL,'SCRAM-SHA-1$10000:unwz38/TNY/gV8NCEdhPFA==$vlPgBz2Uowli89X+m9eILGBl+oU=:nmZ8drY8MehJ8BWwCMHC1Ie+i2s=','SCRAM-SHA-256$10000:SESwqRGANNBngwNkiHqYPg==$bXud7HaatHf5rZGfzA17itdLd6Faz2WUlo78dfce63s=:8JSD7/Zbi4urD4Esiect9d9tF39mMjuR9j048fMYvP0=',NULL);
INSERT INTO customer VALUES('carl',1,NULL,'SCRAM-SHA-1$10000:yBg/cWxsVjwXe1hICJnAGw==$lD2rKUEeWJHcfQ2VeyJNnK4BG1k=:1gygogLO+p8UTjqy0arLhuv2MLk=','SCRAM-SHA-256$10000:xPknZjxEs3OTfkphSsYCCw==$hnnpPfxL5I1zjCshQNz71CtAaWL0m5pFnqHEFUHi9XY=:0Ox9cdUKbV74m8hwq7VCdewbqxu4qfEyRuLQtLi5yvo=',NULL);
CREATE TABLE domain ( name     VARCHAR(253) NOT NULL PRIMARY KEY, customer VARCHAR(64)  NOT NULL REFERENCES customer (name) ON DELETE CASCADE);
INSERT INTO domain VALUES('example.org','alice');
INSERT INTO domain VALUES('example.com','alice');
INSERT INTO domain VALUES('example.net','bob@example.net');
CREATE INDEX domain_customer ON domain (customer);
COMMIT;
