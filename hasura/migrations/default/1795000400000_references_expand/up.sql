-- What settings name is there, stays there, and never leads back to itself.
set local lock_timeout = '5s';

create function burgee.requirements_in(list jsonb, place text)
returns table (place text, flag_key text, variant text)
language sql
immutable
begin atomic
  select format('%s[%s]', requirements_in.place, nr - 1), requirement ->> 'flag', named.variant
  from jsonb_array_elements(case jsonb_typeof(list) when 'array' then list end) with ordinality as listed (requirement, nr)
  left join lateral jsonb_array_elements_text(
    case jsonb_typeof(requirement -> 'variants') when 'array' then requirement -> 'variants' end
  ) as named (variant) on true;
end;
comment on function burgee.requirements_in(jsonb, text) is 'Flags and variants that a list of requirements names, and where; one row a variant.';

create function burgee.requirements_of(setting burgee.flag_setting)
returns table (place text, flag_key text, variant text)
language sql
immutable
begin atomic
  select required.place, required.flag_key, required.variant
  from burgee.requirements_in(setting.requires, 'requires') as required
  union all
  select required.place, required.flag_key, required.variant
  from jsonb_array_elements(setting.rules) with ordinality as listed (rule, nr),
    burgee.requirements_in(rule -> 'requires', format('rules[%s].requires', nr - 1)) as required;
end;
comment on function burgee.requirements_of(burgee.flag_setting) is 'Flags and variants that a setting requires, and where.';

create function burgee.parents_of(setting burgee.flag_setting)
returns setof text
language sql
immutable
begin atomic
  select distinct parent #>> '{}'
  from jsonb_path_query(setting.foreign_rule, 'lax $.**.parentConditions[*].id') as parent
  where setting.semantics like 'growthbook-%'
    and jsonb_typeof(parent) = 'string';
end;
comment on function burgee.parents_of(burgee.flag_setting) is 'Flags that a feature of GrowthBook names as its parents; one that is missing is decided by GrowthBook''s own rules.';

create function burgee.segments_in(conditions jsonb)
returns setof text
language sql
immutable
begin atomic
  select distinct named #>> '{}'
  from jsonb_path_query(conditions, 'lax $.**.segment') as named;
end;
comment on function burgee.segments_in(jsonb) is 'Segments that conditions name.';

create function burgee.segments_of(setting burgee.flag_setting)
returns table (place text, segment_key text)
language sql
immutable
begin atomic
  select format('rules[%s]', nr - 1), named.key
  from jsonb_array_elements(setting.rules) with ordinality as listed (rule, nr),
    burgee.segments_in(rule -> 'if') as named (key);
end;
comment on function burgee.segments_of(burgee.flag_setting) is 'Segments that a setting names, and where.';

create function burgee.segments_of(segment burgee.segment)
returns table (place text, segment_key text)
language sql
immutable
begin atomic
  select format('if[%s]', nr - 1), named.key
  from jsonb_array_elements(segment.conditions) with ordinality as listed (condition, nr),
    burgee.segments_in(condition) as named (key);
end;
comment on function burgee.segments_of(burgee.segment) is 'Segments that a segment names, and where.';

create function burgee.refuse_unknown_flags(setting burgee.flag_setting)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  flag burgee.flag;
  missing record;
begin
  select * into flag from burgee.flag other where other.id = setting.flag_id;
  select named.place, named.flag_key, named.variant, required.id, required.archived_at
  into missing
  from burgee.requirements_of(setting) as named
  left join burgee.flag required on required.project_id = flag.project_id and required.key = named.flag_key
  where required.id is null
    or required.archived_at is not null
    or not required.variants ? named.variant
  order by named.place
  limit 1;
  if not found then
    return;
  end if;
  perform burgee.refuse(
    'UNKNOWN_REFERENCE',
    case
      when missing.id is null then format('unknown flag %s in %s', missing.flag_key, missing.place)
      when missing.archived_at is not null then format('flag %s in %s is archived', missing.flag_key, missing.place)
      else format('flag %s has no variant named %s, in %s', missing.flag_key, missing.variant, missing.place)
    end,
    'Name a flag of the same project, and variants that it has.');
end
$$;
comment on function burgee.refuse_unknown_flags(burgee.flag_setting) is 'Fails when a required flag or variant is not there.';

create function burgee.refuse_unknown_segment(of_project uuid, segment_key text, place text)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  segment burgee.segment;
begin
  select * into segment from burgee.segment other where other.project_id = of_project and other.key = segment_key;
  if segment.id is null or segment.archived_at is not null then
    perform burgee.refuse(
      'UNKNOWN_REFERENCE',
      format(case when segment.id is null then 'unknown segment %s in %s' else 'segment %s in %s is archived' end, segment_key, place),
      'Name a segment of the same project.');
  end if;
end
$$;
comment on function burgee.refuse_unknown_segment(uuid, text, text) is 'Fails when a named segment is not there.';

create function burgee.lock_segments(named uuid[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- level by level: what a locked segment names can no longer change, and each statement sees what was committed before it
  for level in 0..10 loop
    exit when named = '{}';
    perform
    from burgee.segment
    where segment.id = any (named)
    order by segment.id
    for share;
    named := array(select distinct reference.named_segment_id from burgee.segment_reference reference where reference.segment_id = any (named));
  end loop;
end
$$;
comment on function burgee.lock_segments(uuid[]) is
  'Lets nobody archive or change segments, and those that they name, until this transaction ends: whoever does must know who uses them.';

create function burgee.lock_references(setting burgee.flag_setting)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform
  from burgee.flag
  where flag.id in (
    select required.id
    from burgee.requirements_of(setting) as named
    join burgee.flag child on child.id = setting.flag_id
    join burgee.flag required on required.project_id = child.project_id and required.key = named.flag_key
    where required.id <> setting.flag_id
    union
    select parent.id
    from burgee.parents_of(setting) as named (flag_key)
    join burgee.flag child on child.id = setting.flag_id
    join burgee.flag parent on parent.project_id = child.project_id and parent.key = named.flag_key
    where parent.id <> setting.flag_id
  )
  order by flag.id
  for share;
  perform burgee.lock_segments(array(
    select other.id
    from burgee.segments_of(setting) as named
    join burgee.flag child on child.id = setting.flag_id
    join burgee.segment other on other.project_id = child.project_id and other.key = named.segment_key
  ));
end
$$;
comment on function burgee.lock_references(burgee.flag_setting) is 'Lets nobody archive what the setting names until this transaction ends.';

create function burgee.write_references(setting burgee.flag_setting)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  of_project uuid;
begin
  delete from burgee.setting_reference reference
  where reference.flag_id = setting.flag_id
    and reference.environment_id = setting.environment_id;
  select flag.project_id into of_project from burgee.flag where flag.id = setting.flag_id;
  insert into burgee.setting_reference (flag_id, environment_id, kind, required_flag_id, variant, segment_id)
  select distinct setting.flag_id, setting.environment_id, named_as, required.id, case named_as when 'variant' then named.variant end, null::uuid
  from burgee.requirements_of(setting) as named
  join burgee.flag required on required.project_id = of_project and required.key = named.flag_key
  cross join (values ('flag'), ('variant')) as reference_kind (named_as)
  where named_as = 'flag'
    or named.variant is not null
  union all
  select setting.flag_id, setting.environment_id, 'parent', parent.id, null, null::uuid
  from burgee.parents_of(setting) as named (flag_key)
  join burgee.flag parent on parent.project_id = of_project and parent.key = named.flag_key
  union all
  select distinct setting.flag_id, setting.environment_id, 'segment', null::uuid, null, segment.id
  from burgee.segments_of(setting) as named
  join burgee.segment on segment.project_id = of_project and segment.key = named.segment_key;
end
$$;
comment on function burgee.write_references(burgee.flag_setting) is 'Writes down what a setting names.';

create function burgee.write_references(segment burgee.segment)
returns void
language sql
volatile
begin atomic
  delete from burgee.segment_reference reference
  where reference.segment_id = segment.id;
  insert into burgee.segment_reference (segment_id, named_segment_id)
  select distinct segment.id, other.id
  from burgee.segments_of(segment) as named
  join burgee.segment other on other.project_id = segment.project_id and other.key = named.segment_key;
end;
comment on function burgee.write_references(burgee.segment) is 'Writes down what a segment names.';

-- Cycles -------------------------------------------------------------------------------------------------------------

create function burgee.depth_of(of_flag uuid, of_environment uuid, downwards boolean)
returns int
language sql
stable
begin atomic
  with recursive chain (flag_id, depth) as (
    select of_flag, 0
    union
    select case when downwards then reference.required_flag_id else reference.flag_id end, chain.depth + 1
    from chain
    join burgee.setting_reference reference
      on reference.environment_id = of_environment
      and reference.kind = 'flag'
      and case when downwards then reference.flag_id else reference.required_flag_id end = chain.flag_id
    where chain.depth <= 10
  )
  select max(depth) from chain;
end;
comment on function burgee.depth_of(uuid, uuid, boolean) is 'Longest chain of requirements from a flag, or to it; 11 stands for more than 10, and for a cycle.';

create function burgee.cycle_of(of_flag uuid, of_environment uuid)
returns text
language sql
stable
begin atomic
  with recursive path (flag_id, keys) as (
    select flag.id, array[flag.key]
    from burgee.flag
    where flag.id = of_flag
    union all
    select flag.id, path.keys || flag.key
    from path
    join burgee.setting_reference reference
      on reference.flag_id = path.flag_id
      and reference.environment_id = of_environment
      and reference.kind = 'flag'
    join burgee.flag on flag.id = reference.required_flag_id
    where cardinality(path.keys) <= 11
      and (cardinality(path.keys) = 1 or path.flag_id <> of_flag)
      and (flag.id = of_flag or flag.key <> all (path.keys))
  )
  select array_to_string(keys, ' -> ')
  from path
  where flag_id = of_flag
    and cardinality(keys) > 1
  order by cardinality(keys)
  limit 1;
end;
comment on function burgee.cycle_of(uuid, uuid) is 'The shortest way from a flag back to itself, as a -> b -> a; null when there is none.';

create function burgee.refuse_cycle(of_flag uuid, of_environment uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  depth int := burgee.depth_of(of_flag, of_environment, true) + burgee.depth_of(of_flag, of_environment, false);
  cycle text;
begin
  if depth <= 10 then
    return;
  end if;
  cycle := burgee.cycle_of(of_flag, of_environment);
  if cycle is not null then
    perform burgee.refuse('PREREQUISITE_CYCLE', 'cycle: ' || cycle, 'Take one of these requirements away.');
  end if;
  perform burgee.refuse('LIMIT_EXCEEDED', 'requirements are at most 10 deep', 'Require the deeper flag directly.');
end
$$;
comment on function burgee.refuse_cycle(uuid, uuid) is 'Fails when a flag requires itself, however indirectly, or requirements are too deep.';

create function burgee.refer()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform burgee.lock_references(new);
  perform burgee.refuse_unknown_flags(new);
  perform burgee.refuse_unknown_segment(flag.project_id, named.segment_key, named.place)
  from burgee.segments_of(new) as named
  join burgee.flag on flag.id = new.flag_id;
  perform burgee.write_references(new);
  perform burgee.refuse_cycle(new.flag_id, new.environment_id);
  return null;
end
$$;
comment on function burgee.refer() is 'Keeps the references of a setting; refuses unknown ones and cycles. Asked again at commit, when others are locked out.';

create trigger _400_references
after insert on burgee.flag_setting
for each row
when (new.requires is not null or new.rules is not null or new.foreign_rule is not null)
execute function burgee.refer();

create trigger _401_references
after update on burgee.flag_setting
for each row
when ((new.requires, new.rules, new.semantics, new.foreign_rule)
  is distinct from (old.requires, old.rules, old.semantics, old.foreign_rule))
execute function burgee.refer();

-- Segments in segments -------------------------------------------------------------------------------------------------

create function burgee.segment_depth(of_segment uuid, downwards boolean)
returns int
language sql
stable
begin atomic
  with recursive chain (segment_id, depth) as (
    select of_segment, 0
    union
    select case when downwards then reference.named_segment_id else reference.segment_id end, chain.depth + 1
    from chain
    join burgee.segment_reference reference
      on case when downwards then reference.segment_id else reference.named_segment_id end = chain.segment_id
    where chain.depth <= 10
  )
  select max(depth) from chain;
end;
comment on function burgee.segment_depth(uuid, boolean) is 'Longest chain of segments from a segment, or to it; 11 stands for more than 10, and for a cycle.';

create function burgee.segment_cycle(of_segment uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  ways jsonb; -- of each segment that so many steps reach, the keys on the way
begin
  select jsonb_build_object(segment.id, jsonb_build_array(segment.key)) into ways from burgee.segment where segment.id = of_segment;
  for step in 1..11 loop
    select jsonb_object_agg(named.id, way.keys || to_jsonb(named.key))
    into ways
    from jsonb_each(ways) as way (id, keys)
    join burgee.segment_reference reference on reference.segment_id = way.id::uuid
    join burgee.segment named on named.id = reference.named_segment_id;
    exit when ways is null or ways ? of_segment::text;
  end loop;
  return (select string_agg(key, ' -> ' order by nr) from jsonb_array_elements_text(ways -> of_segment::text) with ordinality as listed (key, nr));
end
$$;
comment on function burgee.segment_cycle(uuid) is 'A shortest way from a segment back to itself, as a -> b -> a; null when there is none.';

create function burgee.refuse_segment_cycle(of_segment uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  cycle text;
begin
  if burgee.segment_depth(of_segment, true) + burgee.segment_depth(of_segment, false) <= 10 then
    return;
  end if;
  cycle := burgee.segment_cycle(of_segment);
  if cycle is not null then
    perform burgee.refuse('PREREQUISITE_CYCLE', 'cycle: ' || cycle, 'Take one of these segments out of the other.');
  end if;
  perform burgee.refuse('LIMIT_EXCEEDED', 'segments are at most 10 deep', 'Name the deeper segment directly.');
end
$$;
comment on function burgee.refuse_segment_cycle(uuid) is 'Fails when a segment names itself, however indirectly, or segments are too deep.';

create function burgee.refer_segment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform burgee.lock_segments(array(
    select other.id
    from burgee.segments_of(new) as named
    join burgee.segment other on other.project_id = new.project_id and other.key = named.segment_key
    where other.id <> new.id
  ));
  perform burgee.refuse_unknown_segment(new.project_id, named.segment_key, named.place)
  from burgee.segments_of(new) as named;
  perform burgee.write_references(new);
  perform burgee.refuse_segment_cycle(new.id);
  return null;
end
$$;
comment on function burgee.refer_segment() is 'Keeps the references of a segment; refuses unknown ones and cycles. All that lies below is locked by then, so nobody else closes one meanwhile.';

create trigger _400_references
after insert on burgee.segment
for each row
when (new.conditions is not null)
execute function burgee.refer_segment();

create trigger _401_references
after update on burgee.segment
for each row
when (new.conditions is distinct from old.conditions)
execute function burgee.refer_segment();

-- What others name ---------------------------------------------------------------------------------------------------

create function burgee.users_of(reference_kind text, subject uuid, of_variant text default null)
returns text
language sql
stable
begin atomic
  select string_agg(distinct flag.key, ', ' order by flag.key)
  from burgee.setting_reference reference
  join burgee.flag on flag.id = reference.flag_id
  where case reference_kind when 'flag' then reference.kind in ('flag', 'parent') else reference.kind = reference_kind end
    and case reference_kind when 'segment' then reference.segment_id else reference.required_flag_id end = subject
    and (of_variant is null or reference.variant = of_variant)
    and flag.archived_at is null;
end;
comment on function burgee.users_of(text, uuid, text) is 'Keys of the flags that name a flag, one of its variants, or a segment; null when none does.';

create function burgee.last_use(of_flag uuid)
returns timestamptz
language sql
stable
begin atomic
  select max(hour)
  from burgee.flag_exposure
  where flag_id = of_flag
    and source = 'used'
    and not through_client_key;
end;
comment on function burgee.last_use(uuid) is 'The last hour in which code used the flag, as far as servers say: what a browser sends holds nothing up.';

create function burgee.guard_named_flag()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  users text;
  lost text;
begin
  if new.archived_at is not null and old.archived_at is null then
    users := burgee.users_of('flag', new.id);
    if users is not null then
      perform burgee.refuse('IN_USE', format('%s is required by %s', new.key, users), 'Take these requirements away first.');
    end if;
    if burgee.last_use(new.id) > burgee.now() - interval '49 hours' then
      perform burgee.refuse(
        'IN_USE',
        format('code used %s in the last 48 hours, at %s', new.key, to_char(burgee.last_use(new.id) at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')),
        'Take it out of the code and wait until that runs everywhere.');
    end if;
  end if;
  for lost in select jsonb_object_keys(old.variants) except select jsonb_object_keys(new.variants) loop
    users := burgee.users_of('variant', new.id, lost);
    if users is not null then
      perform burgee.refuse('IN_USE', format('variant %s of %s is required by %s', lost, new.key, users), 'Take these requirements away first.');
    end if;
  end loop;
  return new;
end
$$;
comment on function burgee.guard_named_flag() is 'Refuses to take away what other flags require, and to archive what code still uses. An hour counts whole.';

create trigger _350_named
before update on burgee.flag
for each row
when ((new.archived_at, new.variants) is distinct from (old.archived_at, old.variants))
execute function burgee.guard_named_flag();

create function burgee.guard_named_segment()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  users text := burgee.users_of('segment', new.id);
begin
  if users is not null then
    perform burgee.refuse('IN_USE', format('segment %s is used by %s', new.key, users), 'Take it out of their rules first.');
  end if;
  select string_agg(segment.key, ', ' order by segment.key)
  into users
  from burgee.segment_reference reference
  join burgee.segment on segment.id = reference.segment_id
  where reference.named_segment_id = new.id
    and segment.archived_at is null;
  if users is not null then
    perform burgee.refuse('IN_USE', format('segment %s is used by segment %s', new.key, users), 'Take it out of their conditions first.');
  end if;
  return new;
end
$$;
comment on function burgee.guard_named_segment() is 'Refuses to archive a segment that flags, or other segments, name.';

create trigger _350_named
before update on burgee.segment
for each row
when (new.archived_at is not null and old.archived_at is null)
execute function burgee.guard_named_segment();

-- Written anew for what was written while this migration was undone.
select burgee.write_references(setting)
from burgee.flag_setting setting;
select burgee.write_references(segment)
from burgee.segment;
