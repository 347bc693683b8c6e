set local lock_timeout = '5s';

create or replace function burgee.publish_versions()
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
