-- Since when a setting has exactly one outcome.
set local lock_timeout = '5s';

create function burgee.off_value(flag burgee.flag, setting burgee.flag_setting)
returns jsonb
language sql
immutable
return coalesce(flag.variants -> setting.off_variant, 'null');
comment on function burgee.off_value(burgee.flag, burgee.flag_setting) is 'What is served while not enabled; jsonb null is the default of the code that asks.';

create function burgee.values_of_split(flag burgee.flag, split jsonb)
returns jsonb
language sql
immutable
return coalesce(
  (
    select jsonb_agg(flag.variants -> (arm ->> 0))
    from jsonb_array_elements(split) as arm
    where (arm ->> 1)::numeric > 0
  ),
  case when flag.value_type = 'boolean' and flag.variants ? 'on' then jsonb_build_array(flag.variants -> 'on') end,
  '[null]');
comment on function burgee.values_of_split(burgee.flag, jsonb) is
  'Values that a split can serve. Under Unleash all weights may be 0: a flag that is on without one of its variants.';

create function burgee.values_of(flag burgee.flag, serve jsonb)
returns jsonb
language sql
immutable
return case
  when jsonb_typeof(serve) = 'string' then jsonb_build_array(flag.variants -> (serve #>> '{}'))
  when jsonb_typeof(serve) = 'object' and serve ? 'value' then jsonb_build_array(serve -> 'value')
  when jsonb_typeof(serve) = 'object' then burgee.values_of_split(flag, serve -> 'split')
  else '[null]'
end;
comment on function burgee.values_of(burgee.flag, jsonb) is
  'Values that a variant, a split, a value without a name or the default of the code can serve, as a list.';

create function burgee.instant(date text)
returns timestamptz
language sql
immutable
return timestamptz 'epoch' + burgee.instant_ms(date) * interval '1 millisecond';
comment on function burgee.instant(text) is 'The instant of an RFC 3339 date; zones may be further away than Postgres itself reads.';

create function burgee.share_of(percent jsonb)
returns text
language sql
immutable
return case percent::numeric when 0 then 'nobody' when 100 then 'all' else 'some' end;
comment on function burgee.share_of(jsonb) is 'For whom a percentage counts: nobody, some, all.';

create function burgee.share_from(rollout jsonb, instant timestamptz)
returns text
language sql
immutable
return case
  when rollout is null then 'all'
  when jsonb_typeof(rollout) = 'number' then burgee.share_of(rollout)
  when rollout ? 'percent' then burgee.share_of(rollout -> 'percent')
  when instant < burgee.instant(rollout ->> 'start') then 'nobody'
  when instant >= burgee.instant(rollout ->> 'end') or rollout -> 'from' = rollout -> 'to' then burgee.share_of(rollout -> 'to')
  else 'some'
end;
comment on function burgee.share_from(jsonb, timestamptz) is 'For whom a rollout counts from an instant until a ramp begins or ends: nobody, some, all.';

create function burgee.leaves_some_out(setting burgee.flag_setting, rule jsonb)
returns boolean
language sql
immutable
return coalesce(
  setting.semantics like 'unleash%' and jsonb_typeof(rule -> 'rollout') = 'object' and not rule -> 'rollout' -> 'by' ? '$random',
  false);
comment on function burgee.leaves_some_out(burgee.flag_setting, jsonb) is
  'Under Unleash a rollout by an attribute is not for those who have none, even at 100 %.';

create function burgee.foreign_outcomes(flag burgee.flag, setting burgee.flag_setting)
returns jsonb
language sql
immutable
return (
  select case
    when exists (select from jsonb_each(flag.variants) as variant (name, value) where variant.value = lone.value) then jsonb_build_array(lone.value)
    when lone.value = 'null' then '[null]'
  end
  from (
    select case
      when setting.semantics like 'growthbook-%' and coalesce(setting.foreign_rule -> 'rules', '[]') in ('[]', 'null')
        and jsonb_typeof(setting.foreign_rule -> 'experiment') is distinct from 'object'
        then coalesce(setting.foreign_rule -> 'defaultValue', 'null')
      when setting.semantics like 'flagd-%' and coalesce(setting.foreign_rule -> 'targeting', '{}') in ('{}', 'null')
        and coalesce(setting.foreign_rule ->> 'defaultVariant', '') = ''
        then 'null'
      when setting.semantics like 'flagd-%' and coalesce(setting.foreign_rule -> 'targeting', '{}') in ('{}', 'null')
        then flag.variants -> (setting.foreign_rule ->> 'defaultVariant')
    end as value
  ) as lone
);
comment on function burgee.foreign_outcomes(burgee.flag, burgee.flag_setting) is
  'Without rules a feature of GrowthBook serves its default value, and without targeting a flag of flagd its default variant. Null: only they can tell.';

create function burgee.outcomes(flag burgee.flag, setting burgee.flag_setting, instant timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  rule jsonb;
  share text;
  outcomes jsonb := '[]';
begin
  if not setting.enabled then
    return jsonb_build_array(burgee.off_value(flag, setting));
  end if;
  if burgee.keeps_foreign(setting.semantics) then
    return burgee.foreign_outcomes(flag, setting);
  end if;
  for rule in select value from jsonb_array_elements(setting.rules) loop
    share := burgee.share_from(rule -> 'rollout', instant);
    continue when share = 'nobody';
    outcomes := outcomes || burgee.values_of(flag, coalesce(rule -> 'serve', '"on"'));
    if share = 'all' and coalesce(rule -> 'if', '[]') = '[]' and coalesce(rule -> 'requires', '[]') = '[]'
      and not burgee.leaves_some_out(setting, rule)
    then
      return outcomes;
    end if;
  end loop;
  return outcomes || burgee.values_of(flag, setting.default_serve);
end
$$;
comment on function burgee.outcomes(burgee.flag, burgee.flag_setting, timestamptz) is
  'Every value that can be served from an instant on, as a list; requirements of the whole flag left aside. Null: cannot be analysed.';

create function burgee.only_outcome(flag burgee.flag, setting burgee.flag_setting, instant timestamptz)
returns jsonb
language sql
stable
return (
  select case when count(distinct outcome) = 1 then min(outcome::text)::jsonb end
  from jsonb_array_elements(burgee.outcomes(flag, setting, instant)) as outcome
);
comment on function burgee.only_outcome(burgee.flag, burgee.flag_setting, timestamptz) is 'The outcome when there is exactly one.';

create function burgee.turns_of(setting burgee.flag_setting, after_instant timestamptz)
returns timestamptz[]
language sql
immutable
return (
  select array_agg(distinct turn order by turn desc)
  from (
    select after_instant
    union all
    select burgee.instant(rule -> 'rollout' ->> edge)
    from jsonb_array_elements(setting.rules) as rule, (values ('start'), ('end')) as edges (edge)
    where jsonb_typeof(rule -> 'rollout') = 'object'
  ) as turns (turn)
  where turn >= after_instant
);
comment on function burgee.turns_of(burgee.flag_setting, timestamptz) is 'An instant and all later ones at which a ramp begins or ends, latest first.';

create function burgee.settle(
  flag burgee.flag, setting burgee.flag_setting, instant timestamptz, out settled_at timestamptz, out settled_value jsonb)
language plpgsql
stable
set search_path = ''
as $$
declare
  turn timestamptz;
begin
  if not setting.enabled then
    settled_at := instant;
    settled_value := burgee.off_value(flag, setting);
    return;
  end if;
  foreach turn in array burgee.turns_of(setting, instant) loop
    if settled_at is null then
      settled_value := burgee.only_outcome(flag, setting, turn);
    end if;
    exit when settled_value is null or burgee.only_outcome(flag, setting, turn) is distinct from settled_value;
    settled_at := turn;
  end loop;
exception
  when data_exception then -- an old row that can no longer be read: unknown, and no obstacle
    settled_at := null;
    settled_value := null;
end
$$;
comment on function burgee.settle(burgee.flag, burgee.flag_setting, timestamptz) is
  'From when on, now or after the last ramp, there is one outcome for good, and which; nulls when there is more than one, or nobody can tell.';

create function burgee.keep_clock()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  flag burgee.flag;
  clock record;
begin
  select * into flag from burgee.flag other where other.id = new.flag_id;
  select * into clock from burgee.settle(flag, new, burgee.now());
  new.first_settled_at := null;
  if tg_op = 'UPDATE' then
    new.first_settled_at := old.first_settled_at;
    if clock.settled_at = burgee.now() and old.settled_value = clock.settled_value and old.settled_at <= burgee.now() then
      clock.settled_at := old.settled_at;
    end if;
  end if;
  new.settled_at := clock.settled_at;
  new.settled_value := clock.settled_value;
  if clock.settled_value <> burgee.off_value(flag, new) then
    new.first_settled_at := coalesce(new.first_settled_at, clock.settled_at);
  end if;
  return new;
end
$$;
comment on function burgee.keep_clock() is 'Starts the clock anew when the outcome changes, and by no other edit.';

create trigger _350_clock
before insert or update on burgee.flag_setting
for each row execute function burgee.keep_clock();

create function burgee.recount_clocks(of_flag uuid default null)
returns void
language sql
volatile
begin atomic
  update burgee.flag_setting setting
  set updated_at = setting.updated_at
  from burgee.flag
  where flag.id = setting.flag_id
    and (of_flag is null or flag.id = of_flag)
    and setting.settled_value is distinct from (burgee.settle(flag, setting, burgee.now())).settled_value;
end;
comment on function burgee.recount_clocks(uuid) is 'Looks again at settings whose outcome changed although nobody wrote to them.';

create function burgee.recount_flag()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform burgee.recount_clocks(new.id);
  return null;
end
$$;
comment on function burgee.recount_flag() is 'New values of variants are new outcomes of settings.';

create trigger _450_clock
after update on burgee.flag
for each row
when (new.variants is distinct from old.variants)
execute function burgee.recount_flag();

-- For what was written while this migration was undone.
select burgee.recount_clocks();
