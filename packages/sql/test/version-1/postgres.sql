-- Tables of version 1 as they were made, with rows in them. Never changed.
create table if not exists bearward_migrations (version integer not null primary key, applied_at bigint not null);

create table bearward_keys (
  id varchar(64) collate "C" not null primary key,
  digest varchar(255) collate "C" not null,
  hint varchar(64) collate "C" not null,
  name text not null,
  owner varchar(255) collate "C",
  environment varchar(16) collate "C",
  scopes text not null,
  metadata text not null,
  created_at bigint not null,
  not_before bigint,
  expires_at bigint,
  disabled_at bigint,
  revoked_at bigint,
  ended_at bigint,
  announced_at bigint,
  rotated_from varchar(64) collate "C",
  rotated_to varchar(64) collate "C",
  grace_ends_at bigint,
  ends_predecessor bigint not null,
  version bigint not null,
  standing varchar(16) collate "C" not null,
  ends_at bigint,
  announce_at bigint
);

create unique index bearward_keys_digest on bearward_keys (digest);

create index bearward_keys_created on bearward_keys (created_at, id);

create index bearward_keys_owner on bearward_keys (owner, created_at, id);

create index bearward_keys_environment on bearward_keys (environment, created_at, id);

create index bearward_keys_standing on bearward_keys (standing, created_at, id);

create index bearward_keys_hint on bearward_keys (hint);

create index bearward_keys_begins on bearward_keys (not_before);

create index bearward_keys_ends on bearward_keys (ends_at, id);

create index bearward_keys_announce on bearward_keys (announce_at, id);

create table bearward_key_uses (
  key_id varchar(64) collate "C" not null primary key,
  last_used_at bigint not null,
  last_used_from text,
  addresses text not null
);

create table bearward_audit (
  sequence bigint not null primary key,
  at bigint not null,
  action varchar(16) collate "C" not null,
  key_id varchar(64) collate "C" not null,
  owner varchar(255) collate "C",
  actor varchar(255) collate "C",
  origin text,
  reason text,
  version bigint not null,
  changes text not null
);

create index bearward_audit_key on bearward_audit (key_id, sequence);

create index bearward_audit_owner on bearward_audit (owner, sequence);

create index bearward_audit_actor on bearward_audit (actor, sequence);

create index bearward_audit_action on bearward_audit (action, sequence);

create table bearward_outbox (
  sequence bigint not null primary key,
  invalidations text not null
);

create table bearward_counters (
  name varchar(16) not null primary key,
  value bigint not null
);

insert into bearward_counters (name, value) values ('commits', 0), ('uses', 0);

insert into bearward_migrations (version, applied_at) values (1, 1800000000000);

insert into bearward_keys (id, digest, hint, name, owner, environment, scopes, metadata, created_at, not_before, expires_at, disabled_at, revoked_at, ended_at, announced_at, rotated_from, rotated_to, grace_ends_at, ends_predecessor, version, standing, ends_at, announce_at) values ('key_live', 'c70e510c94ae8931ddd6acd688f9476f9852aba7839d96d82d5f93f6790e6931', 'acme_bVFC…', 'CI', 'acct_1', null, '["posts:read"]', '{"team":"ü"}', 1800000000000, null, null, null, null, null, null, null, null, null, 0, 2, 'open', null, null);

insert into bearward_keys (id, digest, hint, name, owner, environment, scopes, metadata, created_at, not_before, expires_at, disabled_at, revoked_at, ended_at, announced_at, rotated_from, rotated_to, grace_ends_at, ends_predecessor, version, standing, ends_at, announce_at) values ('key_gone', 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 'acme_gone…', '', 'acct_1', null, '[]', '{}', 1800000000001, null, null, null, 1800000000002, null, null, null, null, null, 0, 2, 'revoked', null, null);

insert into bearward_key_uses (key_id, last_used_at, last_used_from, addresses) values ('key_live', 1800000000500, '192.0.2.1', '["192.0.2.2","192.0.2.1"]');

insert into bearward_audit (sequence, at, action, key_id, owner, actor, origin, reason, version, changes) values (1, 1800000000001, 'issued', 'key_live', 'acct_1', 'alice', null, null, 1, '{}');

insert into bearward_audit (sequence, at, action, key_id, owner, actor, origin, reason, version, changes) values (2, 1800000000002, 'issued', 'key_gone', 'acct_1', 'alice', null, null, 1, '{}');

insert into bearward_audit (sequence, at, action, key_id, owner, actor, origin, reason, version, changes) values (3, 1800000000003, 'updated', 'key_live', 'acct_1', 'alice', null, null, 2, '{}');

insert into bearward_audit (sequence, at, action, key_id, owner, actor, origin, reason, version, changes) values (4, 1800000000004, 'revoked', 'key_gone', 'acct_1', 'alice', null, null, 2, '{}');

insert into bearward_outbox (sequence, invalidations) values (4, '[{"id":"key_gone"}]');

update bearward_counters set value = 4 where name = 'commits';
