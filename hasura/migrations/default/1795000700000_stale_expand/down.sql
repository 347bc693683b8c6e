set local lock_timeout = '5s';

drop trigger _050_append_only_whole on burgee.stale_finding;
drop trigger _050_append_only_whole on burgee.stale_report;
drop trigger _050_append_only on burgee.stale_finding;
drop trigger _050_append_only on burgee.stale_report;
drop function burgee.file_stale_report(uuid, text, date, timestamptz);
drop function burgee.report_body(uuid, text, date, timestamptz);
drop function burgee.report_trend(uuid, date);
drop function burgee.report_heads(uuid);
drop function burgee.report_changes(uuid, timestamptz, timestamptz);
drop function burgee.report_findings(uuid, timestamptz);
drop function burgee.stale_flags(uuid, timestamptz);
drop function burgee.kind_changes(uuid, timestamptz);
drop function burgee.usage_of(uuid, timestamptz);
drop function burgee.production_summary(uuid, timestamptz);
drop function burgee.production_state(uuid, timestamptz);
drop function burgee.settled(uuid, uuid, timestamptz, int);
drop function burgee.meets(burgee.flag, jsonb, jsonb);
