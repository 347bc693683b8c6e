import { canonicalJson } from '../canonical-json.ts';

/** What a filed report says: the body that the database wrote, in the words it uses. */
export interface ReportBody {
  readonly project: string;
  readonly kind: string;
  readonly period: string;
  readonly asOf: string;
  readonly findings: readonly ReportFinding[];
  /** Hex of the newest audit hash by environment; the project's own chain has the empty key. */
  readonly heads: Readonly<Record<string, string | null>>;
  /** Monthly only: what changed in production. */
  readonly changes?: readonly ReportChange[];
  /** Monthly only: overdue flags in earlier months. */
  readonly trend?: readonly { readonly period: string; readonly stale: number }[];
}

export interface ReportFinding {
  readonly flag: string;
  readonly finding: string;
  readonly since: string;
  readonly days: number;
  readonly owner: string;
  readonly kind: string;
  readonly value: unknown;
  readonly lastUsedAt: string | null;
  readonly codeReferences: readonly { readonly repository: string; readonly path: string; readonly line: number }[];
}

export interface ReportChange {
  readonly at: string;
  /** Empty: in every environment, such as a flag that was archived. */
  readonly environment: string;
  readonly subject: string;
  readonly key: string;
  readonly operation: string;
  /** The new position of a flag that was switched; null: something else changed. */
  readonly enabled: boolean | null;
  readonly actor: string;
  readonly door: string;
  readonly reason: string | null;
  readonly emergency: boolean;
}

/** The report as it is handed out: each overdue flag with the command that finds it in the code. */
export interface Report extends Omit<ReportBody, 'findings'> {
  readonly overdue: number;
  readonly findings: readonly (ReportFinding & { readonly findCommand: string })[];
}

/** Makes the report of its body; the same body gives the same report. */
export function report(body: ReportBody): Report {
  const findings = body.findings.map((finding) => ({ ...finding, findCommand: findCommand(finding.flag) }));
  return { ...body, overdue: findings.filter(({ finding }) => finding === 'stale').length, findings };
}

/** The command that shows where a flag still stands in the code. */
export function findCommand(flagKey: string): string {
  return `git grep -nF -e ${/^[A-Za-z0-9._-]+$/.test(flagKey) ? flagKey : `'${flagKey.replaceAll("'", `'\\''`)}'`}`;
}

/** Writes a report as JSON with its members in alphabetical order: the same report gives the same bytes. */
export function reportJson(made: Report): string {
  return `${canonicalJson(made, 2)}\n`;
}

/** Writes the findings as CSV (RFC 4180); what a spreadsheet would take for a formula gets a quote before it. */
export function reportCsv({ findings }: Report): string {
  const head = [
    'flag',
    'finding',
    'since',
    'days',
    'owner',
    'kind',
    'value',
    'last used',
    'code references',
    'find with',
  ];
  const rows = findings.map((one) => [
    one.flag,
    one.finding,
    one.since,
    String(one.days),
    one.owner,
    one.kind,
    one.value === null ? '' : canonicalJson(one.value),
    one.lastUsedAt ?? '',
    one.codeReferences.map(({ path, line }) => `${path}:${line}`).join(' '),
    one.findCommand,
  ]);
  return [head, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
