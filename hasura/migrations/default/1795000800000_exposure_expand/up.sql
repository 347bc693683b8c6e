-- A partition for each month of exposure counts.
set local lock_timeout = '5s';

create function burgee.make_exposure_month(month date)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  partition text := 'flag_exposure_p' || to_char(month, 'YYYYMM');
  begins timestamptz := date_trunc('month', month::timestamp) at time zone 'UTC';
  ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') at time zone 'UTC';
begin
  perform pg_advisory_xact_lock(hashtext('burgee.make_exposure_month'));
  if to_regclass('burgee.' || partition) is not null
    or exists (select from burgee.flag_exposure_default where hour >= begins and hour < ends) then
    return false; -- what lies in the default partition stays there
  end if;
  begin
    -- A partition's foreign keys lock both tables against writers. Waiting for one while holding the other would
    -- lock out a writer who has them the other way round, so this never waits: the next call may find them free.
    lock table burgee.flag, burgee.environment in share row exclusive mode nowait;
  exception when lock_not_available then
    return false;
  end;
  execute format(
    'create table burgee.%I partition of burgee.flag_exposure for values from (%L) to (%L)',
    partition, burgee.utc_text(begins), burgee.utc_text(ends));
  return true;
end
$$;
comment on function burgee.make_exposure_month(date) is 'Makes the partition of a month before its first count; a worker calls it for the months to come, again and again: false while somebody writes.';
revoke execute on function burgee.make_exposure_month(date) from public;
grant execute on function burgee.make_exposure_month(date) to burgee_api;
