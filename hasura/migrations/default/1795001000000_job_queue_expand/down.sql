-- Nothing of value is lost: what the jobs made is filed in schema burgee, and a new queue catches up with what is due.
set local lock_timeout = '5s';

drop schema burgee_jobs cascade;
