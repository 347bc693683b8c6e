import parse from 'parse-prometheus-text-format';

/** One metric of /metrics. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** What a query may name: a histogram has three names. */
  readonly series: readonly string[];
  /** Values by label. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the text of /metrics; a line that is none throws. */
export function metricsIn(text: string): ReadonlyMap<string, Metric> {
  for (const line of text.split('\n')) {
    if (!lineForm.test(line)) throw new Error(`no line of Prometheus' text: ${line}`);
  }
  const found = parse(text).map(({ name, help, type }) => {
    const kind = type.toLowerCase();
    const suffixes =
      kind === 'histogram' ? ['_bucket', '_sum', '_count'] : kind === 'summary' ? ['', '_sum', '_count'] : [''];
    const series = suffixes.map((suffix) => name + suffix);
    return { name, help, type: kind, series, labels: labelsOf(text, series) };
  });
  return new Map(found.map((metric) => [metric.name, metric]));
}

const lineForm =
  /^$|^# (HELP|TYPE) [a-z_][a-z0-9_]* .+$|^[a-z_][a-z0-9_]*(\{([a-z_]+="[^"\\\n]*",?)+\})? (-?[0-9.]+(e[-+]?\d+)?|[-+]?Inf|Nan|NaN)$/i;

function labelsOf(text: string, series: readonly string[]): Map<string, Set<string>> {
  const labels = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name = '', inside = ''] = /^([a-z0-9_]+)\{(.*)\} /i.exec(line) ?? [];
    if (!series.includes(name)) continue;
    for (const [, label = '', value = ''] of inside.matchAll(/([a-z_]+)="([^"]*)"/gi)) {
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
    }
  }
  return labels;
}
