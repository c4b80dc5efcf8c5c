-- Tables of version 1 as they were made, with rows in them. Never changed.
create table if not exists bearward_migrations (version integer not null primary key, applied_at bigint not null);

create table if not exists bearward_keys (
  id varbinary(256) not null primary key,
  digest varbinary(1020) not null,
  hint varbinary(256) not null,
  name mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  owner varbinary(1020),
  environment varbinary(64),
  scopes mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  metadata mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  created_at bigint not null,
  not_before bigint,
  expires_at bigint,
  disabled_at bigint,
  revoked_at bigint,
  ended_at bigint,
  announced_at bigint,
  rotated_from varbinary(256),
  rotated_to varbinary(256),
  grace_ends_at bigint,
  ends_predecessor bigint not null,
  version bigint not null,
  standing varbinary(64) not null,
  ends_at bigint,
  announce_at bigint,
  unique key bearward_keys_digest (digest),
  key bearward_keys_created (created_at, id),
  key bearward_keys_owner (owner, created_at, id),
  key bearward_keys_environment (environment, created_at, id),
  key bearward_keys_standing (standing, created_at, id),
  key bearward_keys_hint (hint),
  key bearward_keys_begins (not_before),
  key bearward_keys_ends (ends_at, id),
  key bearward_keys_announce (announce_at, id)
) engine = InnoDB;

create table if not exists bearward_key_uses (
  key_id varbinary(256) not null primary key,
  last_used_at bigint not null,
  last_used_from mediumtext character set utf8mb4 collate utf8mb4_bin,
  addresses mediumtext character set utf8mb4 collate utf8mb4_bin not null
) engine = InnoDB;

create table if not exists bearward_audit (
  sequence bigint not null primary key,
  at bigint not null,
  action varbinary(64) not null,
  key_id varbinary(256) not null,
  owner varbinary(1020),
  actor varbinary(1020),
  origin mediumtext character set utf8mb4 collate utf8mb4_bin,
  reason mediumtext character set utf8mb4 collate utf8mb4_bin,
  version bigint not null,
  changes mediumtext character set utf8mb4 collate utf8mb4_bin not null,
  key bearward_audit_key (key_id, sequence),
  key bearward_audit_owner (owner, sequence),
  key bearward_audit_actor (actor, sequence),
  key bearward_audit_action (action, sequence)
) engine = InnoDB;

create table if not exists bearward_outbox (
  sequence bigint not null primary key,
  invalidations mediumtext character set utf8mb4 collate utf8mb4_bin not null
) engine = InnoDB;

create table if not exists bearward_counters (
  name varchar(16) not null primary key,
  value bigint not null
) engine = InnoDB;

insert ignore into bearward_counters (name, value) values ('commits', 0), ('uses', 0);

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
