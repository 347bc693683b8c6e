import { createHash } from 'node:crypto';
import { seed, type ThrowawayDatabase, throwawayDatabase } from '@burgee/test/support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refusalOf, through } from './shop.ts';

let database: ThrowawayDatabase;
beforeEach(async () => {
  database = await throwawayDatabase();
  await seed(database);
});
afterEach(() => database.drop());

const hash = (token: string) => createHash('sha256').update(token).digest();
const offer = (token: string, expires = '1 hour') =>
  database.sql(`select burgee.create_setup_link($1, now() + $2::interval)`, [hash(token), expires]);
const redeem = (token: string, email = 'Boss@Shop.example') =>
  through(database.apiUrl, null, [
    'select burgee.redeem_setup_link($1, $2, $3, $4) as id',
    [hash(token), email, 'Boss', 'argon2'],
  ]);

test('the link makes an admin of every project, once', async () => {
  await offer('secret');
  const [result] = await redeem('secret');
  const roles = await database.sql(
    `select email, role, project.key from burgee.member join burgee.member_role on member_id = member.id
     join burgee.project on project.id = project_id where member.id = $1`,
    [result!.rows[0].id],
  );
  expect(roles).toEqual([{ email: 'boss@shop.example', role: 'admin', key: 'shop' }]);
  expect(await refusalOf(redeem('secret'))).toMatchObject({ code: 'SETUP_CLOSED', sqlstate: 'BG015' });
  expect(await refusalOf(offer('another'))).toMatchObject({ code: 'SETUP_CLOSED' });
});

test('a wrong or expired link is refused', async () => {
  expect(await refusalOf(redeem('none'))).toMatchObject({ code: 'SETUP_CLOSED' });
  await offer('secret');
  expect(await refusalOf(redeem('guess'))).toMatchObject({ code: 'SETUP_CLOSED' });
  await offer('late', '-1 second');
  expect(await refusalOf(redeem('late'))).toMatchObject({ code: 'SETUP_CLOSED' });
});

test('of two who redeem at once, one is admin', async () => {
  await offer('secret');
  const outcomes = await Promise.allSettled([redeem('secret', 'a@shop.example'), redeem('secret', 'b@shop.example')]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('only the owner makes the link', async () => {
  await expect(
    through(database.apiUrl, null, [`select burgee.create_setup_link($1, now())`, [hash('x')]]),
  ).rejects.toThrow('permission denied');
});

test('an existing person without a password can be the first administrator', async () => {
  await offer('secret');
  await redeem('secret', 'vik@shop.example');
  const roles = await database.sql(
    `select role from burgee.member_role join burgee.member on member.id = member_id where email = 'vik@shop.example'`,
  );
  expect(roles).toEqual([{ role: 'admin' }]);
});
