import type { Gatherer } from './document.ts';
import { type JsonRecord, own, type Place, readBoolean, readList, readRecord, readText } from './json.ts';

/** Reads what the server exports: the parts of features in lists of their own, of one environment or of several. */
export function readExport(file: JsonRecord, environment: string | undefined, gathered: Gatherer): void {
  const place: Place = { path: '', report: (path, message) => gathered.refused.push({ key: '', path, message }) };
  const chosen = chooseEnvironment(file, environment, place);
  if (chosen === false) return;
  const settings = ofEnvironment(file, 'featureEnvironments', chosen, place);
  const strategies = ofEnvironment(file, 'featureStrategies', chosen, place);
  const dependencies = records(file, 'dependencies', place);
  for (const { record, path } of records(file, 'segments', place)) gathered.addSegment(record, path, 'once');
  for (const { record, path } of records(file, 'features', place)) {
    const name = own(record, 'name');
    const part: Place = {
      path,
      report: (at, message) => gathered.refused.push({ key: String(name), path: at, message }),
    };
    if (readBoolean(record, 'archived', part) === true || typeof own(record, 'archivedAt') === 'string') {
      gathered.warnings.push({ key: String(name), path, message: 'archived: no client gets it, and it is left out' });
      continue;
    }
    const setting = settings.find((one) => own(one.record, 'featureName') === name);
    if (setting === undefined) {
      gathered.warnings.push({ key: String(name), path, message: 'not in this environment of the file: off' });
    }
    const mine = strategies.filter((one) => own(one.record, 'featureName') === name);
    const whole = {
      ...record,
      enabled: setting === undefined ? false : own(setting.record, 'enabled'),
      variants: setting === undefined ? [] : own(setting.record, 'variants'),
      strategies: activeOnes(mine.map((one) => one.record)),
      dependencies: dependencies.flatMap((one) =>
        own(one.record, 'feature') === name ? readList(one.record, 'dependencies', place) : [],
      ),
    };
    gathered.addFeature(whole, path, 'once');
  }
  addTags(file, place, gathered);
}

/** undefined: the file does not tell environments apart; false, and a finding: it can not be told which to take. */
function chooseEnvironment(file: JsonRecord, wanted: string | undefined, place: Place): string | undefined | false {
  const silent: Place = { ...place, report: () => {} };
  const lists = ['featureEnvironments', 'featureStrategies'].flatMap((list) => records(file, list, silent));
  const names = new Set(
    lists.map(({ record }) => own(record, 'environment')).filter((name) => typeof name === 'string'),
  );
  if (wanted !== undefined && names.size > 0 && !names.has(wanted)) {
    place.report('featureEnvironments', `no environment ${wanted}; there is ${[...names].join(', ')}`);
    return false;
  }
  if (wanted === undefined && names.size > 1) {
    place.report('featureEnvironments', `several environments, of which one must be named: ${[...names].join(', ')}`);
    return false;
  }
  return wanted ?? [...names][0];
}

interface Part {
  readonly record: JsonRecord;
  readonly path: string;
}

function ofEnvironment(file: JsonRecord, list: string, environment: string | undefined, place: Place): Part[] {
  return records(file, list, place).filter(({ record }) => {
    const named = own(record, 'environment');
    return typeof named !== 'string' || named === environment;
  });
}

function records(file: JsonRecord, list: string, place: Place): Part[] {
  return readList(file, list, place).flatMap((value, i) => {
    const path = `${list}[${i}]`;
    const record = readRecord(value, { ...place, path });
    return record === undefined ? [] : [{ record, path }];
  });
}

/** Those that are not switched off, in the order in which Unleash asks them. */
function activeOnes(strategies: readonly JsonRecord[]): JsonRecord[] {
  const order = (strategy: JsonRecord) => Number(own(strategy, 'sortOrder') ?? 9999);
  return strategies.filter((strategy) => own(strategy, 'disabled') !== true).sort((a, b) => order(a) - order(b));
}

function addTags(file: JsonRecord, place: Place, { features }: Gatherer): void {
  for (const { record, path } of records(file, 'featureTags', place)) {
    const part = { ...place, path };
    const feature = features.get(readText(record, 'featureName', part) ?? '');
    const value = readText(record, 'tagValue', part);
    const type = readText(record, 'tagType', part) ?? 'simple';
    if (feature === undefined || value === undefined) continue;
    features.set(feature.name, { ...feature, tags: [...feature.tags, type === 'simple' ? value : `${type}:${value}`] });
  }
}
