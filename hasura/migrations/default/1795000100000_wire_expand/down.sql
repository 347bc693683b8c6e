set local lock_timeout = '5s';

drop function burgee.wire_ruleset(uuid);
drop function burgee.wire_segments(uuid);
drop function burgee.wire_flags(uuid);
drop function burgee.version_text(burgee.environment);
drop function burgee.wire_segment(burgee.segment);
drop function burgee.wire_flag(burgee.flag, burgee.flag_setting);
