set local lock_timeout = '5s';

revoke execute on function burgee.redeem_setup_link(bytea, text, text, text) from burgee_api;

revoke all on
  burgee.project, burgee.environment, burgee.flag, burgee.flag_setting, burgee.setting_reference, burgee.segment, burgee.segment_member,
  burgee.segment_reference,
  burgee.api_key, burgee.member, burgee.member_role, burgee.access_token, burgee.trusted_login, burgee.audit_entry,
  burgee.flag_exposure, burgee.exposure_batch, burgee.unknown_flag, burgee.code_reference, burgee.stale_report, burgee.stale_finding
from burgee_api, burgee_hasura;
