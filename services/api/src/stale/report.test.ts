import { expect, test } from 'vitest';
import { dailyReport, monthlyReport } from './due.ts';
import { findCommand, type ReportBody, report, reportCsv, reportJson } from './report.ts';
import { pageStyle, reportPage } from './report-page.ts';

const body: ReportBody = {
  project: 'shop',
  kind: 'monthly',
  period: '2026-11-01',
  asOf: '2026-12-01T00:00:00Z',
  heads: { production: 'ab12', '': null },
  findings: [
    {
      flag: 'gift-cards',
      finding: 'stale',
      since: '2026-11-01T10:00:00Z',
      days: 29,
      owner: '=HYPERLINK("https://evil.example")',
      kind: 'release',
      value: { b: 1, a: 2 },
      lastUsedAt: null,
      codeReferences: [{ repository: 'shop/web', path: 'src/<b>.ts', line: 3 }],
    },
    {
      flag: 'old',
      finding: 'stuck',
      since: '2026-10-01T10:00:00Z',
      days: 60,
      owner: '+cmd, "x"',
      kind: 'experiment',
      value: null,
      lastUsedAt: '2026-11-30T10:00:00Z',
      codeReferences: [],
    },
  ],
  changes: [
    {
      at: '2026-11-02T10:00:00Z',
      environment: 'production',
      subject: 'flag_setting',
      key: 'gift-cards',
      operation: 'update',
      enabled: true,
      actor: 'pia@shop.example',
      door: 'ui',
      reason: '<script>alert(1)</script>',
      emergency: false,
    },
  ],
  trend: [{ period: '2026-10-01', stale: 3 }],
};

test('makes the same bytes of the same body, whatever the order of its members', () => {
  const turned = JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  ) as ReportBody;
  for (const write of [reportJson, reportPage, reportCsv]) expect(write(report(turned))).toBe(write(report(body)));
});

test('counts what is overdue and gives each finding its command', () => {
  const made = report(body);
  expect(made.overdue).toBe(1);
  expect(made.findings.map((one) => one.findCommand)).toEqual(['git grep -nF -e gift-cards', 'git grep -nF -e old']);
  expect(findCommand("it's $(rm)")).toBe(`git grep -nF -e 'it'\\''s $(rm)'`);
});

test('shows texts of people as text, on the page and in a spreadsheet', () => {
  const page = reportPage(report(body));
  expect(page).not.toContain('<script>');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('src/&lt;b&gt;.ts:3');
  const csv = reportCsv(report(body));
  expect(csv).toContain(`"'=HYPERLINK(""https://evil.example"")"`);
  expect(csv).toContain(`"'+cmd, ""x"""`);
});

test('prints what is overdue, what changed, the trend and the heads of the audit log', () => {
  const page = reportPage(report(body));
  for (const text of [
    '1 flag is overdue',
    'git grep -nF -e gift-cards',
    'pia@shop.example',
    '2026-10',
    '2026-11',
    'ab12',
    'no entry yet',
    'switched on',
    '2026-11-02 10:00 UTC',
  ]) {
    expect(page).toContain(text);
  }
  expect(page).toContain(`<style>${pageStyle}</style>`);
});

test('says in so many words that nothing is overdue', () => {
  const page = reportPage(report({ ...body, kind: 'daily', findings: [], changes: [] }));
  expect(page).toContain('0 flags are overdue');
  expect(page).toContain('<p>None.</p>');
});

test('names periods by UTC, and looks no further than their end', () => {
  expect(dailyReport(new Date('2026-12-01T23:59:59Z'))).toEqual({
    kind: 'daily',
    period: '2026-12-01',
    asOf: new Date('2026-12-01T00:00:00Z'),
  });
  expect(monthlyReport(new Date('2026-12-01T00:00:00Z'))).toEqual({
    kind: 'monthly',
    period: '2026-11-01',
    asOf: new Date('2026-12-01T00:00:00Z'),
  });
  expect(monthlyReport(new Date('2027-01-31T12:00:00Z')).period).toBe('2026-12-01');
});
