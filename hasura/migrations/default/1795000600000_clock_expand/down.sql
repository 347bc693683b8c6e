set local lock_timeout = '5s';

drop trigger _450_clock on burgee.flag;
drop function burgee.recount_flag();
drop function burgee.recount_clocks(uuid);
drop trigger _350_clock on burgee.flag_setting;
drop function burgee.keep_clock();
drop function burgee.settle(burgee.flag, burgee.flag_setting, timestamptz);
drop function burgee.turns_of(burgee.flag_setting, timestamptz);
drop function burgee.only_outcome(burgee.flag, burgee.flag_setting, timestamptz);
drop function burgee.outcomes(burgee.flag, burgee.flag_setting, timestamptz);
drop function burgee.foreign_outcomes(burgee.flag, burgee.flag_setting);
drop function burgee.leaves_some_out(burgee.flag_setting, jsonb);
drop function burgee.share_from(jsonb, timestamptz);
drop function burgee.share_of(jsonb);
drop function burgee.instant(text);
drop function burgee.values_of(burgee.flag, jsonb);
drop function burgee.values_of_split(burgee.flag, jsonb);
drop function burgee.off_value(burgee.flag, burgee.flag_setting);
