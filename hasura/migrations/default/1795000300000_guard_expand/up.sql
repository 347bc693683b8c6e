-- What may be written to flags, settings and segments, and by whom.
set local lock_timeout = '5s';

-- Refusals -----------------------------------------------------------------------------------------------------------

create function burgee.sqlstate_of(code text)
returns text
language sql
immutable
return case code
  when 'INVALID_FLAG' then 'BG001'
  when 'INVALID_SEGMENT' then 'BG002'
  when 'INVALID_KEY' then 'BG003'
  when 'KEY_EXISTS' then 'BG004'
  when 'KEY_RETIRED' then 'BG005'
  when 'TYPE_IMMUTABLE' then 'BG006'
  when 'UNKNOWN_REFERENCE' then 'BG007'
  when 'PREREQUISITE_CYCLE' then 'BG008'
  when 'IN_USE' then 'BG009'
  when 'FORBIDDEN' then 'BG010'
  when 'REASON_REQUIRED' then 'BG011'
  when 'REVISION_CONFLICT' then 'BG012'
  when 'APPEND_ONLY' then 'BG013'
  when 'LIMIT_EXCEEDED' then 'BG014'
  when 'SETUP_CLOSED' then 'BG015'
  when 'NOT_ALLOWED_HERE' then 'BG016'
end;
comment on function burgee.sqlstate_of(text) is 'Permanent: SQLSTATE of each code of a refusal.';

create function burgee.refuse(code text, sentence text, fix text default null, extra jsonb default '{}')
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  raise exception using
    errcode = burgee.sqlstate_of(code),
    message = sentence,
    detail = (jsonb_build_object('code', code) || extra)::text,
    hint = coalesce(fix, '');
end
$$;
comment on function burgee.refuse(text, text, text, jsonb) is 'Fails with a sentence for people, a code for programs, and how to mend it.';

create function burgee.refuse_problems(code text, problems jsonb, place text default '')
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  sentences text;
begin
  select string_agg(case when problem ->> 'path' = '' then '' else (problem ->> 'path') || ': ' end || (problem ->> 'message'), '; ' order by nr)
  into sentences
  from jsonb_array_elements(problems) with ordinality as listed (problem, nr)
  where nr <= 5;

  perform burgee.refuse(
    code,
    place || sentences || case when jsonb_array_length(problems) > 5 then format('; and %s more', jsonb_array_length(problems) - 5) else '' end,
    'Mend what the paths name.',
    jsonb_build_object('problems', problems));
end
$$;
comment on function burgee.refuse_problems(text, jsonb, text) is 'Fails with the problems of a definition; the sentence names the first five.';

-- Who ----------------------------------------------------------------------------------------------------------------

create function burgee.actor(
  out name text, out member_id uuid, out door text, out login text, out claim jsonb, out believed boolean)
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  claimed_id text;
begin
  claim := burgee.session_vars();
  login := burgee.login();
  believed := exists (select from burgee.trusted_login trusted where trusted.login = actor.login);
  name := 'db:' || login;
  door := 'sql';
  if not believed then
    return;
  end if;

  door := case
    when claim ->> 'x-burgee-door' in ('api', 'ui', 'cli', 'job') then claim ->> 'x-burgee-door'
    when claim ? 'x-hasura-role' then 'hasura'
    else 'sql'
  end;
  claimed_id := claim ->> 'x-hasura-burgee-member-id';
  if claimed_id ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select member.id, member.email
    into actor.member_id, actor.name
    from burgee.member
    where member.id = claimed_id::uuid
      and member.disabled_at is null;
    name := coalesce(name, 'db:' || login);
  end if;
end
$$;
comment on function burgee.actor() is 'Who acts, through which door: a claim is believed from trusted logins only, any other login acts as itself.';

create function burgee.inside()
returns boolean
language sql
stable
return current_user = (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'burgee')
  and (burgee.login() <> current_user or pg_trigger_depth() > 1);
comment on function burgee.inside() is 'Whether a function of ours writes, on behalf of what the actor was already allowed to do.';

create function burgee.require_role(of_project uuid, roles text[], deed text)
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  who record;
  has text;
  project_key text;
begin
  select * into who from burgee.actor();
  if not who.believed then
    return; -- a login of its own may do what it was granted
  end if;
  if who.member_id is null then
    perform burgee.refuse('FORBIDDEN', format('nobody is signed in who could %s', deed), 'Sign in first.');
  end if;
  select role into has from burgee.member_role where member_id = who.member_id and project_id = of_project;
  if has = any (roles) then
    return;
  end if;
  select key into project_key from burgee.project where id = of_project;
  perform burgee.refuse(
    'FORBIDDEN',
    format('%s has %s in project %s and may not %s', who.name, coalesce('the role ' || has, 'no role'), project_key, deed),
    format('Ask someone with the role %s.', array_to_string(roles, ' or ')));
end
$$;
comment on function burgee.require_role(uuid, text[], text) is 'Fails unless the actor has one of these roles in the project.';

create function burgee.writers()
returns text[]
language sql
immutable
return array['developer', 'product_owner', 'admin'];
comment on function burgee.writers() is 'Roles that may change flags outside production.';

create function burgee.releasers()
returns text[]
language sql
immutable
return array['product_owner', 'admin'];
comment on function burgee.releasers() is 'Roles that may change what production decides.';

create function burgee.admins()
returns text[]
language sql
immutable
return array['admin'];
comment on function burgee.admins() is 'Roles that may change who may what.';

-- Why ----------------------------------------------------------------------------------------------------------------

create function burgee.take_reason(given text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not burgee.is_prose(given, 1000) then
    perform burgee.refuse('LIMIT_EXCEEDED', 'a reason has at most 1,000 characters and no control characters');
  end if;
  perform set_config('burgee.change_reason', coalesce(btrim(given), ''), true);
end
$$;
comment on function burgee.take_reason(text) is 'Keeps the reason of a row until its audit entry is written. The rows of one statement share the last one''s.';

create function burgee.reason()
returns text
language sql
stable
return coalesce(
  nullif(current_setting('burgee.change_reason', true), ''),
  case when burgee.is_owner() then nullif(current_setting('burgee.reason', true), '') end);
comment on function burgee.reason() is 'Why the current change is made; the owner may say it for a whole transaction with set local burgee.reason.';

create function burgee.require_reason(change text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if burgee.reason() is null then
    perform burgee.refuse('REASON_REQUIRED', format('%s needs a reason', change), 'Say why in change_reason.');
  end if;
end
$$;
comment on function burgee.require_reason(text) is 'Fails when nobody said why.';

create function burgee.refuse_older(what text, seen bigint, newest bigint)
returns void
language sql
stable
return burgee.refuse(
  'REVISION_CONFLICT',
  format('%s has changed: you saw revision %s, the newest is %s', what, seen, newest),
  'Load it again and repeat your change.',
  jsonb_build_object('revision', newest::text));
comment on function burgee.refuse_older(text, bigint, bigint) is 'Fails because somebody else was faster.';

-- Keys ---------------------------------------------------------------------------------------------------------------

create function burgee.key_problem(key text)
returns text
language sql
immutable
return case
  when key is null or key = '' or length(key) > 128 then 'key must be 1 to 128 characters'
  when not burgee.is_key(key) then 'key may contain a-z 0-9 . _ -'
  when key in ('.', '..', '__definegetter__', '__definesetter__', '__lookupgetter__', '__lookupsetter__', '__proto__', 'constructor',
    'hasownproperty', 'isprototypeof', 'propertyisenumerable', 'prototype', 'tolocalestring', 'tostring', 'valueof')
    then format('%s is a reserved key', key)
end;
comment on function burgee.key_problem(text) is 'Why a text cannot be a key; null when it can.';

create function burgee.require_key(key text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if burgee.key_problem(lower(key)) like '%reserved%' or burgee.key_problem(key) is not null then
    perform burgee.refuse('INVALID_KEY', coalesce(burgee.key_problem(key), burgee.key_problem(lower(key))), 'Choose another key.');
  end if;
end
$$;
comment on function burgee.require_key(text) is 'Fails unless the text can be a key.';

create function burgee.refuse_taken(what text, key text, archived_at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if archived_at is null then
    perform burgee.refuse('KEY_EXISTS', format('there is a %s %s already', what, key), 'Choose another key.');
  end if;
  perform burgee.refuse(
    'KEY_RETIRED',
    format('%s was used until %s; keys are not reused', key, to_char(archived_at at time zone 'UTC', 'YYYY-MM-DD')),
    'Choose another key.');
end
$$;
comment on function burgee.refuse_taken(text, text, timestamptz) is 'Fails because a key is in use or was.';

create function burgee.keep()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform burgee.refuse('NOT_ALLOWED_HERE', format('a %s is never deleted', replace(tg_table_name, '_', ' ')), tg_argv[0]);
  return null;
end
$$;
comment on function burgee.keep() is 'Refuses to delete rows that history speaks of.';

-- Flags --------------------------------------------------------------------------------------------------------------

create function burgee.text_problems(name text, description text, owner text, tags text[])
returns jsonb
language sql
immutable
return (
  select coalesce(jsonb_agg(jsonb_build_object('path', path, 'message', message)), '[]')
  from (values
    ('name', burgee.is_plain(name, 200), 'at most 200 characters, no control characters'),
    ('description', burgee.is_prose(description, 10000), 'at most 10,000 characters, no control characters'),
    ('owner', burgee.is_plain(owner, 200), 'at most 200 characters, no control characters'),
    ('tags', cardinality(tags) <= 50 and array_position(tags, null) is null and burgee.is_plain(array_to_string(tags, ' '), 3000),
      'at most 50 tags and 3,000 characters, no control characters')
  ) as listed (path, fits, message)
  where not fits
);
comment on function burgee.text_problems(text, text, text, text[]) is 'What is wrong with the texts about a flag or segment.';

create function burgee.problems_of(flag burgee.flag, setting burgee.flag_setting)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((select jsonb_agg(problem) from burgee.flag_problems(burgee.wire_flag(flag, setting)) as problem), '[]');
end
$$;
comment on function burgee.problems_of(burgee.flag, burgee.flag_setting) is 'Problems of a flag in one environment, as a list.';

create function burgee.decides(flag burgee.flag)
returns jsonb
language sql
stable
return jsonb_build_array(flag.kind, flag.variants, flag.client_visible, flag.metadata, flag.archived_at);
comment on function burgee.decides(burgee.flag) is 'What of a flag is an edit in every environment; its name, description, owner and tags are not.';

create function burgee.touch_flag()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform burgee.take_reason(new.change_reason);
  new.change_reason := null;
  new.name := coalesce(nullif(new.name, ''), new.key);
  if tg_op = 'INSERT' then
    new.revision := 1;
    new.created_at := burgee.now();
    new.updated_at := burgee.now();
    return new;
  end if;

  if new.revision <> old.revision then
    perform burgee.refuse_older('flag ' || old.key, new.revision, old.revision);
  end if;
  new.created_at := old.created_at;
  new.updated_at := old.updated_at;
  if new is distinct from old then
    new.revision := old.revision + 1;
    new.updated_at := burgee.now();
  end if;
  return new;
end
$$;
comment on function burgee.touch_flag() is 'Takes the reason, compares and counts the revision, keeps the clock.';

create function burgee.guard_flag()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform burgee.require_role(new.project_id, burgee.writers(), 'create flags');
    return new;
  end if;
  if new is not distinct from old then
    return new;
  end if;
  if new.archived_at is distinct from old.archived_at then
    perform burgee.require_role(new.project_id, burgee.admins(), 'archive flags');
  end if;
  if new.stale_extended_until is distinct from old.stale_extended_until then
    perform burgee.require_role(new.project_id, burgee.releasers(), 'extend the time of a flag');
  end if;
  if burgee.decides(new) is distinct from burgee.decides(old) and burgee.is_on_in_production(new.id) then
    perform burgee.require_role(new.project_id, burgee.releasers(), 'change flags that are on in production');
    perform burgee.require_reason(format('changing %s, which is on in production,', new.key));
  elsif burgee.changes_off_value(old, new) then
    perform burgee.require_role(new.project_id, burgee.releasers(), 'change values that production serves');
    perform burgee.require_reason(format('changing what %s serves in production while it is off', new.key));
  else
    perform burgee.require_role(new.project_id, burgee.writers(), 'change flags');
  end if;
  return new;
end
$$;
comment on function burgee.guard_flag() is 'Who may change a flag, and whether they have to say why.';

create function burgee.is_on_in_production(of_flag uuid)
returns boolean
language sql
stable
return exists (
  select
  from burgee.flag_setting setting
  join burgee.environment on environment.id = setting.environment_id
  where setting.flag_id = of_flag
    and setting.enabled
    and environment.is_production
);
comment on function burgee.is_on_in_production(uuid) is 'Whether any production environment has the flag enabled.';

create function burgee.changes_off_value(was burgee.flag, becomes burgee.flag)
returns boolean
language sql
stable
return exists (
  select
  from burgee.flag_setting setting
  join burgee.environment on environment.id = setting.environment_id
  where setting.flag_id = becomes.id
    and environment.is_production
    and was.variants -> setting.off_variant is distinct from becomes.variants -> setting.off_variant
);
comment on function burgee.changes_off_value(burgee.flag, burgee.flag) is 'Whether new variants change what production serves while the flag is off.';

create function burgee.first_serve(flag burgee.flag, wanted boolean)
returns text
language sql
immutable
return (
  select name
  from jsonb_each(flag.variants) as variant (name, value)
  where flag.value_type = 'boolean'
    and value = to_jsonb(wanted)
  order by name
  limit 1
);
comment on function burgee.first_serve(burgee.flag, boolean) is 'The variant of a boolean flag with this value; null for other types.';

create function burgee.keeps_foreign(semantics text)
returns boolean
language sql
immutable
return coalesce(semantics ~ '^(growthbook|flagd)-[0-9]$', false);
comment on function burgee.keeps_foreign(text) is 'Whether flags of these semantics are kept in the form that they had elsewhere.';

create function burgee.first_setting(flag burgee.flag)
returns burgee.flag_setting
language plpgsql
immutable
set search_path = ''
as $$
declare
  setting burgee.flag_setting;
  reference text := flag.origin ->> 'reference';
begin
  setting.flag_id := flag.id;
  setting.enabled := false;
  if reference ~ '^unleash(-node)?$' or burgee.keeps_foreign(reference) then
    setting.semantics := reference;
  end if;
  if burgee.keeps_foreign(reference) then
    setting.foreign_rule := '{}';
  else
    setting.off_variant := burgee.first_serve(flag, false);
  end if;
  return setting;
end
$$;
comment on function burgee.first_setting(burgee.flag) is
  'How a flag stands in an environment about which nothing was said: switched off, and an imported one follows the semantics it came with.';

create function burgee.check_flag()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  problems jsonb;
begin
  if tg_op = 'INSERT' then
    perform burgee.check_new_flag_key(new);
  else
    perform burgee.check_flag_identity(old, new);
  end if;

  problems := burgee.text_problems(new.name, new.description, new.owner, new.tags);
  if tg_op = 'INSERT' then
    problems := problems || burgee.problems_of(new, burgee.first_setting(new));
  end if;
  if problems <> '[]' then
    perform burgee.refuse_problems('INVALID_FLAG', problems);
  end if;
  if tg_op = 'UPDATE' and burgee.decides(new) is distinct from burgee.decides(old) then
    perform burgee.check_settings_of(new);
  end if;
  return new;
end
$$;
comment on function burgee.check_flag() is 'Refuses a flag that no environment could decide.';

create function burgee.check_new_flag_key(flag burgee.flag)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  earlier record;
begin
  if flag.origin is null then
    perform burgee.require_key(flag.key);
  end if;
  select key, archived_at
  into earlier
  from burgee.flag other
  where other.project_id = flag.project_id
    and lower(other.key) = lower(flag.key);
  if found then
    perform burgee.refuse_taken('flag', earlier.key, earlier.archived_at);
  end if;
end
$$;
comment on function burgee.check_new_flag_key(burgee.flag) is 'Refuses a key that is malformed, taken or retired.';

create function burgee.check_flag_identity(was burgee.flag, becomes burgee.flag)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if becomes.value_type <> was.value_type then
    perform burgee.refuse(
      'TYPE_IMMUTABLE',
      format('%s is %s for ever; code that reads it relies on that', was.key, was.value_type),
      'Create a new flag with the type you need.');
  end if;
  if (becomes.id, becomes.project_id, becomes.key) <> (was.id, was.project_id, was.key) then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('the key of %s never changes', was.key), 'Create a new flag.');
  end if;
  if was.archived_at is not null and becomes.archived_at is distinct from was.archived_at then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('%s is archived, and stays so', was.key), 'Create a new flag.');
  end if;
end
$$;
comment on function burgee.check_flag_identity(burgee.flag, burgee.flag) is 'Refuses to make another flag of a flag.';

create function burgee.check_settings_of(flag burgee.flag)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  setting burgee.flag_setting;
  problems jsonb;
begin
  for setting in select * from burgee.flag_setting other where other.flag_id = flag.id loop
    problems := burgee.problems_of(flag, setting);
    if problems <> '[]' then
      perform burgee.refuse_problems(
        'INVALID_FLAG', problems, (select 'in ' || key || ': ' from burgee.environment where id = setting.environment_id));
    end if;
  end loop;
end
$$;
comment on function burgee.check_settings_of(burgee.flag) is 'Refuses a change of a flag that breaks it in some environment.';

create trigger _050_keep
before delete on burgee.flag
for each row execute function burgee.keep('Archive it: set archived_at.');

create trigger _100_touch
before insert or update on burgee.flag
for each row execute function burgee.touch_flag();

create trigger _200_guard
before insert or update on burgee.flag
for each row execute function burgee.guard_flag();

create trigger _300_check
before insert or update on burgee.flag
for each row execute function burgee.check_flag();

-- Settings -----------------------------------------------------------------------------------------------------------

create function burgee.decides(setting burgee.flag_setting)
returns jsonb
language sql
stable
return jsonb_build_array(setting.off_variant, setting.requires, setting.rules, setting.default_serve, setting.salt, setting.semantics,
  setting.foreign_rule);
comment on function burgee.decides(burgee.flag_setting) is 'What a setting decides by while it is enabled.';

create function burgee.is_free_switch(was burgee.flag_setting, becomes burgee.flag_setting)
returns boolean
language sql
stable
return burgee.decides(was) = burgee.decides(becomes)
  and was.enabled <> becomes.enabled
  and (was.enabled or exists (select from burgee.flag where id = becomes.flag_id and kind = 'operational'));
comment on function burgee.is_free_switch(burgee.flag_setting, burgee.flag_setting) is
  'Whether a change only switches off, or a kill switch either way: that needs one right and nothing else.';

create function burgee.with_rule_ids(rules jsonb)
returns jsonb
language sql
immutable
return (
  select jsonb_agg(
    case
      when jsonb_typeof(rule) = 'object' and not rule ? 'id'
        then rule || jsonb_build_object('id', 'rule-' || left(md5(nr || rule::text), 8))
      else rule
    end
    order by nr)
  from jsonb_array_elements(case jsonb_typeof(rules) when 'array' then rules end) with ordinality as listed (rule, nr)
);
comment on function burgee.with_rule_ids(jsonb) is 'Gives each rule that has none an id, which it keeps; null for no rules.';

create function burgee.has_repeats(conditions jsonb)
returns boolean
language sql
immutable
return exists (
  select
  from jsonb_path_query(conditions, 'strict $.**.values ? (@.type() == "array")', silent => true) as given
  where (select count(distinct value) from jsonb_array_elements(given) as value) < jsonb_array_length(given)
);
comment on function burgee.has_repeats(jsonb) is 'Whether a condition names a value twice.';

create function burgee.without_repeats(definition jsonb, place text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  kept jsonb;
begin
  case jsonb_typeof(definition)
    when 'array' then
      return (
        select coalesce(jsonb_agg(burgee.without_repeats(part, format('%s[%s]', place, nr - 1)) order by nr), '[]')
        from jsonb_array_elements(definition) with ordinality as listed (part, nr)
      );
    when 'object' then
      if not definition ? 'attr' then
        return (
          select coalesce(jsonb_object_agg(field, burgee.without_repeats(part, place || '.' || field)), '{}')
          from jsonb_each(definition) as listed (field, part)
        );
      end if;
    else
      return definition;
  end case;
  if jsonb_typeof(definition -> 'values') is distinct from 'array' then
    return definition;
  end if;
  select jsonb_agg(value order by nr)
  into kept
  from (
    select value, min(nr) as nr
    from jsonb_array_elements(definition -> 'values') with ordinality as listed (value, nr)
    group by value
  ) as once;
  if jsonb_array_length(kept) < jsonb_array_length(definition -> 'values') then
    raise notice '% of % values in %.values stood there twice and were left out',
      jsonb_array_length(definition -> 'values') - jsonb_array_length(kept), jsonb_array_length(definition -> 'values'), place;
    return definition || jsonb_build_object('values', kept);
  end if;
  return definition;
end
$$;
comment on function burgee.without_repeats(jsonb, text) is 'Takes equal values out of conditions, and tells the connection so; nothing is decided otherwise by it.';

create function burgee.with_tidy_conditions(rules jsonb)
returns jsonb
language sql
stable
return (
  select jsonb_agg(
    case
      when jsonb_typeof(rule) = 'object' and burgee.has_repeats(rule -> 'if')
        then rule || jsonb_build_object('if', burgee.without_repeats(rule -> 'if', format('rules[%s].if', nr - 1)))
      else rule
    end
    order by nr)
  from jsonb_array_elements(rules) with ordinality as listed (rule, nr)
);
comment on function burgee.with_tidy_conditions(jsonb) is 'Rules without equal values in one condition; null for no rules.';

create function burgee.expand_setting(setting burgee.flag_setting)
returns burgee.flag_setting
language plpgsql
stable
set search_path = ''
as $$
declare
  flag burgee.flag;
begin
  if jsonb_typeof(setting.rules) in ('array', 'null') then
    setting.rules := burgee.with_tidy_conditions(burgee.with_rule_ids(setting.rules));
  end if;
  setting.requires := case when setting.requires in ('[]', 'null') then null else setting.requires end;
  setting.foreign_rule := case when setting.foreign_rule = 'null' then null else setting.foreign_rule end;
  if setting.default_serve is null then
    select * into flag from burgee.flag other where other.id = setting.flag_id;
    setting.default_serve := case when not burgee.keeps_foreign(setting.semantics) then to_jsonb(burgee.first_serve(flag, true)) end;
    setting.default_serve := coalesce(setting.default_serve, 'null');
  end if;
  return setting;
end
$$;
comment on function burgee.expand_setting(burgee.flag_setting) is 'Writes shorthand out, so that later edits of rules never change what else is served.';

create function burgee.touch_setting()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not burgee.inside() then
    perform burgee.take_reason(new.change_reason);
  end if;
  new.change_reason := null;
  if tg_op = 'UPDATE' then
    new.default_serve := coalesce(new.default_serve, old.default_serve);
    new.first_enabled_at := old.first_enabled_at;
  end if;
  if tg_op = 'INSERT' or burgee.decides(new) is distinct from burgee.decides(old) then
    new := burgee.expand_setting(new);
  end if;
  if new.enabled then
    new.first_enabled_at := coalesce(new.first_enabled_at, burgee.now());
  end if;
  if tg_op = 'INSERT' then
    new.revision := 1;
    new.updated_at := burgee.now();
    return new;
  end if;
  return burgee.with_next_revision(old, new);
end
$$;
comment on function burgee.touch_setting() is 'Takes the reason, writes shorthand out, compares and counts the revision, keeps the clock.';

create function burgee.with_next_revision(was burgee.flag_setting, becomes burgee.flag_setting)
returns burgee.flag_setting
language plpgsql
stable
set search_path = ''
as $$
begin
  if becomes.revision <> was.revision and not burgee.is_free_switch(was, becomes) then
    perform burgee.refuse_older(burgee.place_of(was), becomes.revision, was.revision);
  end if;
  becomes.revision := was.revision;
  becomes.updated_at := was.updated_at;
  if (becomes.enabled, burgee.decides(becomes)) is distinct from (was.enabled, burgee.decides(was)) then
    becomes.revision := was.revision + 1;
    becomes.updated_at := burgee.now();
  end if;
  return becomes;
end
$$;
comment on function burgee.with_next_revision(burgee.flag_setting, burgee.flag_setting) is
  'Counts a change; fails when the writer saw an older revision, unless it only switches off.';

create function burgee.place_of(setting burgee.flag_setting)
returns text
language sql
stable
return (
  select flag.key || ' in ' || environment.key
  from burgee.flag, burgee.environment
  where flag.id = setting.flag_id
    and environment.id = setting.environment_id
);
comment on function burgee.place_of(burgee.flag_setting) is 'Names a setting in sentences.';

create function burgee.guard_setting()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  flag burgee.flag;
  environment burgee.environment;
  is_draft boolean;
begin
  if burgee.inside() or new is not distinct from old then
    return new;
  end if;
  select * into flag from burgee.flag other where other.id = new.flag_id;
  select * into environment from burgee.environment other where other.id = new.environment_id;
  is_draft := flag.created_at = burgee.now() and not new.enabled; -- made in this transaction, so nothing depends on it yet

  perform burgee.require_role(
    flag.project_id,
    case when environment.is_production and not is_draft then burgee.releasers() else burgee.writers() end,
    'change flags in ' || environment.key);
  if tg_op = 'UPDATE' and burgee.is_free_switch(old, new) then
    return new;
  end if;
  if environment.is_production and not is_draft then
    perform burgee.require_reason(format('changing %s in %s', flag.key, environment.key));
  end if;
  if flag.archived_at is not null then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('%s is archived', flag.key), 'Create a new flag.');
  end if;
  return new;
end
$$;
comment on function burgee.guard_setting() is 'Who may change a setting, and whether they have to say why. Switching off takes the right and nothing else.';

create function burgee.check_setting()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  flag burgee.flag;
  problems jsonb;
begin
  if tg_op = 'UPDATE' then
    if (new.flag_id, new.environment_id) <> (old.flag_id, old.environment_id) then
      perform burgee.refuse('NOT_ALLOWED_HERE', 'a setting stays with its flag and environment');
    end if;
    if new is not distinct from old or burgee.is_free_switch(old, new) then
      return new;
    end if;
  end if;
  select * into flag from burgee.flag other where other.id = new.flag_id;
  problems := burgee.problems_of(flag, new);
  if problems <> '[]' then
    perform burgee.refuse_problems('INVALID_FLAG', problems);
  end if;
  return new;
end
$$;
comment on function burgee.check_setting() is 'Refuses a setting that could not be decided; not asked when a flag is only switched off.';

create trigger _050_keep
before delete on burgee.flag_setting
for each row execute function burgee.keep('Archive the flag.');

create trigger _100_touch
before insert or update on burgee.flag_setting
for each row execute function burgee.touch_setting();

create trigger _200_guard
before insert or update on burgee.flag_setting
for each row execute function burgee.guard_setting();

create trigger _300_check
before insert or update on burgee.flag_setting
for each row execute function burgee.check_setting();

create function burgee.make_settings_of_flag()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into burgee.flag_setting (flag_id, environment_id, off_variant, semantics, foreign_rule)
  select new.id, environment.id, first.off_variant, first.semantics, first.foreign_rule
  from burgee.environment
  cross join burgee.first_setting(new) as first
  where environment.project_id = new.project_id
  order by environment.id;
  return null;
end
$$;
comment on function burgee.make_settings_of_flag() is 'Gives a new flag a setting in each environment; none is enabled.';

create trigger _600_settings
after insert on burgee.flag
for each row execute function burgee.make_settings_of_flag();

create function burgee.make_settings_of_environment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  insert into burgee.flag_setting (flag_id, environment_id, off_variant, semantics, foreign_rule)
  select flag.id, new.id, first.off_variant, first.semantics, first.foreign_rule
  from burgee.flag
  cross join lateral burgee.first_setting(flag) as first
  where flag.project_id = new.project_id
  order by flag.id;
  return null;
end
$$;
comment on function burgee.make_settings_of_environment() is 'Gives each flag a setting in a new environment; none is enabled.';

create trigger _600_settings
after insert on burgee.environment
for each row execute function burgee.make_settings_of_environment();

-- Segments -----------------------------------------------------------------------------------------------------------

create function burgee.touch_segment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if burgee.inside() then
    return new; -- counted for its members
  end if;
  perform burgee.take_reason(new.change_reason);
  new.change_reason := null;
  new.name := coalesce(nullif(new.name, ''), new.key);
  new.conditions := case when new.conditions in ('[]', 'null') then null else new.conditions end;
  if burgee.has_repeats(new.conditions) then
    new.conditions := burgee.without_repeats(new.conditions, 'if');
  end if;
  if tg_op = 'INSERT' then
    new.revision := 1;
    new.created_at := burgee.now();
    new.updated_at := burgee.now();
    return new;
  end if;

  if new.revision <> old.revision then
    perform burgee.refuse_older('segment ' || old.key, new.revision, old.revision);
  end if;
  new.created_at := old.created_at;
  new.updated_at := old.updated_at;
  if new is distinct from old then
    new.revision := old.revision + 1;
    new.updated_at := burgee.now();
  end if;
  return new;
end
$$;
comment on function burgee.touch_segment() is 'Takes the reason, compares and counts the revision, keeps the clock.';

create function burgee.segments_reaching(of_segment uuid)
returns setof uuid
language sql
stable
begin atomic
  with recursive above (id) as (
    select of_segment
    union
    select reference.segment_id
    from above
    join burgee.segment_reference reference on reference.named_segment_id = above.id
  )
  select id from above;
end;
comment on function burgee.segments_reaching(uuid) is 'A segment, and all whose conditions name it, however indirectly.';

create function burgee.is_used_in_production(of_segment uuid)
returns boolean
language sql
stable
return exists (
  select
  from burgee.segments_reaching(of_segment) as reaching (segment_id)
  join burgee.setting_reference reference on reference.segment_id = reaching.segment_id
  join burgee.flag on flag.id = reference.flag_id
  join burgee.flag_setting setting on setting.flag_id = reference.flag_id and setting.environment_id = reference.environment_id
  join burgee.environment on environment.id = reference.environment_id
  where flag.archived_at is null
    and setting.enabled
    and environment.is_production
);
comment on function burgee.is_used_in_production(uuid) is 'Whether an enabled flag in production names the segment, or one that leads to it.';

create function burgee.require_segment_writer(segment burgee.segment)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if burgee.is_used_in_production(segment.id) then
    perform burgee.require_role(segment.project_id, burgee.releasers(), 'change segments that production uses');
    perform burgee.require_reason(format('changing segment %s, which production uses,', segment.key));
  else
    perform burgee.require_role(segment.project_id, burgee.writers(), 'change segments');
  end if;
end
$$;
comment on function burgee.require_segment_writer(burgee.segment) is 'Fails unless the actor may change who is in the segment, and says why where production uses it.';

create function burgee.guard_segment()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if burgee.inside() or new is not distinct from old then
    return new;
  end if;
  if tg_op = 'UPDATE'
    and (new.semantics, new.conditions, new.archived_at) is distinct from (old.semantics, old.conditions, old.archived_at)
  then
    perform burgee.require_segment_writer(new);
  else
    perform burgee.require_role(new.project_id, burgee.writers(), 'change segments');
  end if;
  return new;
end
$$;
comment on function burgee.guard_segment() is 'Who may change a segment, and whether they have to say why.';

create function burgee.problems_of(segment burgee.segment)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  wire jsonb := jsonb_build_object('key', segment.key);
begin
  if segment.semantics is not null then
    wire := wire || jsonb_build_object('semantics', segment.semantics);
  end if;
  if segment.conditions is not null then
    wire := wire || jsonb_build_object('if', segment.conditions);
  end if;
  return coalesce((select jsonb_agg(problem) from burgee.segment_problems(wire) as problem), '[]');
end
$$;
comment on function burgee.problems_of(burgee.segment) is 'Problems of a segment''s conditions, as a list; its members have a check of their own.';

create function burgee.check_segment()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  earlier record;
  problems jsonb;
begin
  if tg_op = 'INSERT' then
    perform burgee.require_key(new.key);
    select key, archived_at into earlier from burgee.segment other where other.project_id = new.project_id and other.key = new.key;
    if found then
      perform burgee.refuse_taken('segment', earlier.key, earlier.archived_at);
    end if;
  elsif (new.id, new.project_id, new.key) <> (old.id, old.project_id, old.key) then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('the key of %s never changes', old.key), 'Create a new segment.');
  elsif old.archived_at is not null and new.archived_at is distinct from old.archived_at then
    perform burgee.refuse('NOT_ALLOWED_HERE', format('%s is archived, and stays so', old.key), 'Create a new segment.');
  end if;

  problems := burgee.text_problems(new.name, new.description, '', '{}');
  if tg_op = 'INSERT' or (new.semantics, new.conditions) is distinct from (old.semantics, old.conditions) then
    problems := problems || burgee.problems_of(new);
  end if;
  if problems <> '[]' then
    perform burgee.refuse_problems('INVALID_SEGMENT', problems);
  end if;
  return new;
end
$$;
comment on function burgee.check_segment() is 'Refuses a segment that no rule could ask.';

create trigger _050_keep
before delete on burgee.segment
for each row execute function burgee.keep('Archive it: set archived_at.');

create trigger _100_touch
before insert or update on burgee.segment
for each row execute function burgee.touch_segment();

create trigger _200_guard
before insert or update on burgee.segment
for each row execute function burgee.guard_segment();

create trigger _300_check
before insert or update on burgee.segment
for each row execute function burgee.check_segment();

create function burgee.guard_segment_member()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  segment burgee.segment;
begin
  -- locked first: who names the segment must be told of the change, or commit before it
  select * into segment from burgee.segment other where other.id = coalesce(new.segment_id, old.segment_id) for no key update;
  perform burgee.require_segment_writer(segment);
  if tg_op = 'DELETE' then
    return old;
  end if;
  if tg_op = 'UPDATE' and (new.segment_id, new.targeting_key) <> (old.segment_id, old.targeting_key) then
    perform burgee.refuse('NOT_ALLOWED_HERE', 'a targeting key stays in its segment', 'Take it out of the one and put it into the other.');
  end if;
  if new.targeting_key = '' or octet_length(new.targeting_key) > 1024 then
    perform burgee.refuse('INVALID_SEGMENT', format('segment %s: targeting keys have 1 to 1,024 bytes', segment.key));
  end if;
  return new;
end
$$;
comment on function burgee.guard_segment_member() is 'Who may include and exclude keys.';

create trigger _200_guard
before insert or update or delete on burgee.segment_member
for each row execute function burgee.guard_segment_member();

create function burgee.count_segment_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update burgee.segment
  set
    revision = revision + 1,
    updated_at = burgee.now()
  where id in (select segment_id from changed);

  if exists (
    select from burgee.segment_member where segment_id in (select segment_id from changed) group by segment_id having count(*) > 100000
  ) then
    perform burgee.refuse('LIMIT_EXCEEDED', 'a segment has at most 100,000 included and excluded keys', 'Use a condition on an attribute instead.');
  end if;
  return null;
end
$$;
comment on function burgee.count_segment_change() is 'A changed member is a change of its segment.';

create trigger _400_count
after insert on burgee.segment_member
referencing new table as changed
for each statement execute function burgee.count_segment_change();

create trigger _401_count
after update on burgee.segment_member
referencing new table as changed
for each statement execute function burgee.count_segment_change();

create trigger _402_count
after delete on burgee.segment_member
referencing old table as changed
for each statement execute function burgee.count_segment_change();
