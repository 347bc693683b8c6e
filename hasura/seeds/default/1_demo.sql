-- The demo project that README and tests use. Run it as the owner of the schema; where there is a project `shop` it does nothing.
-- One block, so that it is one transaction through whatever door it comes.
do $demo$
declare
  today timestamptz := pg_catalog.now();
  shop uuid;
  staff uuid;
begin
  if exists (select from burgee.project where key = 'shop') then
    return;
  end if;

  -- Ninety days ago: the project and its people.
  perform set_config('burgee.now', (today - interval '90 days')::text, true);
  perform set_config('burgee.reason', 'The shop moves to feature flags', true);

  insert into burgee.project (key, name)
  values ('shop', 'Shop')
  returning id into shop;

  insert into burgee.environment (project_id, key, name, position, is_production)
  values
    (shop, 'development', 'Development', 0, false),
    (shop, 'staging', 'Staging', 1, false),
    (shop, 'production', 'Production', 2, true);

  insert into burgee.member (email, name)
  select email, name
  from (values
    ('ada@shop.example', 'Ada Admin'),
    ('pia@shop.example', 'Pia Product'),
    ('dev@shop.example', 'Dev Eloper'),
    ('vik@shop.example', 'Vik Viewer')
  ) as person (email, name)
  where not exists (select from burgee.member other where lower(other.email) = person.email);

  insert into burgee.member_role (member_id, project_id, role)
  select member.id, shop, person.role
  from (values
    ('ada@shop.example', 'admin'),
    ('pia@shop.example', 'product_owner'),
    ('dev@shop.example', 'developer'),
    ('vik@shop.example', 'viewer')
  ) as person (email, role)
  join burgee.member on member.email = person.email;

  insert into burgee.segment (project_id, key, name, description, conditions)
  values (
    shop, 'staff', 'Staff', 'People who work for the shop: by e-mail address, and the accounts of the support desk.',
    '[{"attr": "email", "op": "ends_with", "values": ["@shop.example"]}]')
  returning id into staff;

  insert into burgee.segment_member (segment_id, targeting_key, included)
  values (staff, 'support-desk', true), (staff, 'ada', true), (staff, 'pia', true), (staff, 'shared-terminal', false);

  -- Seventy days ago: the flags.
  perform set_config('burgee.now', (today - interval '70 days')::text, true);

  insert into burgee.flag (project_id, key, name, description, kind, value_type, variants, client_visible, owner, tags)
  select shop, key, name, description, kind, value_type, variants::jsonb, client_visible, owner, tags::text[]
  from (values
    ('new-checkout', 'New checkout', 'One page instead of three. The storefront shows it, the shop''s API takes the order through it.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'checkout@shop.example', '{checkout,web,api}'),
    ('free-shipping-banner', 'Free shipping banner', 'Text above the basket; without one there is no banner.',
      'release', 'string', '{"standard": "Free shipping from 50 €", "last-day": "Free shipping ends tonight", "members": "Members ship for free"}',
      true, 'marketing@shop.example', '{web,copy}'),
    ('express-delivery', 'Express delivery', 'Offers delivery within 24 hours. Ramped up while the warehouse hires.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'logistics@shop.example', '{checkout,warehouse}'),
    ('payments-kill-switch', 'Payments', 'Switch off to stop taking payments; the shop then accepts orders by invoice only.',
      'operational', 'boolean', '{"on": true, "off": false}', false, 'payments@shop.example', '{payments,incident}'),
    ('refund-orders', 'Refund orders', 'Who may refund an order. Guards the mutation refundOrder, and shows the refund desk in the storefront.',
      'permission', 'boolean', '{"on": true, "off": false}', true, 'support@shop.example', '{support,api}'),
    ('checkout-layout', 'Checkout layout', 'How the checkout is laid out, until the design is settled.',
      'release', 'object',
      '{"compact": {"columns": 1, "showTrustBadges": false}, "wide": {"columns": 2, "showTrustBadges": true}}',
      true, 'checkout@shop.example', '{checkout,web}'),
    ('recommendations', 'Recommendations', 'Which products are shown below the basket. Ends when one variant has won.',
      'experiment', 'string', '{"none": "none", "popular": "popular", "similar": "similar"}', true, 'growth@shop.example', '{web,experiment}'),
    ('loyalty-points', 'Loyalty points', 'Earn points with each order. Needs the new checkout.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'growth@shop.example', '{checkout}'),
    ('nordic-launch', 'Nordic launch', 'Opens the shop in Norway, Sweden, Denmark and Finland.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'expansion@shop.example', '{market}'),
    ('gift-cards', 'Gift cards', 'Buy and redeem gift cards.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'checkout@shop.example', '{checkout}'),
    ('dark-storefront', 'Dark storefront', 'Follows the colour scheme of the device.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'web@shop.example', '{web}'),
    ('search-v2', 'Search, second engine', 'Answers searches from the new index.',
      'release', 'boolean', '{"on": true, "off": false}', true, 'search@shop.example', '{api,search}'),
    ('max-basket-size', 'Basket size', 'How many items fit into a basket; lowered when the warehouse is full.',
      'operational', 'integer', '{"normal": 100, "small": 20}', false, 'logistics@shop.example', '{api,warehouse}'),
    ('invoice-by-fax', 'Invoice by fax', 'Tried, and not wanted.',
      'release', 'boolean', '{"on": true, "off": false}', false, 'payments@shop.example', '{checkout}')
  ) as demo (key, name, description, kind, value_type, variants, client_visible, owner, tags);

  -- Development has everything on.
  update burgee.flag_setting setting
  set
    enabled = true,
    default_serve = coalesce(first_choice.variant, setting.default_serve)
  from burgee.flag
  left join (values
    ('free-shipping-banner', '"standard"'::jsonb),
    ('checkout-layout', '"wide"'),
    ('recommendations', '"similar"'),
    ('max-basket-size', '"normal"')
  ) as first_choice (key, variant) on first_choice.key = flag.key
  where setting.flag_id = flag.id
    and flag.project_id = shop
    and setting.environment_id in (select id from burgee.environment where project_id = shop and key = 'development');

  -- Then, one after the other, staging and production.
  create temporary table demo_change (
    days_ago int, flag_key text, environment_key text, enabled boolean, reason text,
    default_serve jsonb, rules jsonb, requires jsonb
  ) on commit drop;
  insert into demo_change
  values
    (65, 'payments-kill-switch', 'production', true, 'Payments go live', null, null, null),
    (65, 'max-basket-size', 'production', true, 'The warehouse is open', '"normal"', null, null),
    (62, 'invoice-by-fax', 'production', true, 'A customer asked for it', '"off"', '[{"id": "pilot", "rollout": 5}]', null),
    (60, 'refund-orders', 'production', true, 'The support desk refunds by itself', '"off"',
      '[{"id": "staff", "name": "Staff", "if": [{"segment": "staff"}], "serve": "on"}]', null),
    (45, 'search-v2', 'production', true, 'First users on the new index', '"off"', '[{"id": "first-users", "name": "First users", "rollout": 10}]', null),
    (40, 'gift-cards', 'production', true, 'Half of the customers', '"off"', '[{"id": "half", "rollout": 50}]', null),
    (34, 'invoice-by-fax', 'production', false, 'Nobody used it', '"off"', '[{"id": "pilot", "rollout": 5}]', null),
    (30, 'dark-storefront', 'staging', true, 'To be looked at', '"on"', null, null),
    (20, 'gift-cards', 'production', true, 'Works; for everyone', '"on"', null, null),
    (14, 'recommendations', 'production', true, 'The experiment begins', '"none"',
      '[{"id": "experiment", "name": "Experiment", "serve": {"split": [["none", 34000], ["popular", 33000], ["similar", 33000]]}}]', null),
    (13, 'dark-storefront', 'production', true, 'The design is signed off', '"on"', null, null),
    (10, 'checkout-layout', 'production', true, 'Desktops have the room', '"compact"',
      '[{"id": "desktops", "name": "Desktops", "if": [{"attr": "device", "op": "equals", "values": ["desktop"]}], "serve": "wide"}]', null),
    (6, 'nordic-launch', 'staging', true, 'Rehearsal', '"on"', null, null),
    (5, 'free-shipping-banner', 'production', true, 'Spring campaign', '"standard"',
      '[{"id": "members", "name": "Members", "if": [{"attr": "plan", "op": "equals", "values": ["member"]}], "serve": "members"}]', null),
    (4, 'nordic-launch', 'production', true, 'Staff and a first look in Norway', '"off"',
      '[{"id": "staff", "name": "Staff", "if": [{"segment": "staff"}], "serve": "on"},
        {"id": "nordics", "name": "Nordic countries",
         "if": [{"attr": "country", "op": "in", "values": ["NO", "SE", "DK", "FI"]}, {"attr": "appVersion", "op": "semver_gte", "values": ["4.2.0"]}],
         "rollout": 25, "serve": "on"}]', null),
    (3, 'new-checkout', 'staging', true, 'Ready for testers', '"on"', null, null),
    (3, 'new-checkout', 'production', true, 'Staff first, then a quarter', '"off"',
      '[{"id": "staff", "name": "Staff", "if": [{"segment": "staff"}], "serve": "on"},
        {"id": "quarter", "name": "A quarter of everyone", "rollout": 25, "serve": "on"}]', null),
    (2, 'loyalty-points', 'production', true, 'Where the new checkout is', '"on"', null, '[{"flag": "new-checkout", "variants": ["on"]}]'),
    (1, 'express-delivery', 'production', true, 'One week until everyone has it', '"off"',
      jsonb_build_array(jsonb_build_object(
        'id', 'ramp', 'name', 'One week',
        'rollout', jsonb_build_object(
          'from', 0, 'to', 100,
          'start', burgee.utc_text(date_trunc('hour', today) - interval '1 day'),
          'end', burgee.utc_text(date_trunc('hour', today) + interval '6 days')),
        'serve', 'on')), null);

  declare
    change record;
  begin
    for change in select * from demo_change order by days_ago desc, flag_key loop
      perform set_config('burgee.now', (today - make_interval(days => change.days_ago))::text, true);
      update burgee.flag_setting setting
      set
        enabled = change.enabled,
        default_serve = coalesce(change.default_serve, setting.default_serve),
        rules = change.rules,
        requires = change.requires,
        change_reason = change.reason
      from burgee.flag, burgee.environment
      where setting.flag_id = flag.id
        and setting.environment_id = environment.id
        and flag.project_id = shop
        and flag.key = change.flag_key
        and environment.project_id = shop
        and environment.key = change.environment_key;
    end loop;
  end;

  perform set_config('burgee.now', '', true);
  perform set_config('burgee.reason', '', true);
end
$demo$;
