-- Which flags are overdue: the one definition of it, and the reports that are filed.
set local lock_timeout = '5s';

create function burgee.meets(flag burgee.flag, value jsonb, variants jsonb)
returns text
language sql
immutable
return case
  when exists (select from jsonb_each(flag.variants) as v where v.value = meets.value) then (
    select case
      when bool_and(meets.variants ? v.key) then 'always'
      when bool_or(meets.variants ? v.key) then 'sometimes'
      else 'never'
    end
    from jsonb_each(flag.variants) as v
    where v.value = meets.value
  )
  else 'never'
end;
comment on function burgee.meets(burgee.flag, jsonb, jsonb) is 'Whether a flag that always serves a value meets a requirement of variants: always, sometimes, never.';

create function burgee.unmet_value(flag burgee.flag, setting burgee.flag_setting, requirement jsonb)
returns jsonb
language sql
immutable
return case
  when requirement ? 'else' then coalesce(flag.variants -> (requirement ->> 'else'), 'null')
  else burgee.off_value(flag, setting)
end;
comment on function burgee.unmet_value(burgee.flag, burgee.flag_setting, jsonb) is 'What a flag serves while a requirement is not met.';

create function burgee.serves_unnamed(setting burgee.flag_setting)
returns boolean
language sql
immutable
return setting.enabled
  and (jsonb_path_exists(setting.default_serve, 'lax $.value') or coalesce(jsonb_path_exists(setting.rules, 'lax $[*].serve.value'), false));
comment on function burgee.serves_unnamed(burgee.flag_setting) is 'Whether a value can be served that has no variant''s name; it meets no requirement.';

create function burgee.settled(
  of_flag uuid, of_environment uuid, as_of timestamptz, depth int default 0, out since timestamptz, out value jsonb)
language plpgsql
stable
set search_path = ''
as $$
declare
  flag burgee.flag;
  setting burgee.flag_setting;
  required burgee.flag;
  required_setting burgee.flag_setting;
  requirement jsonb;
  parent record;
  meets text;
  others jsonb[] := '{}';
begin
  select * into flag from burgee.flag other where other.id = of_flag;
  select * into setting from burgee.flag_setting other where other.flag_id = of_flag and other.environment_id = of_environment;
  if depth > 10 or setting.settled_at is null or setting.settled_at > as_of then
    return;
  end if;
  since := setting.settled_at;
  value := setting.settled_value;
  if not setting.enabled then
    return;
  end if;

  for requirement in select element from jsonb_array_elements(setting.requires) as element loop
    select * into required from burgee.flag other where other.project_id = flag.project_id and other.key = requirement ->> 'flag';
    select * into required_setting
    from burgee.flag_setting other
    where other.flag_id = required.id
      and other.environment_id = of_environment;
    select * into parent from burgee.settled(required.id, of_environment, as_of, depth + 1);
    meets := case
      when required.archived_at is not null or required.id is null then 'never'
      when parent.value is null or burgee.serves_unnamed(required_setting) then 'sometimes'
      else burgee.meets(required, parent.value, requirement -> 'variants')
    end;
    if meets = 'always' then
      since := greatest(since, parent.since);
    elsif meets = 'never' then
      since := greatest(setting.settled_at, parent.since, required.archived_at);
      value := burgee.unmet_value(flag, setting, requirement);
      exit;
    else
      others := others || burgee.unmet_value(flag, setting, requirement);
    end if;
  end loop;
  if value <> any (others) then
    since := null;
    value := null;
  end if;
end
$$;
comment on function burgee.settled(uuid, uuid, timestamptz, int) is
  'The one outcome of a flag in an environment and since when, what it requires taken in: the latest of its own instant and its parents''.';

create function burgee.production_state(of_project uuid, as_of timestamptz)
returns table (
  flag_id uuid, environment_key text, enabled boolean, is_unknown boolean, since timestamptz, value jsonb, off_value jsonb,
  ramp_ends timestamptz, changed_at timestamptz)
language sql
stable
begin atomic
  select
    flag.id,
    environment.key,
    setting.enabled,
    setting.enabled and burgee.keeps_foreign(setting.semantics) and burgee.foreign_outcomes(flag, setting) is null,
    clock.since,
    clock.value,
    burgee.off_value(flag, setting),
    case when setting.settled_at > as_of then setting.settled_at end,
    setting.updated_at
  from burgee.flag
  join burgee.flag_setting setting on setting.flag_id = flag.id
  join burgee.environment on environment.id = setting.environment_id
  cross join lateral burgee.settled(flag.id, environment.id, as_of) as clock
  where flag.project_id = of_project
    and environment.is_production
    and setting.first_enabled_at <= as_of
    and flag.created_at <= as_of
    and (flag.archived_at is null or flag.archived_at > as_of);
end;
comment on function burgee.production_state(uuid, timestamptz) is 'Flags in each production environment where they were ever enabled.';

create function burgee.production_summary(of_project uuid, as_of timestamptz)
returns table (
  flag_id uuid, is_settled boolean, is_rolled_out boolean, is_off boolean, is_ramping boolean, is_enabled boolean, is_unknown boolean,
  since timestamptz, changed_at timestamptz, value jsonb, environments jsonb)
language sql
stable
begin atomic
  select
    state.flag_id,
    bool_and(state.value is not null),
    coalesce(bool_and(state.value <> state.off_value) and count(distinct state.value) = 1 and bool_and(state.value is not null), false),
    coalesce(bool_and(state.value = state.off_value) and bool_and(state.value is not null), false),
    bool_or(state.ramp_ends is not null),
    bool_or(state.enabled),
    bool_or(state.is_unknown),
    max(state.since),
    max(state.changed_at),
    case when count(distinct state.value) = 1 and bool_and(state.value is not null) then min(state.value::text)::jsonb end,
    jsonb_object_agg(state.environment_key, state.since order by state.environment_key)
  from burgee.production_state(of_project, as_of) as state
  group by state.flag_id;
end;
comment on function burgee.production_summary(uuid, timestamptz) is 'Each flag over all its production environments: rolled out is one value, not the off value, everywhere.';

create function burgee.usage_of(of_flag uuid, as_of timestamptz)
returns timestamptz
language sql
stable
begin atomic
  select max(hour)
  from burgee.flag_exposure
  where flag_id = of_flag
    and source = 'used'
    and hour <= as_of;
end;
comment on function burgee.usage_of(uuid, timestamptz) is 'The last hour in which code, browsers included, used a flag.';

create function burgee.kind_changes(of_project uuid, as_of timestamptz)
returns table (flag_id uuid, since timestamptz, was text, becomes text)
language sql
stable
begin atomic
  select distinct on (entry.subject_key) (entry.after ->> 'id')::uuid, entry.at, entry.before ->> 'kind', entry.after ->> 'kind'
  from burgee.audit_entry entry
  where entry.project_id = of_project
    and entry.subject = 'flag'
    and entry.operation = 'update'
    and entry.at between as_of - interval '31 days' and as_of
    and entry.before ->> 'kind' in ('release', 'experiment')
    and entry.after ->> 'kind' in ('operational', 'permission')
  order by entry.subject_key, entry.id desc;
end;
comment on function burgee.kind_changes(uuid, timestamptz) is 'Flags that were temporary until the last month and are no longer.';

create function burgee.stale_flags(project_id uuid, as_of timestamptz)
returns table (
  flag_id uuid, flag_key text, finding text, since timestamptz, days int, owner text, kind text, value jsonb, detail jsonb)
language sql
stable
set timezone = 'UTC' -- a day has 24 hours, wherever the server stands
begin atomic
  with evidence as (
    select
      exists (
        select
        from burgee.code_reference reference
        join burgee.flag on flag.id = reference.flag_id
        where flag.project_id = stale_flags.project_id
      ) as has_references,
      (
        select coalesce(min(exposure.hour) <= as_of - interval '30 days' and max(exposure.hour) > as_of - interval '30 days', false)
        from burgee.flag_exposure exposure
        join burgee.flag on flag.id = exposure.flag_id
        where flag.project_id = stale_flags.project_id
          and exposure.source = 'used'
          and exposure.hour <= as_of
      ) as has_usage
  ),
  temporary_flag as (
    select
      flag.*,
      summary.*,
      project.stale_after,
      burgee.usage_of(flag.id, as_of) as last_used_at,
      (select count(*) from burgee.code_reference reference where reference.flag_id = flag.id) as reference_count
    from burgee.flag
    join burgee.project on project.id = flag.project_id
    left join burgee.production_summary(stale_flags.project_id, as_of) as summary on summary.flag_id = flag.id
    where flag.project_id = stale_flags.project_id
      and flag.kind in ('release', 'experiment')
      and flag.created_at <= as_of
      and (flag.archived_at is null or flag.archived_at > as_of)
  ),
  found as (
    select id, 'stale' as finding, since
    from temporary_flag
    where is_rolled_out
      and as_of > since + stale_after
      and (stale_extended_until is null or as_of > stale_extended_until)
    union all
    select id, 'concluded_off', since
    from temporary_flag
    where is_off
      and as_of > since + stale_after
      and (stale_extended_until is null or as_of > stale_extended_until)
    union all
    select id, 'stuck', changed_at
    from temporary_flag
    where not is_settled
      and not is_ramping
      and is_enabled
      and not is_unknown
      and as_of > changed_at + case kind when 'experiment' then interval '60 days' else interval '30 days' end
    union all
    select id, 'unknown', changed_at
    from temporary_flag
    where is_unknown
      and as_of > changed_at + stale_after
      and (stale_extended_until is null or as_of > stale_extended_until)
    union all
    select id, 'ready_to_archive', greatest(since, last_used_at)
    from temporary_flag, evidence
    where (is_rolled_out or is_off)
      and reference_count = 0
      and (last_used_at is null or last_used_at < as_of - interval '49 hours')
      and (evidence.has_references or last_used_at is not null)
    union all
    select id, 'abandoned', coalesce(last_used_at, created_at)
    from temporary_flag, evidence
    where coalesce(last_used_at, created_at) < as_of - interval '30 days'
      and evidence.has_usage
    union all
    select change.flag_id, 'kind_changed', change.since
    from burgee.kind_changes(stale_flags.project_id, as_of) as change
  )
  select
    flag.id,
    flag.key,
    found.finding,
    found.since,
    floor(extract(epoch from as_of - found.since) / 86400)::int,
    flag.owner,
    flag.kind,
    summary.value,
    jsonb_strip_nulls(jsonb_build_object(
      'environments', summary.environments,
      'lastUsedAt', burgee.usage_of(flag.id, as_of),
      'codeReferences', (select count(*) from burgee.code_reference reference where reference.flag_id = flag.id),
      'wasKind', (select change.was from burgee.kind_changes(stale_flags.project_id, as_of) as change
        where found.finding = 'kind_changed' and change.flag_id = flag.id)))
  from found
  join burgee.flag on flag.id = found.id
  left join burgee.production_summary(stale_flags.project_id, as_of) as summary on summary.flag_id = flag.id
  order by
    array_position(array['stale', 'concluded_off', 'stuck', 'unknown', 'ready_to_archive', 'abandoned', 'kind_changed'], found.finding),
    found.since,
    flag.key collate "C";
end;
comment on function burgee.stale_flags(uuid, timestamptz) is
  'Overdue flags (stale: temporary, rolled out for longer than the project allows) and, reported apart, other leftovers.
Unused is only what can be known to be: the project has reported code references, or has counted exposures for 30 days.';

-- Reports ------------------------------------------------------------------------------------------------------------

create function burgee.report_findings(of_project uuid, as_of timestamptz)
returns jsonb
language sql
stable
begin atomic
  select coalesce(jsonb_agg(jsonb_build_object(
    'flag', found.flag_key,
    'finding', found.finding,
    'since', burgee.utc_text(found.since),
    'days', found.days,
    'owner', found.owner,
    'kind', found.kind,
    'value', found.value,
    'lastUsedAt', burgee.utc_text(burgee.usage_of(found.flag_id, as_of)),
    'codeReferences', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'repository', reference.repository, 'path', reference.path, 'line', reference.line, 'commit', reference.commit)
        order by reference.repository collate "C", reference.path collate "C", reference.line), '[]')
      from burgee.code_reference reference
      where reference.flag_id = found.flag_id
    )) order by found.nr), '[]')
  from burgee.stale_flags(of_project, as_of) with ordinality as found (
    flag_id, flag_key, finding, since, days, owner, kind, value, detail, nr);
end;
comment on function burgee.report_findings(uuid, timestamptz) is 'Findings with where code names the flag.';

create function burgee.changes_production(entry burgee.audit_entry)
returns boolean
language sql
stable
return case entry.subject
  when 'flag' then exists (
    select
    from unnest(array['kind', 'variants', 'client_visible', 'metadata', 'archived_at']) as decisive
    where entry.before -> decisive is distinct from entry.after -> decisive
  )
  when 'environment' then true
  else exists (
    select
    from burgee.segment
    cross join lateral burgee.segments_reaching(segment.id) as reaching (segment_id)
    join burgee.setting_reference reference on reference.segment_id = reaching.segment_id
    join burgee.environment on environment.id = reference.environment_id
    where segment.project_id = entry.project_id
      and segment.key = entry.subject_key
      and environment.is_production
  )
end;
comment on function burgee.changes_production(burgee.audit_entry) is
  'Whether a change of a flag, a segment or an environment itself, which is in no environment''s chain, changes what production decides.';

create function burgee.report_changes(of_project uuid, from_instant timestamptz, until_instant timestamptz)
returns jsonb
language sql
stable
begin atomic
  select coalesce(jsonb_agg(jsonb_build_object(
    'at', burgee.utc_text(entry.at),
    'environment', coalesce(environment.key, ''),
    'subject', entry.subject,
    'key', entry.subject_key,
    'operation', entry.operation,
    'enabled', case when entry.before -> 'enabled' <> entry.after -> 'enabled' then entry.after -> 'enabled' end,
    'actor', entry.actor,
    'door', entry.door,
    'reason', entry.reason,
    'emergency', entry.emergency) order by entry.at, entry.id), '[]')
  from burgee.audit_entry entry
  left join burgee.environment on environment.id = entry.environment_id
  where entry.project_id = of_project
    and case
      when environment.id is not null then environment.is_production and entry.operation <> 'insert'
      when entry.subject = 'segment_member' then burgee.changes_production(entry)
      when entry.subject in ('flag', 'segment', 'environment') then entry.operation <> 'insert' and burgee.changes_production(entry)
      else false
    end
    and entry.at >= from_instant
    and entry.at < until_instant;
end;
comment on function burgee.report_changes(uuid, timestamptz, timestamptz) is
  'What changed in production, by whom and why; what holds in every environment has the empty key.';

create function burgee.report_heads(of_project uuid)
returns jsonb
language sql
stable
begin atomic
  select jsonb_build_object('', encode(project.audit_head, 'hex')) || (
    select coalesce(jsonb_object_agg(environment.key, encode(environment.audit_head, 'hex')), '{}')
    from burgee.environment
    where environment.project_id = of_project
  )
  from burgee.project
  where project.id = of_project;
end;
comment on function burgee.report_heads(uuid) is 'Heads of the audit chains by environment; the project''s own has the empty key.';

create function burgee.report_trend(of_project uuid, before_period date)
returns jsonb
language sql
stable
begin atomic
  select coalesce(jsonb_agg(jsonb_build_object('period', report.period, 'stale', report.stale) order by report.period), '[]')
  from (
    select earlier.period, count(finding.flag_id) filter (where finding.finding = 'stale') as stale
    from burgee.stale_report earlier
    left join burgee.stale_finding finding on finding.report_id = earlier.id
    where earlier.project_id = of_project
      and earlier.kind = 'monthly'
      and earlier.period < before_period
      and earlier.period >= before_period - interval '12 months'
    group by earlier.period
  ) as report;
end;
comment on function burgee.report_trend(uuid, date) is 'Overdue flags in the monthly reports of the last year.';

create function burgee.report_body(of_project uuid, kind text, period date, as_of timestamptz)
returns jsonb
language sql
stable
return jsonb_build_object(
    'project', (select key from burgee.project where id = of_project),
    'kind', kind,
    'period', period,
    'asOf', burgee.utc_text(as_of),
    'findings', burgee.report_findings(of_project, as_of),
    'heads', burgee.report_heads(of_project))
  || case
    when kind = 'monthly' then jsonb_build_object(
      'changes', burgee.report_changes(
        of_project, period::timestamp at time zone 'UTC', (period + interval '1 month') at time zone 'UTC'),
      'trend', burgee.report_trend(of_project, period))
    else '{}'
  end;
comment on function burgee.report_body(uuid, text, date, timestamptz) is 'All that a report says; the same state gives the same text.';

create function burgee.file_stale_report(project_id uuid, kind text, period date, as_of timestamptz)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
set timezone = 'UTC'
as $$
declare
  filed uuid;
begin
  if (select door from burgee.actor()) <> 'job' then
    perform burgee.require_role(file_stale_report.project_id, burgee.writers(), 'file reports');
  end if;
  insert into burgee.stale_report (project_id, kind, period, as_of, body)
  values (
    file_stale_report.project_id, file_stale_report.kind, file_stale_report.period, file_stale_report.as_of,
    burgee.report_body(
      file_stale_report.project_id, file_stale_report.kind, file_stale_report.period, file_stale_report.as_of))
  on conflict on constraint stale_report_once do nothing
  returning id into filed;

  insert into burgee.stale_finding (report_id, flag_id, flag_key, finding, since, days, owner, detail)
  select
    filed, found.flag_id, found.flag_key, found.finding, found.since, found.days, found.owner,
    found.detail || jsonb_build_object('kind', found.kind, 'value', found.value)
  from burgee.stale_flags(file_stale_report.project_id, file_stale_report.as_of) as found
  where filed is not null;
  return filed;
end
$$;
comment on function burgee.file_stale_report(uuid, text, date, timestamptz) is
  'Files the report of a project and period, whole; null when somebody filed it already. A month is named by its first day.';
revoke execute on function burgee.file_stale_report(uuid, text, date, timestamptz) from public;
grant execute on function burgee.file_stale_report(uuid, text, date, timestamptz) to burgee_api;

create trigger _050_append_only
before update or delete on burgee.stale_report
for each row execute function burgee.refuse_rewriting();

create trigger _050_append_only_whole
before truncate on burgee.stale_report
for each statement execute function burgee.refuse_rewriting();

create trigger _050_append_only
before update or delete on burgee.stale_finding
for each row execute function burgee.refuse_rewriting();

create trigger _050_append_only_whole
before truncate on burgee.stale_finding
for each statement execute function burgee.refuse_rewriting();
