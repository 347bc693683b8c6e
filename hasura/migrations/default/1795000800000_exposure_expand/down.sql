set local lock_timeout = '5s';

drop function burgee.make_exposure_month(date);
