-- What goes over the wire is written as text, once: jsonb copies long lists at every step, and a change is seen that much later.
set local lock_timeout = '5s';

create function burgee.wire_flag_text(flag burgee.flag, setting burgee.flag_setting)
returns text
language sql
stable
return '{"key":' || to_json(flag.key)::text
  || ',"enabled":' || to_json(setting.enabled)::text
  || ',"type":' || to_json(flag.value_type)::text
  || ',"variants":' || flag.variants::text
  || ',"off":' || coalesce(to_json(setting.off_variant)::text, 'null')
  || ',"default":' || coalesce(setting.default_serve::text, 'null')
  || coalesce(',"requires":' || setting.requires::text, '')
  || coalesce(',"rules":' || setting.rules::text, '')
  || coalesce(',"salt":' || to_json(setting.salt)::text, '')
  || coalesce(',"semantics":' || to_json(setting.semantics)::text, '')
  || coalesce(',"foreign":' || setting.foreign_rule::text, '')
  || case when flag.client_visible then ',"clientVisible":true' else '' end
  || case when flag.metadata = '{}' then '' else ',"metadata":' || flag.metadata::text end
  || '}';
comment on function burgee.wire_flag_text(burgee.flag, burgee.flag_setting) is
  'A flag in one environment as it goes over the wire and as it is checked: the one place where it is built.';

create or replace function burgee.wire_flag(flag burgee.flag, setting burgee.flag_setting)
returns jsonb
language sql
stable
return burgee.wire_flag_text(flag, setting)::jsonb;

create function burgee.wire_flags_text(of_environment uuid)
returns text
language sql
stable
return (
  select '{' || coalesce(string_agg(to_json(flag.key)::text || ':' || burgee.wire_flag_text(flag, setting), ','), '') || '}'
  from burgee.flag_setting setting
  join burgee.flag on flag.id = setting.flag_id
  where setting.environment_id = of_environment
    and flag.archived_at is null
);
comment on function burgee.wire_flags_text(uuid) is 'Flags of an environment by key, without the archived ones, as text.';

create or replace function burgee.wire_flags(of_environment uuid)
returns jsonb
language sql
stable
return burgee.wire_flags_text(of_environment)::jsonb;

create function burgee.wire_ruleset_text(of_environment uuid)
returns text
language sql
stable
return (
  select '{"format":1,"environment":' || to_json(environment.key)::text
    || ',"version":' || to_json(burgee.version_text(environment))::text
    || ',"flags":' || burgee.wire_flags_text(environment.id)
    || ',"segments":' || burgee.wire_segments(environment.id)::text
    || '}'
  from burgee.environment
  where environment.id = of_environment
);
comment on function burgee.wire_ruleset_text(uuid) is
  'All that is decided in an environment, as text; null when there is none. Read it in one statement, or in one repeatable read transaction.';

create or replace function burgee.wire_ruleset(of_environment uuid)
returns jsonb
language sql
stable
return burgee.wire_ruleset_text(of_environment)::jsonb;
