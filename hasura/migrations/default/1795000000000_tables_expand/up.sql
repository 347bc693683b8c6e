-- The tables of Burgee, and the few functions that their defaults need.
set local lock_timeout = '5s';

create schema burgee;
comment on schema burgee is 'Burgee: feature flags. Every rule about them is a constraint, a trigger or a grant in here.';
grant usage on schema burgee to burgee_api, burgee_hasura;

-- Who and when -------------------------------------------------------------------------------------------------------

create function burgee.login()
returns text
language sql
stable
return coalesce(nullif(current_setting('role'), 'none'), session_user::text);
comment on function burgee.login() is 'The login whose rights count: the one taken by SET ROLE, else the one that connected.';

create function burgee.is_owner()
returns boolean
language sql
stable
return session_user = (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'burgee');
comment on function burgee.is_owner() is 'Whether the session connected as the owner of the schema; SET ROLE neither gives nor takes this.';

create function burgee.now()
returns timestamptz
language sql
stable
return case
  when burgee.is_owner() then coalesce(nullif(current_setting('burgee.now', true), '')::timestamptz, pg_catalog.now())
  else pg_catalog.now()
end;
comment on function burgee.now() is 'Start of the transaction; the owner may fix it with set local burgee.now, for seeds, imports and tests.';

create function burgee.session_vars()
returns jsonb
language sql
stable
return coalesce(nullif(current_setting('hasura.user', true), '')::jsonb, '{}');
comment on function burgee.session_vars() is 'What Hasura and the API say of the caller. A pooled connection answers an empty string where nothing was said.';

create function burgee.is_plain(line text, longest int)
returns boolean
language sql
immutable
return length(line) <= longest and line !~ '[\u0001-\u001f\u007f-\u009f]';
comment on function burgee.is_plain(text, int) is 'Whether a text fits and has no control characters; it may hold anything else, and is shown as text.';

create function burgee.is_prose(prose text, longest int)
returns boolean
language sql
immutable
return length(prose) <= longest and prose !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]';
comment on function burgee.is_prose(text, int) is 'As is_plain, but with line breaks and tabs.';

create function burgee.is_imported_key(key text)
returns boolean
language sql
immutable
return octet_length(key) between 1 and 128 and key !~ '[/\u0001-\u001f\u007f]';
comment on function burgee.is_imported_key(text) is 'Whether a text can be the key of a flag that came from another system.';

create function burgee.is_key(key text)
returns boolean
language sql
immutable
return key ~ '^[a-z0-9._-]{1,128}$';
comment on function burgee.is_key(text) is 'Whether a text has the grammar of keys and of variant names.';

-- Projects and environments ------------------------------------------------------------------------------------------

create table burgee.project (
  id uuid constraint project_pkey primary key default gen_random_uuid(),
  key text not null,
  name text not null,
  stale_after interval not null default '14 days',
  audit_head bytea,
  created_at timestamptz not null default burgee.now(),
  constraint project_key_grammar check (burgee.is_key(key)),
  constraint project_name_plain check (name <> '' and burgee.is_plain(name, 200)),
  constraint project_stale_after_range check (stale_after between '1 hour' and '1000 days')
);
create unique index project_key on burgee.project (lower(key));
comment on table burgee.project is 'A product with flags of its own. audit_head is the last hash of the project''s own audit chain.';
comment on constraint project_pkey on burgee.project is 'One row a project.';
comment on constraint project_key_grammar on burgee.project is 'Keys stand in addresses, code and file names.';
comment on constraint project_name_plain on burgee.project is 'A name is one line.';
comment on constraint project_stale_after_range on burgee.project is 'How long a flag may stay after it was rolled out.';

create table burgee.environment (
  id uuid constraint environment_pkey primary key default gen_random_uuid(),
  project_id uuid not null constraint environment_project references burgee.project (id),
  key text not null,
  name text not null,
  position int not null default 0,
  is_production boolean not null default false,
  requires_approval boolean not null default false,
  version bigint not null default 1,
  version_token uuid not null default gen_random_uuid(),
  audit_head bytea,
  created_at timestamptz not null default burgee.now(),
  constraint environment_key_once unique (project_id, key),
  constraint environment_key_grammar check (key ~ '^[a-z0-9-]{1,64}$'),
  constraint environment_name_plain check (name <> '' and burgee.is_plain(name, 200)),
  constraint environment_version_counts check (version >= 1)
);
comment on table burgee.environment is 'Where flags are decided. version counts its changes, version_token tells a restored past from the present.';
comment on constraint environment_pkey on burgee.environment is 'One row an environment.';
comment on constraint environment_project on burgee.environment is 'An environment belongs to one project.';
comment on constraint environment_key_once on burgee.environment is 'Keys are unique within a project.';
comment on constraint environment_key_grammar on burgee.environment is 'The key is part of API keys, between underscores.';
comment on constraint environment_name_plain on burgee.environment is 'A name is one line.';
comment on constraint environment_version_counts on burgee.environment is 'Versions count from 1.';

-- Flags --------------------------------------------------------------------------------------------------------------

create table burgee.flag (
  id uuid constraint flag_pkey primary key default gen_random_uuid(),
  project_id uuid not null constraint flag_project references burgee.project (id),
  key text not null,
  name text not null default '',
  description text not null default '',
  kind text not null default 'release',
  value_type text not null default 'boolean',
  variants jsonb not null default '{"on": true, "off": false}',
  client_visible boolean not null default false,
  owner text not null default '',
  tags text[] not null default '{}',
  metadata jsonb not null default '{}',
  origin jsonb,
  revision bigint not null default 1,
  change_reason text,
  archived_at timestamptz,
  stale_extended_until timestamptz,
  created_at timestamptz not null default burgee.now(),
  updated_at timestamptz not null default burgee.now(),
  constraint flag_key_once unique (project_id, key),
  constraint flag_key_grammar check (
    case when origin is null then burgee.is_key(key) else burgee.is_imported_key(key) end
  ),
  constraint flag_kind_known check (kind in ('release', 'experiment', 'operational', 'permission')),
  constraint flag_value_type_known check (value_type in ('boolean', 'string', 'integer', 'float', 'object')),
  constraint flag_variants_object check (jsonb_typeof(variants) = 'object'),
  constraint flag_metadata_object check (jsonb_typeof(metadata) = 'object'),
  constraint flag_name_plain check (burgee.is_plain(name, 200)),
  constraint flag_description_prose check (burgee.is_prose(description, 10000)),
  constraint flag_owner_plain check (burgee.is_plain(owner, 200)),
  constraint flag_tags_plain check (cardinality(tags) <= 50 and burgee.is_plain(array_to_string(tags, ' ', ' '), 3000)),
  constraint flag_revision_counts check (revision >= 1),
  constraint flag_change_reason_passes check (change_reason is null)
);
create unique index flag_key_any_case on burgee.flag (project_id, lower(key));
comment on table burgee.flag is 'A flag of a project: what it is, who owns it, which values it can serve. Archived, never deleted: a key is used once.';
comment on column burgee.flag.change_reason is 'Write-only: why. A trigger takes it into the audit entry.';
comment on column burgee.flag.revision is 'Counts changes. An update that names the revision it saw fails when there is a newer one.';
comment on constraint flag_pkey on burgee.flag is 'One row a flag.';
comment on constraint flag_project on burgee.flag is 'A flag belongs to one project.';
comment on constraint flag_key_once on burgee.flag is 'Keys are unique within a project, archived flags included.';
comment on constraint flag_key_grammar on burgee.flag is 'Keys stand in code and addresses; an imported flag keeps the key it had.';
comment on constraint flag_kind_known on burgee.flag is 'release and experiment are temporary, operational and permission stay.';
comment on constraint flag_value_type_known on burgee.flag is 'The five types of OpenFeature.';
comment on constraint flag_variants_object on burgee.flag is 'Variants by name.';
comment on constraint flag_metadata_object on burgee.flag is 'Metadata by name.';
comment on constraint flag_name_plain on burgee.flag is 'A name is one line.';
comment on constraint flag_description_prose on burgee.flag is 'At most 10,000 characters, no control characters.';
comment on constraint flag_owner_plain on burgee.flag is 'An owner is one line.';
comment on constraint flag_tags_plain on burgee.flag is 'At most 50 tags, 3,000 characters together.';
comment on constraint flag_revision_counts on burgee.flag is 'Revisions count from 1.';
comment on constraint flag_change_reason_passes on burgee.flag is 'The reason is taken into the audit entry and never stays in the row.';

create table burgee.flag_setting (
  flag_id uuid not null constraint flag_setting_flag references burgee.flag (id),
  environment_id uuid not null constraint flag_setting_environment references burgee.environment (id),
  enabled boolean not null default false,
  off_variant text,
  requires jsonb,
  rules jsonb,
  default_serve jsonb not null,
  salt text,
  semantics text,
  foreign_rule jsonb,
  revision bigint not null default 1,
  change_reason text,
  settled_at timestamptz,
  settled_value jsonb,
  first_settled_at timestamptz,
  first_enabled_at timestamptz,
  updated_at timestamptz not null default burgee.now(),
  constraint flag_setting_pkey primary key (flag_id, environment_id),
  constraint flag_setting_requires_list check (jsonb_typeof(requires) = 'array'),
  constraint flag_setting_rules_list check (jsonb_typeof(rules) = 'array'),
  constraint flag_setting_salt_plain check (salt <> '' and burgee.is_plain(salt, 256)),
  constraint flag_setting_semantics_known check (
    semantics in ('burgee-1', 'unleash', 'unleash-node', 'growthbook-1', 'growthbook-2', 'flagd-1', 'flagd-2', 'flagd-3')
  ),
  constraint flag_setting_revision_counts check (revision >= 1),
  constraint flag_setting_settled_whole check ((settled_at is null) = (settled_value is null)),
  constraint flag_setting_change_reason_passes check (change_reason is null)
);
create index flag_setting_environment_flags on burgee.flag_setting (environment_id);
comment on table burgee.flag_setting is 'How a flag decides in one environment. SQL null is absent, jsonb null is the default of the code that asks.';
comment on column burgee.flag_setting.settled_at is 'Since when there is exactly one outcome, requirements left aside; in the future while a ramp runs.';
comment on column burgee.flag_setting.first_settled_at is 'When it was settled to something else than its off value for the first time.';
comment on column burgee.flag_setting.first_enabled_at is 'When it was enabled for the first time.';
comment on column burgee.flag_setting.settled_value is 'That outcome; jsonb null is the default of the code that asks.';
comment on column burgee.flag_setting.change_reason is 'Write-only: why. A trigger takes it into the audit entry.';
comment on column burgee.flag_setting.revision is 'Counts changes. An update that names the revision it saw fails when there is a newer one.';
comment on constraint flag_setting_pkey on burgee.flag_setting is 'One setting for each flag in each environment.';
comment on constraint flag_setting_flag on burgee.flag_setting is 'A setting belongs to a flag.';
comment on constraint flag_setting_environment on burgee.flag_setting is 'A setting belongs to an environment.';
comment on constraint flag_setting_requires_list on burgee.flag_setting is 'Requirements are a list or absent.';
comment on constraint flag_setting_rules_list on burgee.flag_setting is 'Rules are a list or absent.';
comment on constraint flag_setting_salt_plain on burgee.flag_setting is 'A salt is one line; absent, the key salts.';
comment on constraint flag_setting_semantics_known on burgee.flag_setting is 'Whose conditions and hashing the flag follows; absent, Burgee''s own.';
comment on constraint flag_setting_revision_counts on burgee.flag_setting is 'Revisions count from 1.';
comment on constraint flag_setting_settled_whole on burgee.flag_setting is 'Settled is an instant and a value, or neither.';
comment on constraint flag_setting_change_reason_passes on burgee.flag_setting is 'The reason is taken into the audit entry and never stays in the row.';

create table burgee.segment (
  id uuid constraint segment_pkey primary key default gen_random_uuid(),
  project_id uuid not null constraint segment_project references burgee.project (id),
  key text not null,
  name text not null default '',
  description text not null default '',
  semantics text,
  conditions jsonb,
  revision bigint not null default 1,
  change_reason text,
  archived_at timestamptz,
  created_at timestamptz not null default burgee.now(),
  updated_at timestamptz not null default burgee.now(),
  constraint segment_key_once unique (project_id, key),
  constraint segment_key_grammar check (burgee.is_key(key)),
  constraint segment_semantics_known check (semantics in ('burgee-1', 'unleash', 'unleash-node')),
  constraint segment_conditions_list check (jsonb_typeof(conditions) = 'array'),
  constraint segment_name_plain check (burgee.is_plain(name, 200)),
  constraint segment_description_prose check (burgee.is_prose(description, 10000)),
  constraint segment_revision_counts check (revision >= 1),
  constraint segment_change_reason_passes check (change_reason is null)
);
comment on table burgee.segment is 'People or things that rules of many flags share: conditions, and keys included or excluded by name.';
comment on column burgee.segment.change_reason is 'Write-only: why. A trigger takes it into the audit entry.';
comment on constraint segment_pkey on burgee.segment is 'One row a segment.';
comment on constraint segment_project on burgee.segment is 'A segment belongs to one project.';
comment on constraint segment_key_once on burgee.segment is 'Keys are unique within a project, archived segments included.';
comment on constraint segment_key_grammar on burgee.segment is 'Same grammar as flag keys.';
comment on constraint segment_semantics_known on burgee.segment is 'Whose conditions it holds; absent, Burgee''s own.';
comment on constraint segment_conditions_list on burgee.segment is 'Conditions are a list or absent.';
comment on constraint segment_name_plain on burgee.segment is 'A name is one line.';
comment on constraint segment_description_prose on burgee.segment is 'At most 10,000 characters, no control characters.';
comment on constraint segment_revision_counts on burgee.segment is 'Revisions count from 1.';
comment on constraint segment_change_reason_passes on burgee.segment is 'The reason is taken into the audit entry and never stays in the row.';

create table burgee.segment_member (
  segment_id uuid not null constraint segment_member_segment references burgee.segment (id),
  targeting_key text not null,
  included boolean not null default true,
  constraint segment_member_pkey primary key (segment_id, targeting_key),
  constraint segment_member_key_fits check (targeting_key <> '' and octet_length(targeting_key) <= 1024)
);
comment on table burgee.segment_member is 'A targeting key that a segment includes, or excludes whatever else says.';
comment on constraint segment_member_pkey on burgee.segment_member is 'A key is included or excluded, not both.';
comment on constraint segment_member_segment on burgee.segment_member is 'A member belongs to a segment.';
comment on constraint segment_member_key_fits on burgee.segment_member is 'Targeting keys have 1 to 1,024 bytes.';

create table burgee.setting_reference (
  flag_id uuid not null,
  environment_id uuid not null,
  kind text not null,
  required_flag_id uuid constraint setting_reference_required_flag references burgee.flag (id),
  variant text,
  segment_id uuid constraint setting_reference_segment references burgee.segment (id),
  constraint setting_reference_setting foreign key (flag_id, environment_id) references burgee.flag_setting (flag_id, environment_id),
  constraint setting_reference_once unique nulls not distinct (flag_id, environment_id, kind, required_flag_id, variant, segment_id),
  constraint setting_reference_shape check (
    case kind
      when 'flag' then required_flag_id is not null and variant is null and segment_id is null
      when 'parent' then required_flag_id is not null and variant is null and segment_id is null
      when 'variant' then required_flag_id is not null and variant is not null and segment_id is null
      when 'segment' then required_flag_id is null and variant is null and segment_id is not null
      else false
    end
  )
);
create index setting_reference_required on burgee.setting_reference (required_flag_id) where required_flag_id is not null;
create index setting_reference_segments on burgee.setting_reference (segment_id) where segment_id is not null;
comment on table burgee.setting_reference is 'What a setting names: flags that it requires, variants of these, segments. Written by a trigger; read it for dependents.';
comment on column burgee.setting_reference.kind is
  'flag, variant and segment are there, or the setting is refused; a parent is named in the form of another system, which does without it.';
comment on constraint setting_reference_setting on burgee.setting_reference is 'A reference stands in a setting.';
comment on constraint setting_reference_once on burgee.setting_reference is 'However often a setting names it.';
comment on constraint setting_reference_shape on burgee.setting_reference is 'Each kind fills its own columns.';
comment on constraint setting_reference_required_flag on burgee.setting_reference is 'What is required is there.';
comment on constraint setting_reference_segment on burgee.setting_reference is 'What is named is there.';

create table burgee.segment_reference (
  segment_id uuid not null constraint segment_reference_segment references burgee.segment (id),
  named_segment_id uuid not null constraint segment_reference_named_segment references burgee.segment (id),
  constraint segment_reference_pkey primary key (segment_id, named_segment_id)
);
create index segment_reference_named on burgee.segment_reference (named_segment_id);
comment on table burgee.segment_reference is 'Segments that the conditions of a segment name. Written by a trigger; read it for dependents.';
comment on constraint segment_reference_segment on burgee.segment_reference is 'A reference stands in a segment.';
comment on constraint segment_reference_named_segment on burgee.segment_reference is 'What is named is there.';
comment on constraint segment_reference_pkey on burgee.segment_reference is 'However often a segment names it.';

-- People and keys ----------------------------------------------------------------------------------------------------

create table burgee.member (
  id uuid constraint member_pkey primary key default gen_random_uuid(),
  email text not null,
  name text not null,
  password_hash text,
  created_at timestamptz not null default burgee.now(),
  disabled_at timestamptz,
  constraint member_email_shape check (email ~ '^[^@\s[:cntrl:]]+@[^@\s[:cntrl:]]+$' and length(email) <= 254),
  constraint member_name_plain check (name <> '' and burgee.is_plain(name, 200))
);
create unique index member_email on burgee.member (lower(email));
comment on table burgee.member is 'A person who works with flags. Disabled, never deleted: audit entries name them.';
comment on constraint member_pkey on burgee.member is 'One row a person.';
comment on constraint member_email_shape on burgee.member is 'An e-mail address, such as operator@localhost.';
comment on constraint member_name_plain on burgee.member is 'A name is one line.';

create table burgee.member_role (
  member_id uuid not null constraint member_role_member references burgee.member (id),
  project_id uuid not null constraint member_role_project references burgee.project (id),
  role text not null,
  constraint member_role_pkey primary key (member_id, project_id),
  constraint member_role_known check (role in ('viewer', 'developer', 'product_owner', 'admin'))
);
create index member_role_project_members on burgee.member_role (project_id);
comment on table burgee.member_role is 'What a person may do in a project. A change acts at once.';
comment on constraint member_role_pkey on burgee.member_role is 'One role a person in a project.';
comment on constraint member_role_member on burgee.member_role is 'A role is somebody''s.';
comment on constraint member_role_project on burgee.member_role is 'A role counts in a project.';
comment on constraint member_role_known on burgee.member_role is 'Each role may do what the one before it may, and more.';

create table burgee.access_token (
  id uuid constraint access_token_pkey primary key default gen_random_uuid(),
  member_id uuid not null constraint access_token_member references burgee.member (id),
  kind text not null,
  name text not null default '',
  token_hash bytea not null constraint access_token_once unique,
  created_at timestamptz not null default burgee.now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint access_token_kind_known check (kind in ('cli', 'session')),
  constraint access_token_name_plain check (burgee.is_plain(name, 200)),
  constraint access_token_hash_sha256 check (octet_length(token_hash) = 32)
);
create index access_token_of_member on burgee.access_token (member_id);
comment on table burgee.access_token is 'A person''s sign-in in a browser, or on a command line. Only the hash is kept.';
comment on constraint access_token_pkey on burgee.access_token is 'One row a token.';
comment on constraint access_token_member on burgee.access_token is 'A token is somebody''s.';
comment on constraint access_token_once on burgee.access_token is 'A token is found by its hash.';
comment on constraint access_token_kind_known on burgee.access_token is 'Browser session or command line.';
comment on constraint access_token_name_plain on burgee.access_token is 'A name is one line.';
comment on constraint access_token_hash_sha256 on burgee.access_token is 'SHA-256 of the whole text.';

create table burgee.api_key (
  id uuid constraint api_key_pkey primary key default gen_random_uuid(),
  environment_id uuid not null constraint api_key_environment references burgee.environment (id),
  kind text not null,
  name text not null,
  key_hash bytea not null constraint api_key_once unique,
  key_prefix text not null,
  created_by text,
  created_at timestamptz not null default burgee.now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz,
  constraint api_key_kind_known check (kind in ('client', 'server', 'relay')),
  constraint api_key_name_plain check (name <> '' and burgee.is_plain(name, 100)),
  constraint api_key_hash_sha256 check (octet_length(key_hash) = 32),
  constraint api_key_prefix_short check (key_prefix ~ '^[0-9A-Za-z]{8}$'),
  constraint api_key_expires_later check (expires_at > created_at)
);
create index api_key_of_environment on burgee.api_key (environment_id);
comment on table burgee.api_key is 'What an application identifies itself with. Only the hash and the first 8 characters of the random part are kept.';
comment on constraint api_key_pkey on burgee.api_key is 'One row a key.';
comment on constraint api_key_environment on burgee.api_key is 'A key opens one environment.';
comment on constraint api_key_once on burgee.api_key is 'A key is found by its hash.';
comment on constraint api_key_kind_known on burgee.api_key is 'client: decisions only; server: rulesets; relay: rulesets and hashes of client keys.';
comment on constraint api_key_name_plain on burgee.api_key is 'A name is one line of at most 100 characters.';
comment on constraint api_key_hash_sha256 on burgee.api_key is 'SHA-256 of the whole text.';
comment on constraint api_key_prefix_short on burgee.api_key is 'Enough to recognise a key, too little to guess it.';
comment on constraint api_key_expires_later on burgee.api_key is 'A key is valid at first.';

create table burgee.setup_link (
  singleton boolean constraint setup_link_pkey primary key default true,
  token_hash bytea not null,
  expires_at timestamptz not null,
  constraint setup_link_one check (singleton),
  constraint setup_link_hash_sha256 check (octet_length(token_hash) = 32)
);
comment on table burgee.setup_link is 'The link that makes the first administrator.';
comment on constraint setup_link_pkey on burgee.setup_link is 'There is at most one.';
comment on constraint setup_link_one on burgee.setup_link is 'There is at most one.';
comment on constraint setup_link_hash_sha256 on burgee.setup_link is 'SHA-256 of the whole text.';

create table burgee.trusted_login (
  login text constraint trusted_login_pkey primary key
);
insert into burgee.trusted_login (login)
values ('burgee_api'), ('burgee_hasura');
comment on table burgee.trusted_login is 'Database logins that are believed when they say for whom they act.';
comment on constraint trusted_login_pkey on burgee.trusted_login is 'One row a login.';

-- Audit --------------------------------------------------------------------------------------------------------------

create table burgee.audit_entry (
  id bigint generated always as identity constraint audit_entry_pkey primary key,
  project_id uuid not null constraint audit_entry_project references burgee.project (id),
  environment_id uuid constraint audit_entry_environment references burgee.environment (id),
  at timestamptz not null,
  actor text not null,
  member_id uuid constraint audit_entry_member references burgee.member (id),
  door text not null,
  db_login text not null,
  claim jsonb,
  reason text,
  emergency boolean not null default false,
  subject text not null,
  subject_key text not null,
  operation text not null,
  before jsonb,
  after jsonb,
  change_salt text,
  canonical text not null,
  hash_version int not null default 1,
  previous_hash bytea,
  hash bytea not null,
  constraint audit_entry_one_chain unique nulls not distinct (project_id, environment_id, previous_hash),
  constraint audit_entry_door_known check (door in ('api', 'ui', 'cli', 'job', 'hasura', 'sql')),
  constraint audit_entry_subject_known check (subject in
    ('flag', 'flag_setting', 'segment', 'segment_member', 'api_key', 'member_role', 'environment', 'project')),
  constraint audit_entry_operation_known check (operation in ('insert', 'update', 'delete', 'archive'))
);
create index audit_entry_of_subject on burgee.audit_entry (project_id, subject_key, id);
create index audit_entry_of_chain on burgee.audit_entry (project_id, environment_id, id);
create index audit_entry_in_time on burgee.audit_entry (project_id, at);
comment on table burgee.audit_entry is 'Who changed what, when, through which door and why; append-only, each entry hashed with the one before it.';
comment on column burgee.audit_entry.canonical is 'The text that was hashed: the metadata and a salted hash of the change, so that the change can be redacted.';
comment on column burgee.audit_entry.environment_id is 'Whose chain the entry is in; absent, the project''s own.';
comment on constraint audit_entry_pkey on burgee.audit_entry is 'Within a chain, ascending in order of commit.';
comment on constraint audit_entry_project on burgee.audit_entry is 'An entry belongs to a project.';
comment on constraint audit_entry_environment on burgee.audit_entry is 'An entry may belong to an environment.';
comment on constraint audit_entry_member on burgee.audit_entry is 'Members are disabled, never deleted.';
comment on constraint audit_entry_one_chain on burgee.audit_entry is 'No two entries follow the same one.';
comment on constraint audit_entry_door_known on burgee.audit_entry is 'Where the change came in.';
comment on constraint audit_entry_subject_known on burgee.audit_entry is 'What is audited.';
comment on constraint audit_entry_operation_known on burgee.audit_entry is 'What happened to it.';

create unlogged table burgee.audit_pending (
  id bigint generated always as identity constraint audit_pending_pkey primary key,
  xid xid8 not null default pg_current_xact_id(),
  project_id uuid not null,
  environment_id uuid,
  changes_version uuid[] not null,
  at timestamptz not null default burgee.now(),
  actor text not null,
  member_id uuid,
  door text not null,
  db_login text not null,
  claim jsonb,
  reason text,
  emergency boolean not null default false,
  subject text not null,
  subject_key text not null,
  operation text not null,
  before jsonb,
  after jsonb
);
create index audit_pending_of_transaction on burgee.audit_pending (xid);
comment on table burgee.audit_pending is 'Changes of running transactions; at commit they become audit entries. Nobody ever sees a row here from outside.';
comment on column burgee.audit_pending.changes_version is 'Environments whose ruleset the change touches.';
comment on constraint audit_pending_pkey on burgee.audit_pending is 'Order of the changes within a transaction.';

-- What applications report -------------------------------------------------------------------------------------------

create table burgee.flag_exposure (
  flag_id uuid constraint flag_exposure_flag references burgee.flag (id),
  flag_key text not null,
  environment_id uuid not null constraint flag_exposure_environment references burgee.environment (id),
  variant text,
  application text not null default '',
  hour timestamptz not null,
  source text not null,
  count bigint not null,
  through_client_key boolean not null default false,
  constraint flag_exposure_once unique nulls not distinct (environment_id, flag_key, variant, application, source, hour),
  constraint flag_exposure_source_known check (source in ('used', 'delivered')),
  constraint flag_exposure_counts check (count > 0),
  constraint flag_exposure_whole_hour check (hour = date_trunc('hour', hour, 'UTC'))
) partition by range (hour);
create table burgee.flag_exposure_default partition of burgee.flag_exposure default;
create index flag_exposure_last_use on burgee.flag_exposure (flag_id, source, hour desc);
comment on table burgee.flag_exposure is 'How often which variant was used by code, or delivered in bulk, by the hour.';
comment on column burgee.flag_exposure.variant is 'Absent: the default of the code, or a value without a name.';
comment on column burgee.flag_exposure.through_client_key is 'Counted by a browser: anybody can send that, so it never holds anything up.';
comment on constraint flag_exposure_flag on burgee.flag_exposure is 'The flag, as far as it exists.';
comment on constraint flag_exposure_environment on burgee.flag_exposure is 'Where it was decided.';
comment on constraint flag_exposure_once on burgee.flag_exposure is 'Counts of the same hour are added up.';
comment on constraint flag_exposure_source_known on burgee.flag_exposure is 'Rules about flags read used only.';
comment on constraint flag_exposure_counts on burgee.flag_exposure is 'Something was counted.';
comment on constraint flag_exposure_whole_hour on burgee.flag_exposure is 'Hours of UTC.';
comment on table burgee.flag_exposure_default is 'Hours for which no month has been made.';

create table burgee.exposure_batch (
  batch_id uuid constraint exposure_batch_pkey primary key,
  received_at timestamptz not null default burgee.now()
);
comment on table burgee.exposure_batch is 'Batches received, so that one that is sent again is not counted again.';
comment on constraint exposure_batch_pkey on burgee.exposure_batch is 'A batch counts once.';

create table burgee.unknown_flag (
  environment_id uuid not null constraint unknown_flag_environment references burgee.environment (id),
  flag_key text not null,
  application text not null default '',
  first_seen timestamptz not null default burgee.now(),
  last_seen timestamptz not null default burgee.now(),
  count bigint not null default 1,
  constraint unknown_flag_pkey primary key (environment_id, flag_key, application),
  constraint unknown_flag_key_fits check (burgee.is_plain(flag_key, 128)),
  constraint unknown_flag_application_fits check (burgee.is_plain(application, 200))
);
comment on table burgee.unknown_flag is 'Flags that code asked for and that are not there.';
comment on constraint unknown_flag_pkey on burgee.unknown_flag is 'One row a key and application.';
comment on constraint unknown_flag_environment on burgee.unknown_flag is 'Where it was asked for.';
comment on constraint unknown_flag_key_fits on burgee.unknown_flag is 'One line of at most 128 characters.';
comment on constraint unknown_flag_application_fits on burgee.unknown_flag is 'One line of at most 200 characters.';

create table burgee.code_reference (
  flag_id uuid not null constraint code_reference_flag references burgee.flag (id),
  repository text not null,
  path text not null,
  line int not null,
  commit text not null,
  seen_at timestamptz not null default burgee.now(),
  constraint code_reference_pkey primary key (flag_id, repository, path, line),
  constraint code_reference_plain check (burgee.is_plain(repository, 500) and burgee.is_plain(path, 1000) and burgee.is_plain(commit, 64)),
  constraint code_reference_line_counts check (line >= 1)
);
comment on table burgee.code_reference is 'Where code names a flag, as the last build saw it.';
comment on constraint code_reference_pkey on burgee.code_reference is 'One row a line.';
comment on constraint code_reference_flag on burgee.code_reference is 'The flag that is named.';
comment on constraint code_reference_plain on burgee.code_reference is 'Each is one line.';
comment on constraint code_reference_line_counts on burgee.code_reference is 'Lines count from 1.';

-- Reports ------------------------------------------------------------------------------------------------------------

create table burgee.stale_report (
  id uuid constraint stale_report_pkey primary key default gen_random_uuid(),
  project_id uuid not null constraint stale_report_project references burgee.project (id),
  kind text not null,
  period date not null,
  as_of timestamptz not null,
  created_at timestamptz not null default burgee.now(),
  body jsonb not null,
  constraint stale_report_once unique (project_id, kind, period),
  constraint stale_report_kind_known check (kind in ('daily', 'monthly')),
  constraint stale_report_month_begins check (kind <> 'monthly' or extract(day from period) = 1)
);
comment on table burgee.stale_report is 'A filed report: what it says is never changed afterwards.';
comment on column burgee.stale_report.period is 'The day, or the first day of the month, that the report is about.';
comment on constraint stale_report_pkey on burgee.stale_report is 'One row a report.';
comment on constraint stale_report_project on burgee.stale_report is 'A report is about one project.';
comment on constraint stale_report_once on burgee.stale_report is 'One report a project and period, however many workers try.';
comment on constraint stale_report_kind_known on burgee.stale_report is 'Daily or monthly.';
comment on constraint stale_report_month_begins on burgee.stale_report is 'A month is named by its first day.';

create table burgee.stale_finding (
  report_id uuid not null constraint stale_finding_report references burgee.stale_report (id),
  flag_id uuid not null constraint stale_finding_flag references burgee.flag (id),
  flag_key text not null,
  finding text not null,
  since timestamptz not null,
  days int not null,
  owner text not null,
  detail jsonb not null default '{}',
  constraint stale_finding_pkey primary key (report_id, flag_id, finding),
  constraint stale_finding_known check (finding in ('stale', 'concluded_off', 'stuck', 'unknown', 'ready_to_archive', 'abandoned', 'kind_changed'))
);
create index stale_finding_of_flag on burgee.stale_finding (flag_id);
comment on table burgee.stale_finding is 'What a report found about a flag.';
comment on constraint stale_finding_pkey on burgee.stale_finding is 'Each finding once a flag and report.';
comment on constraint stale_finding_report on burgee.stale_finding is 'A finding stands in a report.';
comment on constraint stale_finding_flag on burgee.stale_finding is 'A finding is about a flag.';
comment on constraint stale_finding_known on burgee.stale_finding is 'Kinds of findings; only stale means overdue.';
