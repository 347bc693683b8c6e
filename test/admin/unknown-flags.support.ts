import type { ThrowawayDatabase } from '@burgee/test/support';

/** Keys that code asked for in production, and that no flag has. */
export async function plantUnknownFlags(database: ThrowawayDatabase): Promise<void> {
  await database.sql(
    `insert into burgee.unknown_flag (environment_id, flag_key, application, count, first_seen, last_seen)
     select environment.id, asked.key, asked.application, asked.count, now() - interval '3 days', now() - make_interval(mins => asked.place)
     from burgee.environment
     join burgee.project on project.id = project_id and project.key = 'shop'
     cross join (values
       ('giftCards', 'storefront', 1234, 1), ('made-tomorrow', 'refund-service', 3, 2), ('=HYPERLINK("x")', 'unknown', 1, 3)
     ) as asked (key, application, count, place)
     where environment.key = 'production'`,
  );
}
