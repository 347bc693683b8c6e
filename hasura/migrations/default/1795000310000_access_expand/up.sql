-- Who may change projects, environments, people and keys; how the first administrator comes in.
set local lock_timeout = '5s';

create function burgee.require_admin_somewhere(deed text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  who record;
begin
  select * into who from burgee.actor();
  if not who.believed or exists (select from burgee.member_role where member_id = who.member_id and role = 'admin') then
    return;
  end if;
  if who.member_id is not null and not exists (select from burgee.project) then
    return; -- the first project
  end if;
  perform burgee.refuse('FORBIDDEN', format('%s may not %s', who.name, deed), 'Ask an admin of any project.');
end
$$;
comment on function burgee.require_admin_somewhere(text) is 'Fails unless the actor is admin of some project.';

-- Projects and environments ------------------------------------------------------------------------------------------

create function burgee.guard_project()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if burgee.inside() then
    return new;
  end if;
  if tg_op = 'INSERT' then
    perform burgee.require_admin_somewhere('create projects');
    perform burgee.require_key(new.key);
    if exists (select from burgee.project other where lower(other.key) = lower(new.key)) then
      perform burgee.refuse_taken('project', new.key, null);
    end if;
    new.created_at := burgee.now();
    new.audit_head := null;
    return new;
  end if;
  if (new.id, new.key) <> (old.id, old.key) then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('the key of project %s never changes', old.key));
  end if;
  perform burgee.require_role(new.id, burgee.admins(), 'change the project');
  new.created_at := old.created_at;
  new.audit_head := old.audit_head;
  return new;
end
$$;
comment on function burgee.guard_project() is 'Who may create and change projects; its chain''s head is not for writing.';

create trigger _050_keep
before delete on burgee.project
for each row execute function burgee.keep('Take away the roles in it.');

create trigger _200_guard
before insert or update on burgee.project
for each row execute function burgee.guard_project();

create function burgee.make_creator_admin()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into burgee.member_role (member_id, project_id, role)
  select member_id, new.id, 'admin'
  from burgee.actor()
  where member_id is not null;
  return null;
end
$$;
comment on function burgee.make_creator_admin() is 'Who creates a project is its admin.';

create trigger _600_creator
after insert on burgee.project
for each row execute function burgee.make_creator_admin();

create function burgee.guard_environment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if burgee.inside() then
    return new;
  end if;
  perform burgee.require_role(new.project_id, burgee.admins(), 'change environments');
  if tg_op = 'INSERT' then
    if new.key is null or new.key !~ '^[a-z0-9-]{1,64}$' then
      perform burgee.refuse('INVALID_KEY', 'key of an environment must be 1 to 64 of a-z 0-9 -', 'Choose another key.');
    end if;
    if exists (select from burgee.environment other where other.project_id = new.project_id and other.key = new.key) then
      perform burgee.refuse_taken('environment', new.key, null);
    end if;
    new.version := 1;
    new.version_token := gen_random_uuid();
    new.audit_head := null;
    new.created_at := burgee.now();
    return new;
  end if;
  if (new.id, new.project_id, new.key) <> (old.id, old.project_id, old.key) then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('the key of environment %s never changes', old.key));
  end if;
  new.version := old.version;
  new.version_token := old.version_token;
  new.audit_head := old.audit_head;
  new.created_at := old.created_at;
  return new;
end
$$;
comment on function burgee.guard_environment() is 'Who may create and change environments; version and head of the chain are not for writing.';

create trigger _050_keep
before delete on burgee.environment
for each row execute function burgee.keep('Revoke its keys.');

create trigger _200_guard
before insert or update on burgee.environment
for each row execute function burgee.guard_environment();

-- Keys ---------------------------------------------------------------------------------------------------------------

create function burgee.guard_api_key()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  project_id uuid;
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(new) - 'last_used_at' = to_jsonb(old) - 'last_used_at' then
      return new;
    end if;
    if to_jsonb(new) - '{name,expires_at,revoked_at,last_used_at}'::text[] <> to_jsonb(old) - '{name,expires_at,revoked_at,last_used_at}'::text[]
      or new.revoked_at is distinct from old.revoked_at and old.revoked_at is not null then
      perform burgee.refuse('NOT_ALLOWED_HERE', format('key %s stays what it is', old.name), 'Create a new key and revoke this one.');
    end if;
  else
    new.created_at := burgee.now();
    new.created_by := (select actor.name from burgee.actor());
  end if;
  select environment.project_id into project_id from burgee.environment where environment.id = new.environment_id;
  perform burgee.require_role(project_id, burgee.admins(), 'create and revoke keys');
  return new;
end
$$;
comment on function burgee.guard_api_key() is 'Who may create and revoke keys; a revoked key stays so.';

create trigger _050_keep
before delete on burgee.api_key
for each row execute function burgee.keep('Revoke it: set revoked_at.');

create trigger _200_guard
before insert or update on burgee.api_key
for each row execute function burgee.guard_api_key();

-- People -------------------------------------------------------------------------------------------------------------

create function burgee.guard_member()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.email := lower(new.email);
  if burgee.inside() or new is not distinct from old then
    return new;
  end if;
  if tg_op = 'INSERT' then
    new.created_at := burgee.now();
    perform burgee.require_admin_somewhere('add people');
    if exists (select from burgee.member other where lower(other.email) = new.email) then
      perform burgee.refuse_taken('member', new.email, null);
    end if;
    return new;
  end if;
  if to_jsonb(new) - '{name,password_hash}'::text[] = to_jsonb(old) - '{name,password_hash}'::text[]
    and new.id = (select member_id from burgee.actor()) then
    return new; -- oneself
  end if;
  if (select believed from burgee.actor()) and new.password_hash is distinct from old.password_hash then
    perform burgee.refuse('FORBIDDEN', 'people set their own password and nobody else''s');
  end if;
  perform burgee.require_admin_somewhere('change people');
  perform burgee.require_role(project_id, burgee.admins(), 'change people of this project')
  from burgee.member_role
  where member_id = old.id;
  if new.disabled_at is not null and old.disabled_at is null then
    perform burgee.refuse_last_admin(project_id, old.id)
    from burgee.member_role
    where member_id = old.id
      and role = 'admin';
  end if;
  return new;
end
$$;
comment on function burgee.guard_member() is
  'Who may add people, and change them: the admins of all their projects, for it holds in each; everybody their own name and password.';

create trigger _050_keep
before delete on burgee.member
for each row execute function burgee.keep('Disable the person: set disabled_at.');

create trigger _200_guard
before insert or update on burgee.member
for each row execute function burgee.guard_member();

create function burgee.refuse_last_admin(of_project uuid, leaving uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  -- two admins who take each other's role at once wait here for each other
  perform pg_advisory_xact_lock(hashtextextended('burgee.admin ' || of_project, 0));
  if not exists (
    select
    from burgee.member_role
    join burgee.member on member.id = member_role.member_id
    where member_role.project_id = of_project
      and member_role.role = 'admin'
      and member_role.member_id <> leaving
      and member.disabled_at is null
  ) then
    perform burgee.refuse(
      'IN_USE',
      format('%s is the last admin of project %s', (select email from burgee.member where id = leaving), (select key from burgee.project where id = of_project)),
      'Make somebody else an admin first.');
  end if;
end
$$;
comment on function burgee.refuse_last_admin(uuid, uuid) is 'Fails when nobody but the one who leaves could give roles in the project.';

create function burgee.guard_member_role()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not burgee.inside() then
    perform burgee.require_role(coalesce(new.project_id, old.project_id), burgee.admins(), 'give and take roles');
  end if;
  if tg_op = 'UPDATE' and (new.member_id, new.project_id) <> (old.member_id, old.project_id) then
    perform burgee.refuse('NOT_ALLOWED_HERE', 'a role stays with its member and project', 'Take it away and give another.');
  end if;
  if tg_op <> 'INSERT' and old.role = 'admin' and (tg_op = 'DELETE' or new.role <> 'admin') then
    perform burgee.refuse_last_admin(old.project_id, old.member_id);
  end if;
  return coalesce(new, old);
end
$$;
comment on function burgee.guard_member_role() is 'Who may give and take roles; a project keeps an admin.';

create trigger _200_guard
before insert or update or delete on burgee.member_role
for each row execute function burgee.guard_member_role();

-- The first administrator --------------------------------------------------------------------------------------------

create function burgee.is_setup_open()
returns boolean
language sql
stable
return not exists (select from burgee.member where password_hash is not null);
comment on function burgee.is_setup_open() is 'Whether nobody can sign in with a password yet.';

create function burgee.create_setup_link(token_hash bytea, expires_at timestamptz)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if not burgee.is_owner() then
    perform burgee.refuse('FORBIDDEN', 'only the owner of the schema makes the setup link');
  end if;
  if not burgee.is_setup_open() then
    perform burgee.refuse('SETUP_CLOSED', 'there is an administrator already', 'Ask them for an account.');
  end if;
  insert into burgee.setup_link (token_hash, expires_at)
  values (create_setup_link.token_hash, create_setup_link.expires_at)
  on conflict (singleton) do update
  set
    token_hash = excluded.token_hash,
    expires_at = excluded.expires_at;
end
$$;
comment on function burgee.create_setup_link(bytea, timestamptz) is 'Makes, or replaces, the one link that makes the first administrator.';

create function burgee.redeem_setup_link(token_hash bytea, email text, name text, password_hash text)
returns uuid
language plpgsql
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  link burgee.setup_link;
  new_member_id uuid;
begin
  select * into link from burgee.setup_link for update;
  if not burgee.is_setup_open() then
    perform burgee.refuse('SETUP_CLOSED', 'there is an administrator already', 'Ask them for an account.');
  end if;
  if link.token_hash is distinct from redeem_setup_link.token_hash or link.expires_at <= clock_timestamp() then
    perform burgee.refuse('SETUP_CLOSED', 'the link is not valid, or no longer', 'Make a new one where Burgee runs.');
  end if;
  if redeem_setup_link.password_hash is null then
    perform burgee.refuse('SETUP_CLOSED', 'an administrator needs a password');
  end if;
  insert into burgee.member (email, name, password_hash)
  values (lower(redeem_setup_link.email), redeem_setup_link.name, redeem_setup_link.password_hash)
  on conflict (lower(email)) do update
  set
    name = excluded.name,
    password_hash = excluded.password_hash
  returning id into new_member_id;
  insert into burgee.member_role (member_id, project_id, role)
  select new_member_id, project.id, 'admin'
  from burgee.project
  on conflict (member_id, project_id) do update
  set role = 'admin';
  delete from burgee.setup_link where singleton;
  return new_member_id;
end
$$;
comment on function burgee.redeem_setup_link(bytea, text, text, text) is 'Makes the first administrator, of every project, and uses the link up.';
revoke execute on function burgee.redeem_setup_link(bytea, text, text, text) from public;
revoke execute on function burgee.create_setup_link(bytea, timestamptz) from public;
