-- What the two logins of applications may touch at all; the triggers decide the rest.
set local lock_timeout = '5s';

grant select on
  burgee.project, burgee.environment, burgee.flag, burgee.flag_setting, burgee.setting_reference, burgee.segment, burgee.segment_member,
  burgee.segment_reference,
  burgee.api_key, burgee.member, burgee.member_role, burgee.access_token, burgee.trusted_login, burgee.audit_entry,
  burgee.flag_exposure, burgee.exposure_batch, burgee.unknown_flag, burgee.code_reference, burgee.stale_report, burgee.stale_finding
to burgee_api;

grant insert, update on
  burgee.project, burgee.environment, burgee.flag, burgee.segment, burgee.api_key, burgee.member, burgee.member_role, burgee.access_token,
  burgee.flag_exposure, burgee.unknown_flag, burgee.code_reference
to burgee_api;

grant update on burgee.flag_setting to burgee_api;
grant insert, update, delete on burgee.segment_member to burgee_api;
grant insert, delete on burgee.exposure_batch to burgee_api;
grant delete on burgee.member_role, burgee.access_token, burgee.unknown_flag, burgee.code_reference to burgee_api;
grant execute on function burgee.redeem_setup_link(bytea, text, text, text) to burgee_api;

grant select on
  burgee.project, burgee.environment, burgee.flag, burgee.flag_setting, burgee.setting_reference, burgee.segment, burgee.segment_member,
  burgee.segment_reference,
  burgee.api_key, burgee.member, burgee.member_role, burgee.trusted_login, burgee.audit_entry,
  burgee.flag_exposure, burgee.unknown_flag, burgee.code_reference, burgee.stale_report, burgee.stale_finding
to burgee_hasura;

grant insert, update on
  burgee.project, burgee.environment, burgee.flag, burgee.segment, burgee.segment_member, burgee.member, burgee.member_role
to burgee_hasura;

grant update on burgee.flag_setting to burgee_hasura;
