import { canonicalJson } from '../canonical-json.ts';
import type { Report, ReportChange, ReportFinding } from './report.ts';

/** Looks of the page, on paper as on the screen; its hash stands in the page's content security policy. */
export const pageStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --ink: #18181b; --quiet: #52525b; --line: #d4d4d8; --paper: #fff; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e4e4e7; --quiet: #a1a1aa; --line: #3f3f46; --paper: #18181b; } }
html { color: var(--ink); background: var(--paper); }
body { max-width: 66rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
section { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .35rem 1.25rem .35rem 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
table.findings, table.changes { width: 100%; min-width: 56rem; table-layout: fixed; overflow-wrap: break-word; }
.findings th:nth-child(1) { width: 17%; } .findings th:nth-child(2) { width: 23%; } .findings th:nth-child(3) { width: 6%; }
.findings th:nth-child(4) { width: 9%; } .findings th:nth-child(5) { width: 11%; } .findings th:nth-child(6) { width: 14%; }
.changes th:nth-child(1) { width: 19%; } .changes th:nth-child(2) { width: 13%; } .changes th:nth-child(3) { width: 23%; }
.changes th:nth-child(4) { width: 17%; } .changes th:nth-child(5) { width: 6%; }
time { white-space: nowrap; } code { font: .87em ui-monospace, monospace; } p.quiet, td.quiet { color: var(--quiet); }
@media print {
  :root { color-scheme: light; font-size: 10.5px; } body { margin: 0; max-width: none; padding: 0; } section { overflow: visible; }
  table.findings, table.changes { min-width: 0; } th, td { padding-right: .75rem; }
  tr { break-inside: avoid; } h2 { break-after: avoid; } @page { margin: 18mm; }
}
`;

/** Writes a report as a page to read and print; the same report gives the same bytes. */
export function reportPage(made: Report): string {
  const title = `Flags of ${made.project}, ${made.kind === 'monthly' ? made.period.slice(0, 7) : made.period}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${text(title)}</h1>
<p class="quiet">As of ${minute(made.asOf)}. ${text(counted(made.overdue, 'flag is', 'flags are'))} overdue.</p>
${sections.map(([finding, heading]) => findingsSection(made, finding, heading)).join('')}${changesSection(made)}${trendSection(made)}${headsSection(made)}</main>
</body>
</html>
`;
}

const sections: readonly (readonly [finding: string, heading: string])[] = [
  ['stale', 'Overdue: rolled out, and still in the code'],
  ['concluded_off', 'Switched off for good'],
  ['stuck', 'Unfinished and untouched'],
  ['unknown', 'Of another system: look whether they are finished'],
  ['ready_to_archive', 'Ready to be archived'],
  ['abandoned', 'Not used any more'],
  ['kind_changed', 'No longer temporary'],
];

function findingsSection({ findings }: Report, finding: string, heading: string): string {
  const found = findings.filter((one) => one.finding === finding);
  if (found.length === 0) return finding === 'stale' ? section(heading, '<p>None.</p>') : '';
  const head = row('th', ['Flag', 'Owner', 'Days', 'Value', 'Last used', 'In code', 'Find with'], 2);
  return section(heading, table(head, found.map(findingRow), 'findings'));
}

function findingRow(one: ReportFinding & { readonly findCommand: string }): string {
  const places = one.codeReferences.map(({ path, line }) => code(`${path}:${line}`)).join('<br>') || 'not known';
  const value = one.value === null ? '' : code(canonicalJson(one.value));
  const used = one.lastUsedAt === null ? 'never seen' : text(one.lastUsedAt.slice(0, 10));
  return row('td', [code(one.flag), text(one.owner), String(one.days), value, used, places, code(one.findCommand)], 2);
}

function changesSection({ changes }: Report): string {
  if (changes === undefined) return '';
  const heading = 'What changed in production';
  if (changes.length === 0) return section(heading, '<p>Nothing.</p>');
  const head = row('th', ['When', 'Environment', 'What', 'Who', 'Door', 'Why']);
  return section(heading, table(head, changes.map(changeRow), 'changes'));
}

function changeRow(one: ReportChange): string {
  const what = `${code(one.key)} ${text(deed(one))}`;
  const why = one.reason ?? (one.emergency ? 'switched without a reason' : '');
  return row('td', [
    minute(one.at),
    text(one.environment || 'every environment'),
    what,
    text(one.actor),
    text(one.door),
    text(why),
  ]);
}

/** What was done to the subject whose key stands before it. */
function deed({ subject, operation, enabled }: ReportChange): string {
  if (typeof enabled === 'boolean') return enabled ? 'switched on' : 'switched off';
  if (operation === 'archive') return `${subject} archived`;
  return deeds[subject] ?? `${subject.replaceAll('_', ' ')} changed`;
}

const deeds: Readonly<Record<string, string>> = {
  flag_setting: 'targeting changed',
  flag: 'flag changed, in what it serves',
  segment_member: 'segment, its listed keys changed',
};

function trendSection({ trend, period, overdue }: Report): string {
  if (trend === undefined) return '';
  const months = [...trend, { period, stale: overdue }].map((one) =>
    row('td', [text(one.period.slice(0, 7)), String(one.stale)], 1),
  );
  return section('Overdue flags by month', table(row('th', ['Month', 'Overdue'], 1), months));
}

function headsSection({ heads }: Report): string {
  const chains = Object.entries(heads).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = chains.map(([key, head]) =>
    row('td', [text(key === '' ? 'project' : key), code(head ?? 'no entry yet')]),
  );
  const note =
    '<p class="quiet">Compare with <code>burgee audit verify --head</code>: a log that was changed has other heads.</p>';
  return section('Heads of the audit log', note + table(row('th', ['Chain', 'SHA-256']), rows));
}

function section(heading: string, content: string): string {
  return `<section>\n<h2>${text(heading)}</h2>\n${content}\n</section>\n`;
}

function table(head: string, rows: readonly string[], looks = ''): string {
  return `<table${looks === '' ? '' : ` class="${looks}"`}>\n<thead>\n${head}</thead>\n<tbody>\n${rows.join('')}</tbody>\n</table>`;
}

/** @param numberAt index of the cell that holds a number */
function row(cell: 'th' | 'td', cells: readonly string[], numberAt = -1): string {
  const scope = cell === 'th' ? ' scope="col"' : '';
  return `<tr>${cells.map((content, at) => `<${cell}${scope}${at === numberAt ? ' class="number"' : ''}>${content}</${cell}>`).join('')}</tr>\n`;
}

function code(content: string): string {
  return `<code>${text(content)}</code>`;
}

/** An instant to the minute, in UTC. */
function minute(instant: string): string {
  return `<time>${text(instant.slice(0, 16).replace('T', ' '))} UTC</time>`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function text(content: string): string {
  return content.replace(/[&<>"']/g, (character) => entities[character] as string);
}
