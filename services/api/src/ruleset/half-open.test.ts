import { expect, test } from 'vitest';
import { unansweredIn } from './half-open.ts';

const row = (peer: string, { state = '01', queue = '00000004', timer = '01', times = '00000006' } = {}) =>
  `   1: 0100007F:1130 ${peer} ${state} ${queue}:00000000 ${timer}:0000005D ${times}     0        0 2158174 1 0000000025be6072`;

test('finds peers that owe an acknowledgement, by their address and port', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    row('0500A8C0:D431'),
    row('0000000000000000FFFF00000500A8C0:D432', { times: '0000000A' }),
    row('B80D0120000000000000000001000000:01BB'),
    row('00000000000000000000000001000000:0050'),
  ].join('\n');
  expect([...unansweredIn(table)]).toEqual([
    ['192.168.0.5|54321', 6],
    ['::ffff:192.168.0.5|54322', 10],
    ['2001:db8::1|443', 6],
    ['::1|80', 6],
  ]);
});

test.each([
  ['has acknowledged everything', { queue: '00000000', timer: '00', times: '00000000' }],
  ['has been sent everything once', { times: '00000000' }],
  ['says that it takes nothing at the moment', { timer: '04' }],
  ['is being closed', { state: '04' }],
])('leaves a peer alone that %s', (_, fields) => {
  expect([...unansweredIn(row('0500A8C0:D431', fields))]).toEqual([]);
});
