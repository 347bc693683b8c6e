-- Rows become what is served: the one place where both are known.
set local lock_timeout = '5s';

create function burgee.wire_flag(flag burgee.flag, setting burgee.flag_setting)
returns jsonb
language sql
stable
return jsonb_build_object(
    'key', flag.key,
    'enabled', setting.enabled,
    'type', flag.value_type,
    'variants', flag.variants,
    'off', setting.off_variant,
    'default', setting.default_serve)
  || case when setting.requires is null then '{}' else jsonb_build_object('requires', setting.requires) end
  || case when setting.rules is null then '{}' else jsonb_build_object('rules', setting.rules) end
  || case when setting.salt is null then '{}' else jsonb_build_object('salt', setting.salt) end
  || case when setting.semantics is null then '{}' else jsonb_build_object('semantics', setting.semantics) end
  || case when setting.foreign_rule is null then '{}' else jsonb_build_object('foreign', setting.foreign_rule) end
  || case when flag.client_visible then '{"clientVisible": true}'::jsonb else '{}' end
  || case when flag.metadata = '{}' then '{}' else jsonb_build_object('metadata', flag.metadata) end;
comment on function burgee.wire_flag(burgee.flag, burgee.flag_setting) is 'A flag in one environment as it goes over the wire and as it is checked.';

create function burgee.wire_segment(segment burgee.segment)
returns jsonb
language sql
stable
return jsonb_build_object('key', segment.key)
  || case when segment.semantics is null then '{}' else jsonb_build_object('semantics', segment.semantics) end
  || case when segment.conditions is null then '{}' else jsonb_build_object('if', segment.conditions) end
  || (
    select
      case when count(*) filter (where included) = 0 then '{}'
        else jsonb_build_object('include', jsonb_agg(targeting_key order by targeting_key collate "C") filter (where included)) end
      || case when count(*) filter (where not included) = 0 then '{}'
        else jsonb_build_object('exclude', jsonb_agg(targeting_key order by targeting_key collate "C") filter (where not included)) end
    from burgee.segment_member
    where segment_id = segment.id
  );
comment on function burgee.wire_segment(burgee.segment) is 'A segment as it goes over the wire.';

create function burgee.version_text(environment burgee.environment)
returns text
language sql
immutable
return environment.version || '.' || environment.version_token;
comment on function burgee.version_text(burgee.environment) is 'The opaque text that names one content of an environment.';

create function burgee.wire_flags(of_environment uuid)
returns jsonb
language sql
stable
return (
  select coalesce(jsonb_object_agg(flag.key, burgee.wire_flag(flag, setting)), '{}')
  from burgee.flag_setting setting
  join burgee.flag on flag.id = setting.flag_id
  where setting.environment_id = of_environment
    and flag.archived_at is null
);
comment on function burgee.wire_flags(uuid) is 'Flags of an environment by key, without the archived ones.';

create function burgee.wire_segments(of_environment uuid)
returns jsonb
language sql
stable
begin atomic
  with recursive named (segment_id) as (
    select reference.segment_id
    from burgee.setting_reference reference
    join burgee.flag on flag.id = reference.flag_id
    where reference.environment_id = of_environment
      and reference.kind = 'segment'
      and flag.archived_at is null
    union
    select reference.named_segment_id
    from named
    join burgee.segment_reference reference on reference.segment_id = named.segment_id
  )
  select coalesce(jsonb_object_agg(segment.key, burgee.wire_segment(segment)), '{}')
  from burgee.segment
  where segment.id in (select segment_id from named);
end;
comment on function burgee.wire_segments(uuid) is 'Segments by key that flags of an environment name, and those that these name.';

create function burgee.wire_ruleset(of_environment uuid)
returns jsonb
language sql
stable
return (
  select jsonb_build_object(
    'format', 1,
    'environment', environment.key,
    'version', burgee.version_text(environment),
    'flags', burgee.wire_flags(environment.id),
    'segments', burgee.wire_segments(environment.id))
  from burgee.environment
  where environment.id = of_environment
);
comment on function burgee.wire_ruleset(uuid) is 'All that is decided in an environment; null when there is none. Read it in one repeatable read transaction.';
