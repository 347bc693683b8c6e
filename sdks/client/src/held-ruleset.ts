import { type CompiledRuleset, compile, parseRuleset, type Ruleset } from '@burgee/evaluator';
import { everything } from '@burgee/evaluator/full';
import type { Lifecycle } from './lifecycle.ts';
import { applyPatch, type RawRuleset, readRuleset } from './ruleset-patch.ts';
import { fileCache } from './sources/file.ts';
import type { Message, Report } from './sources/source.ts';
import { staticSource } from './sources/static.ts';

export interface HeldRulesetOptions {
  url: string;
  key: string;
  cacheFile?: string;
  bootstrap?: Ruleset;
}

/** The ruleset that decides, and its copy on disk. */
export interface HeldRuleset {
  compiled(): CompiledRuleset | undefined;
  /** What to resume from; undefined where everything is needed. */
  version(): string | undefined;
  /** Takes over a whole ruleset or a patch; false when it makes no sense, and then nothing has changed. */
  receive(message: Message): boolean;
  /** Resolves when nothing is left to be written. */
  saved(): Promise<void>;
}

/** Begins with what the cache file has, else with the bootstrap, else with nothing. */
export function holdRuleset(options: HeldRulesetOptions, raise: Lifecycle['raise']): HeldRuleset {
  const { cacheFile, bootstrap } = options;
  const cache = cacheFile ? fileCache(cacheFile, 'ruleset', options) : undefined;
  let raw: RawRuleset | undefined;
  let compiled: CompiledRuleset | undefined;
  let saving = Promise.resolve();
  let unsaved: RawRuleset | undefined;

  /** Parsed and compiled whole before anything is replaced. */
  function adopt(next: RawRuleset): boolean {
    const parsed = parseRuleset(next);
    if (!parsed.ok) {
      const faults = parsed.problems.slice(0, 3).map(({ path, message }) => `${path}: ${message}`);
      raise('BURGEE_CLIENT_004', faults.join('; '));
      return false;
    }
    compiled = compile(parsed.ruleset, { ...everything, random: Math.random });
    raw = next;
    return true;
  }

  /** One write at a time; of those that came meanwhile only the newest is written. */
  function save(next: RawRuleset): void {
    if (!unsaved) saving = saving.then(write);
    unsaved = next;
  }

  async function write(): Promise<void> {
    const data = JSON.stringify(unsaved);
    unsaved = undefined;
    await cache?.save(data).catch((error: unknown) => {
      raise('BURGEE_CLIENT_005', `${cacheFile} could not be written`, error);
    });
  }

  function recall(): void {
    const brought = bootstrap && staticSource('ruleset', JSON.stringify(bootstrap));
    for (const source of [cache, brought]) {
      if (raw) return;
      source?.open((report) => {
        const recalled = report.kind === 'message' ? readRuleset(report.data) : undefined;
        if (recalled) adopt(recalled);
        else if (report.kind !== 'failed' || report.failure.cause !== 'absent')
          raise('BURGEE_CLIENT_005', whyNot(report));
      });
    }
  }

  recall();
  return {
    compiled: () => compiled,
    version: () => raw?.version,
    receive({ event, data }) {
      if (event !== 'ruleset' && event !== 'patch') return true;
      const next = event === 'patch' ? applyPatch(data, raw) : readRuleset(data);
      if (!next || next === 'gap' || !adopt(next)) {
        // A patch that does not fit would not fit again: the next request asks for everything.
        if (event === 'patch') raw = undefined;
        return false;
      }
      save(next);
      return true;
    },
    saved: () => saving,
  };
}

function whyNot(report: Report): string {
  return report.kind === 'failed' ? report.failure.detail : 'what was kept is no ruleset';
}
