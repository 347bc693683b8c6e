-- At commit, once per transaction: audit entries in their chains, one new version an environment, one notification each.
set local lock_timeout = '5s';

-- During the transaction ---------------------------------------------------------------------------------------------

create function burgee.environments_of(of_project uuid)
returns uuid[]
language sql
stable
return coalesce((select array_agg(id order by id) from burgee.environment where project_id = of_project), '{}');
comment on function burgee.environments_of(uuid) is 'Environments of a project.';

create function burgee.environments_naming(of_segment uuid)
returns uuid[]
language sql
stable
return coalesce((
  select array_agg(distinct reference.environment_id)
  from burgee.segments_reaching(of_segment) as reaching (segment_id)
  join burgee.setting_reference reference on reference.segment_id = reaching.segment_id
  join burgee.flag on flag.id = reference.flag_id
  where flag.archived_at is null
), '{}');
comment on function burgee.environments_naming(uuid) is 'Environments whose ruleset holds a segment, named by a flag or through other segments.';

create function burgee.operation_of(op text, was jsonb, becomes jsonb)
returns text
language sql
immutable
return case
  when op = 'UPDATE' and was ->> 'archived_at' is null and becomes ->> 'archived_at' is not null then 'archive'
  else lower(op)
end;
comment on function burgee.operation_of(text, jsonb, jsonb) is 'What an audit entry calls a change.';

create function burgee.explains_switching_off(change burgee.audit_pending)
returns boolean
language sql
stable
return change.subject = 'flag_setting' and not (change.after -> 'enabled')::boolean and burgee.reason() is not null;
comment on function burgee.explains_switching_off(burgee.audit_pending)
is 'A reason given for a setting that is off already: nothing changes but what the audit log knows.';

create function burgee.note_change(change burgee.audit_pending)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  who record;
begin
  if change.before = change.after then
    if not burgee.explains_switching_off(change) then
      return;
    end if;
    change.changes_version := '{}';
  end if;
  select * into who from burgee.actor();
  insert into burgee.audit_pending (
    project_id, environment_id, changes_version, actor, member_id, door, db_login, claim, reason, emergency,
    subject, subject_key, operation, before, after)
  values (
    change.project_id, change.environment_id, coalesce(change.changes_version, '{}'),
    who.name, who.member_id, who.door, who.login, nullif(who.claim, '{}'), burgee.reason(), coalesce(change.emergency, false),
    change.subject, change.subject_key, burgee.operation_of(change.operation, change.before, change.after), change.before, change.after);
end
$$;
comment on function burgee.note_change(burgee.audit_pending) is 'Keeps a change until commit; only triggers call it.';
revoke execute on function burgee.note_change(burgee.audit_pending) from public;

create function burgee.without_reason(changed_row jsonb)
returns jsonb
language sql
immutable
return changed_row - '{change_reason,version,version_token,audit_head,key_hash}'::text[];
comment on function burgee.without_reason(jsonb) is 'A row as the audit keeps it: no secrets, nothing that the audit itself writes.';

create function burgee.audit_flag()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
begin
  change.project_id := new.project_id;
  change.subject := 'flag';
  change.subject_key := new.key;
  change.operation := tg_op;
  change.before := burgee.without_reason(to_jsonb(old));
  change.after := burgee.without_reason(to_jsonb(new));
  if tg_op = 'INSERT' or burgee.decides(new) is distinct from burgee.decides(old) then
    change.changes_version := burgee.environments_of(new.project_id);
  end if;
  perform burgee.note_change(change);
  return null;
end
$$;
comment on function burgee.audit_flag() is 'A flag is in the ruleset of every environment of its project.';

create trigger _500_audit
after insert or update on burgee.flag
for each row execute function burgee.audit_flag();

create function burgee.audit_setting()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
  is_production boolean;
begin
  select environment.project_id, environment.is_production
  into change.project_id, is_production
  from burgee.environment
  where environment.id = new.environment_id;
  change.environment_id := new.environment_id;
  change.changes_version := array[new.environment_id];
  change.emergency := tg_op = 'UPDATE' and is_production and burgee.is_free_switch(old, new) and burgee.reason() is null;
  change.subject := 'flag_setting';
  select flag.key into change.subject_key from burgee.flag where flag.id = new.flag_id;
  change.operation := tg_op;
  change.before := burgee.without_reason(to_jsonb(old));
  change.after := burgee.without_reason(to_jsonb(new));
  perform burgee.note_change(change);
  return null;
end
$$;
comment on function burgee.audit_setting() is 'A setting is in the ruleset of its environment. Switching off in production without a word is an emergency.';

create trigger _500_audit
after insert or update on burgee.flag_setting
for each row execute function burgee.audit_setting();

create function burgee.audit_segment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
begin
  change.project_id := new.project_id;
  change.changes_version := burgee.environments_naming(new.id);
  change.subject := 'segment';
  change.subject_key := new.key;
  change.operation := tg_op;
  change.before := burgee.without_reason(to_jsonb(old));
  change.after := burgee.without_reason(to_jsonb(new));
  if tg_op = 'INSERT' or (new.semantics, new.conditions) is distinct from (old.semantics, old.conditions) or new.archived_at is distinct from old.archived_at
    or (new.name, new.description) is distinct from (old.name, old.description) then
    perform burgee.note_change(change);
  end if;
  return null;
end
$$;
comment on function burgee.audit_segment() is 'A segment is in the ruleset of the environments whose flags name it. What only counts its members is not told twice.';

create trigger _500_audit
after insert or update on burgee.segment
for each row execute function burgee.audit_segment();

create function burgee.audit_segment_member()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
  of_segment uuid := coalesce(new.segment_id, old.segment_id);
begin
  select segment.project_id, segment.key
  into change.project_id, change.subject_key
  from burgee.segment
  where segment.id = of_segment;
  change.changes_version := burgee.environments_naming(of_segment);
  change.subject := 'segment_member';
  change.operation := tg_op;
  change.before := to_jsonb(old);
  change.after := to_jsonb(new);
  perform burgee.note_change(change);
  return null;
end
$$;
comment on function burgee.audit_segment_member() is 'Who was included or excluded, one entry a key.';

create trigger _500_audit
after insert or update or delete on burgee.segment_member
for each row execute function burgee.audit_segment_member();

create function burgee.audit_api_key()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
begin
  select environment.project_id into change.project_id from burgee.environment where environment.id = new.environment_id;
  change.environment_id := new.environment_id;
  change.changes_version := array[new.environment_id];
  change.subject := 'api_key';
  change.subject_key := new.name;
  change.operation := tg_op;
  change.before := burgee.without_reason(to_jsonb(old)) - 'last_used_at';
  change.after := burgee.without_reason(to_jsonb(new)) - 'last_used_at';
  perform burgee.note_change(change);
  return null;
end
$$;
comment on function burgee.audit_api_key() is 'A new or revoked key is a new version, so that every replica hears of it. Its use is not audited.';

create trigger _500_audit
after insert or update on burgee.api_key
for each row execute function burgee.audit_api_key();

create function burgee.audit_member_role()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
begin
  change.project_id := coalesce(new.project_id, old.project_id);
  change.subject := 'member_role';
  select member.email into change.subject_key from burgee.member where member.id = coalesce(new.member_id, old.member_id);
  change.operation := tg_op;
  change.before := to_jsonb(old);
  change.after := to_jsonb(new);
  perform burgee.note_change(change);
  return null;
end
$$;
comment on function burgee.audit_member_role() is 'Who may what is part of the project''s history.';

create trigger _500_audit
after insert or update or delete on burgee.member_role
for each row execute function burgee.audit_member_role();

create function burgee.audit_project()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  change burgee.audit_pending;
begin
  change.project_id := case tg_table_name when 'project' then new.id else (to_jsonb(new) ->> 'project_id')::uuid end;
  change.subject := tg_table_name;
  change.subject_key := new.key;
  change.operation := tg_op;
  change.before := burgee.without_reason(to_jsonb(old));
  change.after := burgee.without_reason(to_jsonb(new));
  perform burgee.note_change(change);
  return null;
end
$$;
comment on function burgee.audit_project() is 'Projects and environments are part of the project''s history.';

create trigger _500_audit
after insert or update on burgee.project
for each row execute function burgee.audit_project();

create trigger _500_audit
after insert or update on burgee.environment
for each row execute function burgee.audit_project();

-- At commit ----------------------------------------------------------------------------------------------------------

create function burgee.utc_text(instant timestamptz)
returns text
language sql
immutable
return to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
comment on function burgee.utc_text(timestamptz) is 'An instant as RFC 3339 text of UTC with microseconds, whatever the session''s settings.';

create function burgee.canonical_text(entry burgee.audit_entry)
returns text
language sql
immutable
return jsonb_build_object(
  'version', entry.hash_version,
  'project', entry.project_id,
  'environment', entry.environment_id,
  'at', burgee.utc_text(entry.at),
  'actor', entry.actor,
  'member', entry.member_id,
  'door', entry.door,
  'login', entry.db_login,
  'claim', entry.claim,
  'reason', entry.reason,
  'emergency', entry.emergency,
  'subject', entry.subject,
  'key', entry.subject_key,
  'operation', entry.operation,
  'change', encode(sha256(convert_to(
    entry.change_salt || coalesce(entry.before::text, '') || E'\n' || coalesce(entry.after::text, ''), 'UTF8')), 'hex')
)::text;
comment on function burgee.canonical_text(burgee.audit_entry) is 'What is hashed, version 1: the metadata, and of the change a salted hash only.';

create function burgee.chained_hash(previous_hash bytea, canonical text)
returns bytea
language sql
immutable
return sha256(coalesce(previous_hash, '') || convert_to(canonical, 'UTF8'));
comment on function burgee.chained_hash(bytea, text) is 'Hash of an entry over the one before it.';

create function burgee.lock_chains()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform
  from burgee.project
  where project.id in (select project_id from burgee.audit_pending where xid = pg_current_xact_id() and environment_id is null)
  order by project.id
  for no key update;
  perform
  from burgee.environment
  where environment.id in (
    select environment_id from burgee.audit_pending where xid = pg_current_xact_id() and environment_id is not null
    union
    select unnest(changes_version) from burgee.audit_pending where xid = pg_current_xact_id()
  )
  order by environment.id
  for no key update;
end
$$;
comment on function burgee.lock_chains() is 'Locks what the transaction touched, always in the same order, so that commits wait for each other and never for ever.';

create function burgee.entry_of(pending burgee.audit_pending, previous_hash bytea)
returns burgee.audit_entry
language plpgsql
volatile
set search_path = ''
as $$
declare
  entry burgee.audit_entry;
begin
  entry.project_id := pending.project_id;
  entry.environment_id := pending.environment_id;
  entry.at := pending.at;
  entry.actor := pending.actor;
  entry.member_id := pending.member_id;
  entry.door := pending.door;
  entry.db_login := pending.db_login;
  entry.claim := pending.claim;
  entry.reason := pending.reason;
  entry.emergency := pending.emergency;
  entry.subject := pending.subject;
  entry.subject_key := pending.subject_key;
  entry.operation := pending.operation;
  entry.before := pending.before;
  entry.after := pending.after;
  entry.change_salt := replace(gen_random_uuid()::text, '-', '');
  entry.hash_version := 1;
  entry.previous_hash := entry_of.previous_hash;
  entry.canonical := burgee.canonical_text(entry);
  entry.hash := burgee.chained_hash(entry.previous_hash, entry.canonical);
  return entry;
end
$$;
comment on function burgee.entry_of(burgee.audit_pending, bytea) is 'The audit entry of a change, hashed over the one before it.';

create function burgee.append_entry(entry burgee.audit_entry)
returns void
language sql
volatile
begin atomic
  insert into burgee.audit_entry (
    project_id, environment_id, at, actor, member_id, door, db_login, claim, reason, emergency, subject, subject_key, operation,
    before, after, change_salt, canonical, hash_version, previous_hash, hash)
  values (
    entry.project_id, entry.environment_id, entry.at, entry.actor, entry.member_id, entry.door, entry.db_login, entry.claim, entry.reason,
    entry.emergency, entry.subject, entry.subject_key, entry.operation,
    entry.before, entry.after, entry.change_salt, entry.canonical, entry.hash_version, entry.previous_hash, entry.hash);
end;
comment on function burgee.append_entry(burgee.audit_entry) is 'Writes an entry to its chain, whose head is locked.';

create function burgee.chain_entries(of_project uuid, of_environment uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  head bytea;
  pending burgee.audit_pending;
  entry burgee.audit_entry;
begin
  head := case
    when of_environment is null then (select audit_head from burgee.project where id = of_project)
    else (select audit_head from burgee.environment where id = of_environment)
  end;
  for pending in
    select *
    from burgee.audit_pending
    where xid = pg_current_xact_id()
      and project_id = of_project
      and environment_id is not distinct from of_environment
    order by id
  loop
    entry := burgee.entry_of(pending, head);
    perform burgee.append_entry(entry);
    head := entry.hash;
  end loop;
  if of_environment is null then
    update burgee.project set audit_head = head where id = of_project;
  else
    update burgee.environment set audit_head = head where id = of_environment;
  end if;
end
$$;
comment on function burgee.chain_entries(uuid, uuid) is 'Hangs what the transaction changed on one chain, in the order of the changes.';

create function burgee.publish_versions()
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update burgee.environment
  set
    version = version + 1,
    version_token = gen_random_uuid()
  where id in (select unnest(changes_version) from burgee.audit_pending where xid = pg_current_xact_id());

  perform pg_notify('burgee_change', jsonb_build_object('environment', environment.id, 'version', environment.version::text)::text)
  from burgee.environment
  where environment.project_id in (
    select project_id from burgee.audit_pending where xid = pg_current_xact_id() and environment_id is null
  )
  or environment.id in (select unnest(changes_version) from burgee.audit_pending where xid = pg_current_xact_id());
end
$$;
comment on function burgee.publish_versions() is
  'One new version for each environment whose ruleset changed. A change of the project alone is notified with the version that stands.';

create function burgee.seal()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (select from burgee.audit_pending where id = new.id) then
    return null; -- an earlier row of this transaction has done all
  end if;
  perform burgee.lock_chains();
  perform burgee.refuse_cycle((after ->> 'flag_id')::uuid, environment_id)
  from burgee.audit_pending
  where xid = pg_current_xact_id()
    and subject = 'flag_setting'
    and (after -> 'requires' <> 'null' or jsonb_path_exists(after -> 'rules', 'lax $[*].requires'));
  perform burgee.chain_entries(project_id, environment_id)
  from (
    select distinct project_id, environment_id
    from burgee.audit_pending
    where xid = pg_current_xact_id()
  ) as touched;
  perform burgee.publish_versions();
  delete from burgee.audit_pending
  where xid = pg_current_xact_id();
  return null;
end
$$;
comment on function burgee.seal() is 'Runs at commit, once: no lock is held while a transaction is open, and ten thousand rows are one version.';

create constraint trigger _900_seal
after insert on burgee.audit_pending
deferrable initially deferred
for each row execute function burgee.seal();

-- Append-only --------------------------------------------------------------------------------------------------------

create function burgee.refuse_rewriting()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform burgee.refuse('APPEND_ONLY', format('%s is append-only', replace(tg_table_name, '_', ' ')), 'Write a new entry that corrects the old one.');
  return null;
end
$$;
comment on function burgee.refuse_rewriting() is 'Refuses to change what was written, to the owner of the table too.';

create trigger _050_append_only
before update or delete on burgee.audit_entry
for each row execute function burgee.refuse_rewriting();

create trigger _050_append_only_whole
before truncate on burgee.audit_entry
for each statement execute function burgee.refuse_rewriting();

create function burgee.guard_entry()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if pg_trigger_depth() < 2 then
    perform burgee.refuse('APPEND_ONLY', 'audit entries are written by changes, not by hand', 'Make the change; it writes its own entry.');
  end if;
  return new;
end
$$;
comment on function burgee.guard_entry() is 'Refuses entries that no change has made.';

create trigger _060_genuine
before insert on burgee.audit_entry
for each row execute function burgee.guard_entry();

create function burgee.verify_audit(of_project uuid)
returns table (environment_id uuid, entries bigint, head bytea, ok boolean, first_bad bigint)
language sql
stable
begin atomic
  with entry as (
    select
      entry.id,
      entry.environment_id,
      entry.hash,
      entry.previous_hash is not distinct from lag(entry.hash) over chain
        and entry.hash = burgee.chained_hash(entry.previous_hash, entry.canonical)
        and (entry.change_salt is null or entry.canonical = burgee.canonical_text(entry.*)) as ok
    from burgee.audit_entry entry
    where entry.project_id = of_project
    window chain as (partition by entry.environment_id order by entry.id)
  ),
  chain as (
    select null::uuid as environment_id, project.audit_head as head
    from burgee.project
    where project.id = of_project
    union all
    select environment.id, environment.audit_head
    from burgee.environment
    where environment.project_id = of_project
  )
  select
    chain.environment_id,
    count(entry.id),
    (array_agg(entry.hash order by entry.id desc) filter (where entry.id is not null))[1],
    coalesce(bool_and(entry.ok), true)
      and chain.head is not distinct from (array_agg(entry.hash order by entry.id desc) filter (where entry.id is not null))[1],
    min(entry.id) filter (where not entry.ok)
  from chain
  left join entry on entry.environment_id is not distinct from chain.environment_id
  group by chain.environment_id, chain.head;
end;
comment on function burgee.verify_audit(uuid) is
  'Walks each chain of a project: no entry changed, none missing, the last one is the head that the environment or project knows.';
