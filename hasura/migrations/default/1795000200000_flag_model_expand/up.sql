-- What a flag and a segment may look like. The evaluator's parser says the same, function by function (parse-*.ts there),
-- in the same words; a property test compares both. Lengths are in UTF-8 bytes.
set local lock_timeout = '5s';

create table burgee.operator (
  name text not null,
  system text not null,
  operand text not null,
  min_values int not null,
  max_values int not null,
  constraint operator_pkey primary key (name),
  constraint operator_system_known check (system in ('burgee', 'unleash')),
  constraint operator_operand_known check (operand in ('date', 'network', 'none', 'number', 'pattern', 'scalar', 'text', 'version')),
  constraint operator_values_ordered check (min_values between 0 and max_values)
);
comment on table burgee.operator is 'What a condition may ask of an attribute; the same rows as spec/operators.json.';
comment on constraint operator_pkey on burgee.operator is 'An operator has one name.';
comment on constraint operator_system_known on burgee.operator is 'Whose conditions have it.';
comment on constraint operator_operand_known on burgee.operator is 'Kind of the values that the operator compares with.';
comment on constraint operator_values_ordered on burgee.operator is 'How many values a condition gives.';
grant select on burgee.operator to burgee_api, burgee_hasura;

insert into burgee.operator (name, system, operand, min_values, max_values)
values
  ('contains', 'burgee', 'text', 1, 1000),
  ('date_after', 'burgee', 'date', 1, 1),
  ('date_before', 'burgee', 'date', 1, 1),
  ('ends_with', 'burgee', 'text', 1, 1000),
  ('equals', 'burgee', 'scalar', 1, 1),
  ('exists', 'burgee', 'none', 0, 0),
  ('has_all', 'burgee', 'scalar', 1, 1000),
  ('has_any', 'burgee', 'scalar', 1, 1000),
  ('in', 'burgee', 'scalar', 1, 10000),
  ('in_cidr', 'burgee', 'network', 1, 1000),
  ('matches', 'burgee', 'pattern', 1, 1),
  ('number_eq', 'burgee', 'number', 1, 1),
  ('number_gt', 'burgee', 'number', 1, 1),
  ('number_gte', 'burgee', 'number', 1, 1),
  ('number_lt', 'burgee', 'number', 1, 1),
  ('number_lte', 'burgee', 'number', 1, 1),
  ('semver_eq', 'burgee', 'version', 1, 1),
  ('semver_gt', 'burgee', 'version', 1, 1),
  ('semver_gte', 'burgee', 'version', 1, 1),
  ('semver_lt', 'burgee', 'version', 1, 1),
  ('semver_lte', 'burgee', 'version', 1, 1),
  ('starts_with', 'burgee', 'text', 1, 1000),
  ('DATE_AFTER', 'unleash', 'text', 0, 10000),
  ('DATE_BEFORE', 'unleash', 'text', 0, 10000),
  ('IN', 'unleash', 'text', 0, 10000),
  ('IN_CIDR', 'unleash', 'text', 0, 10000),
  ('NOT_IN', 'unleash', 'text', 0, 10000),
  ('NUM_EQ', 'unleash', 'text', 0, 10000),
  ('NUM_GT', 'unleash', 'text', 0, 10000),
  ('NUM_GTE', 'unleash', 'text', 0, 10000),
  ('NUM_LT', 'unleash', 'text', 0, 10000),
  ('NUM_LTE', 'unleash', 'text', 0, 10000),
  ('REGEX', 'unleash', 'pattern', 0, 10000),
  ('SEMVER_EQ', 'unleash', 'text', 0, 10000),
  ('SEMVER_GT', 'unleash', 'text', 0, 10000),
  ('SEMVER_GTE', 'unleash', 'text', 0, 10000),
  ('SEMVER_LT', 'unleash', 'text', 0, 10000),
  ('SEMVER_LTE', 'unleash', 'text', 0, 10000),
  ('STR_CONTAINS', 'unleash', 'text', 0, 10000),
  ('STR_ENDS_WITH', 'unleash', 'text', 0, 10000),
  ('STR_STARTS_WITH', 'unleash', 'text', 0, 10000);

-- Words ----------------------------------------------------------------------------------------------------------------

create function burgee.problem(path text, message text)
returns jsonb
language sql
immutable
return jsonb_build_object('path', path, 'message', message);
comment on function burgee.problem(text, text) is 'A fault in a definition and where it stands; an empty path is the whole.';

create function burgee.child_path(path text, field text)
returns text
language sql
immutable
return case path when '' then field else path || '.' || field end;
comment on function burgee.child_path(text, text) is 'Path of a field.';

create function burgee.lower_ascii(word text)
returns text
language sql
immutable
return translate(word, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
comment on function burgee.lower_ascii(text) is 'Lower case, the same in every locale.';

create function burgee.grouped(count int)
returns text
language sql
immutable
return to_char(count, 'FM999,999,999');
comment on function burgee.grouped(int) is 'A whole number with commas between its thousands.';

create function burgee.is_imported(definition jsonb)
returns boolean
language sql
immutable
return coalesce(definition ->> 'semantics' ~ '^(unleash(-node)?|growthbook-[12]|flagd-[123])$', false);
comment on function burgee.is_imported(jsonb) is 'Whether a flag or a segment follows another system''s semantics: wider names, other operators.';

create function burgee.is_foreign(flag jsonb)
returns boolean
language sql
immutable
return burgee.is_imported(flag) and flag ->> 'semantics' !~ '^unleash';
comment on function burgee.is_foreign(jsonb) is 'Whether a flag is kept in the form that it had elsewhere.';

-- Any JSON value -------------------------------------------------------------------------------------------------------

create function burgee.expect_type(value jsonb, type text, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if value is null then
    return next burgee.problem(path, 'is missing');
  elsif jsonb_typeof(value) <> type then
    return next burgee.problem(path, format('expected %s, got %s', type, jsonb_typeof(value)));
  end if;
end
$$;
comment on function burgee.expect_type(jsonb, text, text) is 'A value of one JSON type; SQL null is a missing one.';

create function burgee.expect_fields(record jsonb, known text[], path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  field text;
  meant text;
begin
  for field in select jsonb_object_keys(record - known) loop
    meant := (
      select name
      from unnest(known) with ordinality as listed (name, position)
      where burgee.lower_ascii(name) = burgee.lower_ascii(field)
      order by position
      limit 1
    );
    return next burgee.problem(burgee.child_path(path, field), coalesce('unknown field; did you mean ' || meant, 'unknown field'));
  end loop;
end
$$;
comment on function burgee.expect_fields(jsonb, text[], text) is 'No fields that nobody knows.';

create function burgee.expect_text(value jsonb, longest int, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  line text := value #>> '{}';
begin
  if jsonb_typeof(value) is distinct from 'string' then
    return query select burgee.expect_type(value, 'string', path);
    return;
  end if;
  if octet_length(line) not between 1 and longest then
    return next burgee.problem(path, format('must be 1 to %s bytes', longest));
  end if;
  if line ~ '[\u0001-\u001f\u007f]' then
    return next burgee.problem(path, 'control characters are refused');
  end if;
end
$$;
comment on function burgee.expect_text(jsonb, int, text) is 'A text of at least one byte without control characters.';

create function burgee.expect_key(value jsonb, noun text, path text, is_wide boolean default false)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  key text := value #>> '{}';
begin
  if jsonb_typeof(value) is distinct from 'string' then
    return query select burgee.expect_type(value, 'string', path);
  elsif octet_length(key) not between 1 and 128 then
    return next burgee.problem(path, noun || ' must be 1 to 128 characters');
  elsif burgee.lower_ascii(key) in (
    '.', '..', '__definegetter__', '__definesetter__', '__lookupgetter__', '__lookupsetter__', '__proto__', 'constructor',
    'hasownproperty', 'isprototypeof', 'propertyisenumerable', 'prototype', 'tolocalestring', 'tostring', 'valueof'
  ) then
    return next burgee.problem(path, 'reserved ' || noun);
  elsif not is_wide and key !~ '^[a-z0-9._-]+$' then
    return next burgee.problem(path, noun || ' may contain a-z 0-9 . _ -');
  elsif key ~ '[/\u0001-\u001f\u007f]' then
    return next burgee.problem(path, noun || ' may not contain / or control characters');
  end if;
end
$$;
comment on function burgee.expect_key(jsonb, text, text, boolean) is
  'The grammar of flag keys, segment keys and variant names; the wide one is for those that may come from another system.';

create function burgee.json_size(value jsonb)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case jsonb_typeof(value)
    when 'string' then 2 + octet_length(value #>> '{}')
    when 'boolean' then length(value::text)
    when 'null' then 4
    when 'number' then 1
    when 'array' then 1 + (select coalesce(sum(1 + burgee.json_size(part)), 0) from jsonb_array_elements(value) as part)
    else 1 + (select coalesce(sum(4 + octet_length(key) + burgee.json_size(part)), 0) from jsonb_each(value) as field (key, part))
  end;
end
$$;
comment on function burgee.json_size(jsonb) is 'About the bytes of the shortest text of a value: a number counts 1, an escaped character as it is.';

create function burgee.expect_size(value jsonb, bytes int, levels int, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  -- The size is never more than the bytes of the text, so the slow count is for what is near the limit.
  if jsonb_path_exists(value, format('strict $.**{%s} ? (@.type() == "object" || @.type() == "array")', levels)::jsonpath)
    or (octet_length(value::text) > bytes and burgee.json_size(value) > bytes)
  then
    return next burgee.problem(path, format('at most %s bytes and %s levels', burgee.grouped(bytes), levels));
  end if;
end
$$;
comment on function burgee.expect_size(jsonb, int, int, text) is 'What is too large or too deep is told so and not looked at any further.';

create function burgee.is_exact(value jsonb)
returns boolean
language sql
immutable
return case jsonb_typeof(value)
  when 'number' then abs((value #>> '{}')::numeric) <= 9007199254740991
  when 'array' then not jsonb_path_exists(value, '$.** ? (@.type() == "number" && (@ > 9007199254740991 || @ < -9007199254740991))')
  when 'object' then not jsonb_path_exists(value, '$.** ? (@.type() == "number" && (@ > 9007199254740991 || @ < -9007199254740991))')
  else true
end;
comment on function burgee.is_exact(jsonb) is 'Whether all numbers inside are within 2^53 - 1: beyond it they are not the same number in every language.';

-- Networks -------------------------------------------------------------------------------------------------------------

create function burgee.is_address(address text)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
declare
  octet constant text := '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
  ipv4 constant text := octet || '(\.' || octet || '){3}$';
  colons text;
  groups int;
begin
  if strpos(address, ':') = 0 then
    return address ~ ('^' || ipv4);
  end if;
  colons := regexp_replace(address, ':' || ipv4, ':0:0');
  groups := cardinality(array_remove(string_to_array(colons, ':'), ''));
  return colons ~ '^[0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*$' and groups = 8
    or colons ~ '^([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?::([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?$' and groups < 8;
end
$$;
comment on function burgee.is_address(text) is 'Whether a text is an IPv4 or an IPv6 address (RFC 4291): no zone, no leading zeros in IPv4.';

create function burgee.is_network(network text)
returns boolean
language sql
immutable
return case
  when strpos(network, '/') = 0 then burgee.is_address(network)
  when network ~ ':' then network ~ '/(12[0-8]|1[01][0-9]|[1-9]?[0-9])$' and burgee.is_address(regexp_replace(network, '/[0-9]+$', ''))
  else network ~ '/(3[0-2]|[12]?[0-9])$' and burgee.is_address(regexp_replace(network, '/[0-9]+$', ''))
end;
comment on function burgee.is_network(text) is 'Whether a text is an address, or an address and how many of its bits count.';

-- Dates and versions -------------------------------------------------------------------------------------------------------

create function burgee.instant_ms(date text)
returns bigint
language plpgsql
immutable
set search_path = ''
as $$
declare
  part text[] := regexp_match(
    date, '^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$');
  year int := part[1];
  month int := part[2];
  day int := part[3];
  ms bigint;
  zone_ms bigint := (coalesce(part[9]::int, 0) * 60 + coalesce(part[10]::int, 0)) * 60000;
begin
  if part is null or year = 0 or month not between 1 and 12 or day < 1 or part[4]::int > 23 or part[5]::int > 59
    or part[6]::int > 59 or coalesce(part[9]::int, 0) > 23 or coalesce(part[10]::int, 0) > 59
    or day > (case
      when month = 2 and ((year % 4 = 0 and year % 100 <> 0) or year % 400 = 0) then 29
      when month = 2 then 28
      when month in (4, 6, 9, 11) then 30
      else 31
    end)
  then
    return null;
  end if;
  ms := (pg_catalog.make_date(year, month, day) - '1970-01-01'::date)::bigint * 86400000
    + ((part[4]::int * 60 + part[5]::int) * 60 + part[6]::int) * 1000
    + rpad(left(coalesce(part[7], ''), 3), 3, '0')::int;
  return case part[8] when '-' then ms + zone_ms else ms - zone_ms end;
end
$$;
comment on function burgee.instant_ms(text) is 'Milliseconds since 1970 of an RFC 3339 date with a zone, further digits cut off; null when it is no such date.';

create function burgee.is_version(version text)
returns boolean
language sql
immutable
return length(version) <= 256 and version ~ concat(
  '^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)',
  '(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?',
  '(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$');
comment on function burgee.is_version(text) is 'Whether a text is a semantic version (2.0.0) of at most 256 characters.';

create function burgee.expect_date(value jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(value) is distinct from 'string' then
    return query select burgee.expect_type(value, 'string', path);
  elsif burgee.instant_ms(value #>> '{}') is null then
    return next burgee.problem(path, 'not an RFC 3339 date with a zone');
  end if;
end
$$;
comment on function burgee.expect_date(jsonb, text) is 'A date with a zone.';

-- Conditions ---------------------------------------------------------------------------------------------------------------

create function burgee.expect_operand(value jsonb, operator text, operand text, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  type text := jsonb_typeof(value);
  word text := value #>> '{}';
  longest int := case operand when 'pattern' then 256 else 1024 end;
begin
  if type <> all (case operand when 'scalar' then array['string', 'number', 'boolean'] when 'number' then array['number'] else array['string'] end)
  then
    return next burgee.problem(path, format('operator %s wants %s', operator, case operand
      when 'date' then 'a date such as 2026-12-01T06:00:00Z'
      when 'network' then 'a network such as 10.0.0.0/8'
      when 'none' then 'nothing'
      when 'number' then 'a number'
      when 'pattern' then 'a regular expression'
      when 'scalar' then 'a string, a number or a boolean'
      when 'text' then 'a string'
      when 'version' then 'a version such as 1.2.3'
    end));
  elsif type = 'number' and not burgee.is_exact(value) then
    return next burgee.problem(path, 'number too large to be exact');
  elsif type = 'string' and octet_length(word) > longest then
    return next burgee.problem(path, format('at most %s bytes', burgee.grouped(longest)));
  elsif operand = 'date' and burgee.instant_ms(word) is null then
    return next burgee.problem(path, 'not an RFC 3339 date with a zone');
  elsif operand = 'version' and not burgee.is_version(word) then
    return next burgee.problem(path, 'not a semantic version such as 1.2.3');
  elsif operand = 'network' and not burgee.is_network(word) then
    return next burgee.problem(path, 'not a network such as 10.0.0.0/8');
  end if;
end
$$;
comment on function burgee.expect_operand(jsonb, text, text, text) is 'One value of a condition.';

create function burgee.expect_values(given jsonb, operator burgee.operator, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if given is null and operator.min_values = 0 then
    return;
  elsif jsonb_typeof(given) is distinct from 'array' then
    return query select burgee.expect_type(given, 'array', path);
  elsif jsonb_array_length(given) not between operator.min_values and operator.max_values then
    return next burgee.problem(path, case operator.max_values
      when 0 then operator.name || ' takes no values'
      when 1 then operator.name || ' takes one value'
      else format('%s takes %s to %s values', operator.name, burgee.grouped(operator.min_values), burgee.grouped(operator.max_values))
    end);
  else
    return query
      select burgee.expect_operand(value, operator.name, operator.operand, format('%s[%s]', path, position - 1))
      from jsonb_array_elements(given) with ordinality as listed (value, position);
    if operator.operand = 'scalar' and (select count(distinct jsonb_typeof(value)) from jsonb_array_elements(given) as value) > 1 then
      return next burgee.problem(path, 'all strings, all numbers or all booleans');
    end if;
  end if;
end
$$;
comment on function burgee.expect_values(jsonb, burgee.operator, text) is 'The values of a condition, as its operator takes them.';

create function burgee.is_of_texts(operator burgee.operator, given jsonb)
returns boolean
language sql
immutable
return case operator.operand
  when 'text' then true
  when 'scalar' then coalesce(jsonb_typeof(given) = 'array' and jsonb_typeof(given -> 0) = 'string', false)
  else false
end;
comment on function burgee.is_of_texts(burgee.operator, jsonb) is 'Whether a condition compares texts.';

create function burgee.expect_attribute(condition jsonb, system text, path text)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  operator burgee.operator;
begin
  return query select burgee.expect_fields(condition, array['attr', 'op', 'values', 'not', 'ignoreCase'], path);
  return query select burgee.expect_text(condition -> 'attr', 256, path || '.attr');
  if condition ? 'not' then
    return query select burgee.expect_type(condition -> 'not', 'boolean', path || '.not');
  end if;
  if condition ? 'ignoreCase' then
    return query select burgee.expect_type(condition -> 'ignoreCase', 'boolean', path || '.ignoreCase');
  end if;
  if jsonb_typeof(condition -> 'op') is distinct from 'string' then
    return query select burgee.expect_type(condition -> 'op', 'string', path || '.op');
    return;
  end if;
  select * into operator from burgee.operator known where known.name = condition ->> 'op' and known.system = expect_attribute.system;
  if not found then
    return query
      select burgee.problem(path || '.op', 'unknown operator; known: ' || string_agg(known.name, ', ' order by known.name collate "C"))
      from burgee.operator known
      where known.system = expect_attribute.system;
    return;
  end if;
  if system = 'burgee' and condition -> 'attr' = '"now"' and operator.operand <> 'date' then
    return next burgee.problem(path || '.op', 'now is the time of the decision: it takes date_before and date_after');
  end if;
  if system = 'burgee' and condition ? 'ignoreCase' and not burgee.is_of_texts(operator, condition -> 'values') then
    return next burgee.problem(path || '.ignoreCase', 'ignoreCase is for texts');
  end if;
  return query select burgee.expect_values(condition -> 'values', operator, path || '.values');
end
$$;
comment on function burgee.expect_attribute(jsonb, text, text) is 'A question about one attribute of the context.';

create function burgee.expect_condition(condition jsonb, level int, system text, path text)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  kinds text[];
begin
  if jsonb_typeof(condition) <> 'object' then
    return query select burgee.expect_type(condition, 'object', path);
    return;
  end if;
  kinds := array(select kind from unnest(array['attr', 'segment', 'all', 'any', 'none']) as kind where condition ? kind);
  if cardinality(kinds) <> 1 then
    return next burgee.problem(path, 'expected one of attr, segment, all, any, none');
  elsif kinds[1] = 'attr' then
    return query select burgee.expect_attribute(condition, system, path);
  elsif kinds[1] = 'segment' then
    return query select burgee.expect_fields(condition, array['segment', 'not'], path);
    return query select burgee.expect_key(condition -> 'segment', 'key', path || '.segment');
    if condition ? 'not' then
      return query select burgee.expect_type(condition -> 'not', 'boolean', path || '.not');
    end if;
  else
    return query select burgee.expect_fields(condition, kinds, path);
    if level = 10 then
      return next burgee.problem(path, 'conditions nest at most 10 deep');
    else
      return query
        select burgee.expect_conditions(condition -> kinds[1], level + 1, system, path || '.' || kinds[1]);
    end if;
  end if;
end
$$;
comment on function burgee.expect_condition(jsonb, int, text, text) is 'A question about an attribute or a segment, or a group of questions.';

create function burgee.expect_conditions(conditions jsonb, level int, system text, path text)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(conditions) is distinct from 'array' then
    return query select burgee.expect_type(conditions, 'array', path);
  elsif jsonb_array_length(conditions) > 100 then
    return next burgee.problem(path, 'at most 100 conditions');
  else
    return query
      select burgee.expect_condition(condition, level, system, format('%s[%s]', path, position - 1))
      from jsonb_array_elements(conditions) with ordinality as listed (condition, position);
  end if;
end
$$;
comment on function burgee.expect_conditions(jsonb, int, text, text) is
  'A list of questions with the operators of a system; level 1 is a rule''s or a segment''s own list.';

-- Rules --------------------------------------------------------------------------------------------------------------------

create function burgee.expect_variant(variant text, variants jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(variants) is distinct from 'object' or not variants ? variant then
    return next burgee.problem(path, 'no variant named ' || variant);
  end if;
end
$$;
comment on function burgee.expect_variant(text, jsonb, text) is 'A variant that the flag has.';

create function burgee.expect_variant_or_null(variant jsonb, variants jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(variant) = 'string' then
    return query select burgee.expect_variant(variant #>> '{}', variants, path);
  elsif jsonb_typeof(variant) is distinct from 'null' then
    return query select burgee.expect_type(variant, 'string', path);
  end if;
end
$$;
comment on function burgee.expect_variant_or_null(jsonb, jsonb, text) is 'A variant that the flag has, or the code''s default.';

create function burgee.expect_else(requirement jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if not requirement ? 'else' then
    return;
  elsif flag is null then
    return next burgee.problem(path, 'else counts only for the requirements of the whole flag');
  else
    return query select burgee.expect_variant_or_null(requirement -> 'else', flag -> 'variants', path);
  end if;
end
$$;
comment on function burgee.expect_else(jsonb, jsonb, text) is 'What the whole flag serves while a requirement is not met; no flag is given for a rule.';

create function burgee.expect_requirements(requires jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  requirement jsonb;
  place text;
begin
  if jsonb_typeof(requires) is distinct from 'array' then
    return query select burgee.expect_type(requires, 'array', path);
    return;
  elsif jsonb_array_length(requires) > 20 then
    return next burgee.problem(path, 'at most 20 requirements');
    return;
  end if;
  for requirement, place in
    select value, format('%s[%s]', path, position - 1)
    from jsonb_array_elements(requires) with ordinality as listed (value, position)
  loop
    if jsonb_typeof(requirement) <> 'object' then
      return query select burgee.expect_type(requirement, 'object', place);
      continue;
    end if;
    return query select burgee.expect_fields(requirement, array['flag', 'variants', 'else'], place);
    return query select burgee.expect_key(requirement -> 'flag', 'key', place || '.flag', is_wide => true);
    return query select burgee.expect_else(requirement, flag, place || '.else');
    if jsonb_typeof(requirement -> 'variants') is distinct from 'array' then
      return query select burgee.expect_type(requirement -> 'variants', 'array', place || '.variants');
    elsif jsonb_array_length(requirement -> 'variants') not between 1 and 100 then
      return next burgee.problem(place || '.variants', '1 to 100 variants');
    else
      return query
        select burgee.expect_key(name, 'variant name', format('%s.variants[%s]', place, position - 1), is_wide => true)
        from jsonb_array_elements(requirement -> 'variants') with ordinality as listed (name, position);
    end if;
  end loop;
end
$$;
comment on function burgee.expect_requirements(jsonb, jsonb, text) is 'What other flags must serve; whether they exist is the business of the references.';

create function burgee.expect_hashed(record jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  attributes jsonb := record -> 'by';
begin
  if not record ? 'by' then
    null;
  elsif jsonb_typeof(attributes) <> 'array' then
    return query select burgee.expect_type(attributes, 'array', path || '.by');
  elsif jsonb_array_length(attributes) not between 1 and 5 then
    return next burgee.problem(path || '.by', '1 to 5 attributes');
  else
    return query
      select burgee.expect_text(attribute, 256, format('%s.by[%s]', path, position - 1))
      from jsonb_array_elements(attributes) with ordinality as listed (attribute, position);
  end if;
  if record ? 'seed' then
    return query select burgee.expect_text(record -> 'seed', 256, path || '.seed');
  end if;
end
$$;
comment on function burgee.expect_hashed(jsonb, text) is 'By what a hash decides.';

create function burgee.expect_arm(arm jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return query select burgee.expect_variant(arm ->> 0, flag -> 'variants', path || '[0]');
  if jsonb_array_length(arm) = 3 then
    return query select burgee.expect_metadata(arm -> 2, path || '[2]');
  end if;
  if not burgee.is_weight(arm -> 1, flag) then
    return next burgee.problem(path || '[1]', case
      when burgee.is_imported(flag) then 'weights are numbers of 0 or more'
      else 'weights are in 1/1000 % and sum to 100,000'
    end);
  end if;
end
$$;
comment on function burgee.expect_arm(jsonb, jsonb, text) is 'A variant with a weight, and metadata of its own.';

create function burgee.is_weight(weight jsonb, flag jsonb)
returns boolean
language sql
immutable
return case
  when burgee.is_imported(flag) then (weight #>> '{}')::numeric between 0 and 1.7976931348623157e308
  else (weight #>> '{}')::numeric between 0 and 100000 and (weight #>> '{}')::numeric % 1 = 0
end;
comment on function burgee.is_weight(jsonb, jsonb) is 'Whether a number can be the weight of a variant.';

create function burgee.expect_arms(arms jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  arm jsonb;
  place text;
  seen text[] := '{}';
  sum numeric := 0;
begin
  if jsonb_typeof(arms) is distinct from 'array' then
    return query select burgee.expect_type(arms, 'array', path);
    return;
  end if;
  for arm, place in
    select value, format('%s[%s]', path, position - 1)
    from jsonb_array_elements(arms) with ordinality as listed (value, position)
  loop
    if jsonb_typeof(arm) <> 'array' or jsonb_array_length(arm) not between 2 and 3 or jsonb_typeof(arm -> 0) <> 'string'
      or jsonb_typeof(arm -> 1) <> 'number'
    then
      return next burgee.problem(place, 'expected [variant, weight] or [variant, weight, metadata]');
      sum := null;
      continue;
    end if;
    return query select burgee.expect_arm(arm, flag, place);
    if arm ->> 0 = any (seen) and not burgee.is_imported(flag) then
      return next burgee.problem(place || '[0]', 'this variant has a weight already');
    end if;
    seen := seen || (arm ->> 0);
    sum := sum + case when burgee.is_weight(arm -> 1, flag) then (arm ->> 1)::numeric end;
  end loop;
  if sum <> 100000 and not burgee.is_imported(flag) then
    return next burgee.problem(path, 'weights are in 1/1000 % and sum to 100,000');
  end if;
end
$$;
comment on function burgee.expect_arms(jsonb, jsonb, text) is 'Variants with weights; ours are named once each and sum to 100,000.';

create function burgee.expect_serve(serve jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if serve is null then
    return next burgee.problem(path, 'is missing');
  elsif jsonb_typeof(serve) = 'string' then
    return query select burgee.expect_variant(serve #>> '{}', flag -> 'variants', path);
  elsif jsonb_typeof(serve) = 'object' and serve ? 'value' then
    return query select burgee.expect_fields(serve, array['value'], path);
    return query select burgee.expect_value(serve -> 'value', flag, path || '.value');
  elsif jsonb_typeof(serve) = 'object' then
    return query select burgee.expect_fields(serve, array['split', 'by', 'seed'], path);
    return query select burgee.expect_arms(serve -> 'split', flag, path || '.split');
    return query select burgee.expect_hashed(serve, path);
  elsif jsonb_typeof(serve) <> 'null' then
    return next burgee.problem(path, 'expected variant, null, value or split, got ' || jsonb_typeof(serve));
  end if;
end
$$;
comment on function burgee.expect_serve(jsonb, jsonb, text) is 'A variant, the code''s default (null), a value without a name or a split.';

create function burgee.is_percent(value jsonb)
returns boolean
language sql
immutable
return case
  when jsonb_typeof(value) = 'number' then (value #>> '{}')::numeric between 0 and 100 and (value #>> '{}')::numeric * 1000 % 1 = 0
  else false
end;
comment on function burgee.is_percent(jsonb) is 'Whether a thousand times the percentage is a whole number of buckets.';

create function burgee.expect_percent(value jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(value) is distinct from 'number' then
    return query select burgee.expect_type(value, 'number', path);
  elsif not burgee.is_percent(value) then
    return next burgee.problem(path, 'a percentage is 0 to 100 with at most 3 decimals');
  end if;
end
$$;
comment on function burgee.expect_percent(jsonb, text) is 'A percentage.';

create function burgee.expect_ramp(ramp jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return query select burgee.expect_fields(ramp, array['from', 'to', 'start', 'end', 'by', 'seed'], path);
  return query select burgee.expect_percent(ramp -> 'from', path || '.from');
  return query select burgee.expect_percent(ramp -> 'to', path || '.to');
  if burgee.is_percent(ramp -> 'from') and burgee.is_percent(ramp -> 'to') and (ramp ->> 'to')::numeric < (ramp ->> 'from')::numeric then
    return next burgee.problem(path || '.to', 'a ramp only rises: to is below from');
  end if;
  return query select burgee.expect_date(ramp -> 'start', path || '.start');
  return query select burgee.expect_date(ramp -> 'end', path || '.end');
  if jsonb_typeof(ramp -> 'start') = 'string' and jsonb_typeof(ramp -> 'end') = 'string'
    and burgee.instant_ms(ramp ->> 'end') <= burgee.instant_ms(ramp ->> 'start')
  then
    return next burgee.problem(path || '.end', 'the end must come after the start');
  end if;
  return query select burgee.expect_hashed(ramp, path);
end
$$;
comment on function burgee.expect_ramp(jsonb, text) is 'A percentage that rises.';

create function burgee.expect_rollout(rollout jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(rollout) = 'number' then
    return query select burgee.expect_percent(rollout, path);
  elsif jsonb_typeof(rollout) <> 'object' then
    return next burgee.problem(path, 'expected percentage or ramp, got ' || jsonb_typeof(rollout));
  elsif rollout ? 'percent' then
    return query select burgee.expect_fields(rollout, array['percent', 'by', 'seed'], path);
    return query select burgee.expect_percent(rollout -> 'percent', path || '.percent');
    return query select burgee.expect_hashed(rollout, path);
  else
    return query select burgee.expect_ramp(rollout, path);
  end if;
end
$$;
comment on function burgee.expect_rollout(jsonb, text) is 'A percentage, or a ramp of them.';

create function burgee.expect_rule(rule jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(rule) <> 'object' then
    return query select burgee.expect_type(rule, 'object', path);
    return;
  end if;
  return query select burgee.expect_fields(rule, array['id', 'name', 'if', 'requires', 'rollout', 'serve'], path);
  return query select burgee.expect_type(rule -> 'id', 'string', path || '.id');
  if jsonb_typeof(rule -> 'id') = 'string' and rule ->> 'id' !~ '^[A-Za-z0-9_-]{1,64}$' then
    return next burgee.problem(path || '.id', 'rule id has 1 to 64 of A-Z a-z 0-9 _ -');
  end if;
  if rule ? 'name' then
    return query select burgee.expect_text(rule -> 'name', 256, path || '.name');
  end if;
  if rule ? 'if' then
    return query
      select burgee.expect_conditions(rule -> 'if', 1, case when burgee.is_imported(flag) then 'unleash' else 'burgee' end, path || '.if');
  end if;
  if rule ? 'requires' then
    return query select burgee.expect_requirements(rule -> 'requires', null, path || '.requires');
  end if;
  if rule ? 'rollout' then
    return query select burgee.expect_rollout(rule -> 'rollout', path || '.rollout');
  end if;
  if rule ? 'serve' then
    return query select burgee.expect_serve(rule -> 'serve', flag, path || '.serve');
  elsif flag -> 'type' = '"boolean"' then
    return query select burgee.expect_variant('on', flag -> 'variants', path || '.serve');
  else
    return next burgee.problem(path || '.serve', 'is missing: only a boolean flag may leave it out');
  end if;
end
$$;
comment on function burgee.expect_rule(jsonb, jsonb, text) is 'One rule of a flag.';

create function burgee.expect_rules(rules jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if jsonb_typeof(rules) is distinct from 'array' then
    return query select burgee.expect_type(rules, 'array', path);
  elsif jsonb_array_length(rules) > 200 then
    return next burgee.problem(path, 'at most 200 rules');
  else
    return query
      select burgee.expect_rule(rule, flag, format('%s[%s]', path, position - 1))
      from jsonb_array_elements(rules) with ordinality as listed (rule, position);
    return query
      select burgee.problem(format('%s[%s].id', path, position - 1), 'two rules have this id')
      from (
        select position, row_number() over (partition by rule -> 'id' order by position) as occurrence
        from jsonb_array_elements(rules) with ordinality as listed (rule, position)
        where jsonb_typeof(rule) = 'object'
          and jsonb_typeof(rule -> 'id') = 'string'
      ) as numbered
      where occurrence > 1;
  end if;
end
$$;
comment on function burgee.expect_rules(jsonb, jsonb, text) is 'The rules of a flag.';

-- Flags and segments -------------------------------------------------------------------------------------------------------

create function burgee.is_of_type(value jsonb, type text, is_imported boolean)
returns boolean
language sql
immutable
return case
  when type = 'integer' then case jsonb_typeof(value) when 'number' then (value #>> '{}')::numeric % 1 = 0 else false end
  when type = 'float' then jsonb_typeof(value) = 'number'
  when type = 'object' and is_imported then jsonb_typeof(value) <> 'null'
  when type in ('boolean', 'string', 'object') then jsonb_typeof(value) = type
  else true
end;
comment on function burgee.is_of_type(jsonb, text, boolean) is
  'Whether a value is of a flag''s type; of a type that nobody knows is everything, and an imported object is anything but null.';

create function burgee.expect_value(value jsonb, flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  type text := case jsonb_typeof(flag -> 'type') when 'string' then flag ->> 'type' end;
  too_large jsonb;
begin
  select problem into too_large from burgee.expect_size(value, 65536, 32, path) as problem;
  if too_large is not null then
    return next too_large;
    return;
  end if;
  if not burgee.is_of_type(value, type, burgee.is_imported(flag)) then
    return next burgee.problem(path, format('expected %s, got %s', type, jsonb_typeof(value)));
  end if;
  if not burgee.is_exact(value) then
    return next burgee.problem(path, 'number too large to be exact');
  end if;
  if jsonb_path_exists(value, '$.**."__proto__"') then
    return next burgee.problem(path, 'reserved field __proto__');
  end if;
end
$$;
comment on function burgee.expect_value(jsonb, jsonb, text) is 'A value of the flag''s type.';

create function burgee.expect_variants(flag jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  variants jsonb := flag -> 'variants';
  least int := case when burgee.is_imported(flag) then 1 else 2 end;
begin
  if jsonb_typeof(variants) is distinct from 'object' then
    return query select burgee.expect_type(variants, 'object', path);
    return;
  end if;
  if (select count(*) from jsonb_object_keys(variants)) not between least and 100 then
    return next burgee.problem(path, format('%s to 100 variants', least));
  end if;
  return query
    select problem
    from jsonb_each(variants) as listed (name, value),
    lateral (
      select burgee.expect_key(to_jsonb(name), 'variant name', burgee.child_path(path, name), burgee.is_imported(flag))
      union all
      select burgee.expect_value(value, flag, burgee.child_path(path, name))
    ) as found (problem);
end
$$;
comment on function burgee.expect_variants(jsonb, text) is 'The values of a flag by name.';

create function burgee.expect_metadata(metadata jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(metadata) is distinct from 'object' then
    return query select burgee.expect_type(metadata, 'object', path);
    return;
  end if;
  if (select count(*) from jsonb_object_keys(metadata)) > 100 then
    return next burgee.problem(path, 'at most 100 entries');
  end if;
  return query
    select problem
    from jsonb_each(metadata) as listed (name, value),
    lateral (
      select burgee.expect_text(to_jsonb(name), 128, path || '.' || name)
      union all
      select burgee.problem(path || '.' || name, 'reserved field __proto__') where name = '__proto__'
      union all
      select burgee.problem(path || '.' || name, message)
      from (
        select case
          when jsonb_typeof(value) = 'number' and not burgee.is_exact(value) then 'number too large to be exact'
          when jsonb_typeof(value) = 'string' and octet_length(value #>> '{}') > 1024 then 'at most 1,024 bytes'
          when jsonb_typeof(value) not in ('string', 'number', 'boolean')
            then 'expected string, number or boolean, got ' || jsonb_typeof(value)
        end as message
      ) as looked_at
      where message is not null
    ) as found (problem);
end
$$;
comment on function burgee.expect_metadata(jsonb, text) is 'What a flag carries along for its clients.';

create function burgee.expect_rules_of_flag(flag jsonb)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if flag ? 'requires' then
    return query select burgee.expect_requirements(flag -> 'requires', flag, 'requires');
  end if;
  if flag ? 'rules' then
    return query select burgee.expect_rules(flag -> 'rules', flag, 'rules');
  end if;
  return query select burgee.expect_serve(flag -> 'default', flag, 'default');
  if flag ? 'foreign' then
    return next burgee.problem('foreign', 'foreign is for growthbook and flagd semantics');
  end if;
end
$$;
comment on function burgee.expect_rules_of_flag(jsonb) is 'How a flag decides that follows the common type.';

create function burgee.expect_foreign(flag jsonb)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return query
    select burgee.problem(field, 'rules are for semantics that follow the common type')
    from unnest(array['requires', 'rules']) as field
    where flag ? field;
  return query select burgee.expect_type(flag -> 'default', 'null', 'default');
  return query select burgee.expect_type(flag -> 'foreign', 'object', 'foreign');
end
$$;
comment on function burgee.expect_foreign(jsonb) is 'How a flag decides that is kept in the form that it had elsewhere.';

create function burgee.expect_extras(flag jsonb)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if flag ? 'salt' then
    return query select burgee.expect_text(flag -> 'salt', 256, 'salt');
  end if;
  if flag ? 'semantics' and flag -> 'semantics' <> '"burgee-1"' and not (jsonb_typeof(flag -> 'semantics') = 'string' and burgee.is_imported(flag))
  then
    return next burgee.problem(
      'semantics',
      'unknown semantics; known: burgee-1, unleash, unleash-node, growthbook-1, growthbook-2, flagd-1, flagd-2, flagd-3');
  end if;
  if flag ? 'clientVisible' then
    return query select burgee.expect_type(flag -> 'clientVisible', 'boolean', 'clientVisible');
  end if;
  if flag ? 'needs' and not (case
    when jsonb_typeof(flag -> 'needs') = 'number' then (flag ->> 'needs')::numeric between 1 and 1000 and (flag ->> 'needs')::numeric % 1 = 0
    else false
  end) then
    return next burgee.problem('needs', 'expected a level: a whole number from 1 to 1,000');
  end if;
  if flag ? 'metadata' then
    return query select burgee.expect_metadata(flag -> 'metadata', 'metadata');
  end if;
end
$$;
comment on function burgee.expect_extras(jsonb) is 'What a plain flag does without.';

create function burgee.flag_problems(flag jsonb)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  too_large jsonb;
begin
  select problem into too_large from burgee.expect_size(flag, 1048576, 64, '') as problem;
  if too_large is not null or jsonb_typeof(flag) is distinct from 'object' then
    return query select coalesce(too_large, (select burgee.expect_type(flag, 'object', '')));
    return;
  end if;
  return query select burgee.expect_fields(flag, array[
    'key', 'enabled', 'type', 'variants', 'off', 'requires', 'rules', 'default', 'salt', 'semantics', 'clientVisible', 'needs', 'metadata',
    'foreign'
  ], '');
  return query select burgee.expect_key(flag -> 'key', 'key', 'key', burgee.is_imported(flag));
  return query select burgee.expect_type(flag -> 'enabled', 'boolean', 'enabled');
  return query select burgee.expect_type(flag -> 'type', 'string', 'type');
  if jsonb_typeof(flag -> 'type') = 'string' and flag ->> 'type' not in ('boolean', 'string', 'integer', 'float', 'object') then
    return next burgee.problem('type', 'expected one of boolean, string, integer, float, object');
  end if;
  return query select burgee.expect_variants(flag, 'variants');
  return query select burgee.expect_variant_or_null(flag -> 'off', flag -> 'variants', 'off');
  if burgee.is_foreign(flag) then
    return query select burgee.expect_foreign(flag);
  else
    return query select burgee.expect_rules_of_flag(flag);
  end if;
  return query select burgee.expect_extras(flag);
end
$$;
comment on function burgee.flag_problems(jsonb) is
  'All that is wrong with the shape of a flag as wire_flag builds it, as rows {"path", "message"}; none: it is well-formed.';

create function burgee.expect_members(members jsonb, path text)
returns setof jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  if jsonb_typeof(members) is distinct from 'array' then
    return query select burgee.expect_type(members, 'array', path);
  elsif jsonb_array_length(members) > 100000 then
    return next burgee.problem(path, 'at most 100,000 targeting keys');
  else
    return query
      select burgee.problem(format('%s[%s]', path, position - 1), case jsonb_typeof(member)
        when 'string' then 'a targeting key has 1 to 1,024 bytes'
        else 'expected string, got ' || jsonb_typeof(member)
      end)
      from jsonb_array_elements(members) with ordinality as listed (member, position)
      where jsonb_typeof(member) <> 'string'
        or octet_length(member #>> '{}') not between 1 and 1024;
  end if;
end
$$;
comment on function burgee.expect_members(jsonb, text) is 'Targeting keys that a segment includes or excludes.';

create function burgee.segment_problems(segment jsonb)
returns setof jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  is_unleash boolean := coalesce(segment ->> 'semantics' in ('unleash', 'unleash-node'), false);
  too_large jsonb;
begin
  select problem into too_large from burgee.expect_size(segment, 16777216, 64, '') as problem;
  if too_large is not null or jsonb_typeof(segment) is distinct from 'object' then
    return query select coalesce(too_large, (select burgee.expect_type(segment, 'object', '')));
    return;
  end if;
  return query select burgee.expect_fields(segment, array['key', 'semantics', 'if', 'include', 'exclude'], '');
  return query select burgee.expect_key(segment -> 'key', 'key', 'key');
  if segment ? 'semantics' and segment -> 'semantics' not in ('"burgee-1"', '"unleash"', '"unleash-node"') then
    return next burgee.problem('semantics', 'unknown semantics; known: burgee-1, unleash, unleash-node');
  end if;
  if segment ? 'if' then
    return query select burgee.expect_conditions(segment -> 'if', 1, case when is_unleash then 'unleash' else 'burgee' end, 'if');
  end if;
  if segment ? 'include' then
    return query select burgee.expect_members(segment -> 'include', 'include');
  end if;
  if segment ? 'exclude' then
    return query select burgee.expect_members(segment -> 'exclude', 'exclude');
  end if;
end
$$;
comment on function burgee.segment_problems(jsonb) is
  'All that is wrong with the shape of a segment as wire_segment builds it, as rows {"path", "message"}; none: it is well-formed.';
