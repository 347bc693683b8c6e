set local lock_timeout = '5s';

create or replace function burgee.wire_ruleset(of_environment uuid)
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

create or replace function burgee.wire_flags(of_environment uuid)
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

create or replace function burgee.wire_flag(flag burgee.flag, setting burgee.flag_setting)
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

drop function burgee.wire_ruleset_text(uuid);
drop function burgee.wire_flags_text(uuid);
drop function burgee.wire_flag_text(burgee.flag, burgee.flag_setting);
