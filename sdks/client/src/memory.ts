import { cached, type Decisions, decisionsOf, nothingDecided, readDecisions, writeDecisions } from './decisions.ts';
import { staticSource } from './sources/static.ts';
import { type KeyValueStorage, storageCache } from './sources/storage.ts';

export interface MemoryOptions {
  storage: KeyValueStorage | null;
  /** What the application brought along: flag key → value. */
  initial: Readonly<Record<string, unknown>> | undefined;
  onTrouble: (detail: string) => void;
}

/** What is known before the service answers, or when it cannot. */
export interface Memory {
  /**
   * What was kept for this identity, else what the application brought along, else nothing.
   *
   * @param initialFirst for a page that was rendered with what the application brought along
   */
  recall(identity: string, initialFirst?: boolean): Decisions;
  keep(identity: string, decisions: Decisions): void;
}

export function createMemory({ storage, initial, onTrouble }: MemoryOptions): Memory {
  const event = 'decisions';
  return {
    recall(identity, initialFirst) {
      const found = [
        storage && storageCache(storage, event, identity),
        initial && staticSource(event, decisionsOf(initial)),
      ];
      let recalled: Decisions | undefined;
      for (const source of initialFirst ? found.reverse() : found) {
        source?.open((report) => {
          if (report.kind === 'message') recalled ??= readDecisions(event, report.data, nothingDecided);
          else if (report.kind === 'failed' && report.failure.cause !== 'absent') onTrouble(report.failure.detail);
        });
      }
      return recalled ? cached(recalled) : nothingDecided;
    },
    keep(identity, decisions) {
      try {
        if (storage) storageCache(storage, event, identity).save(writeDecisions(decisions));
      } catch (error) {
        onTrouble(String(error));
      }
    },
  };
}
