import { describe, expect, test, vi } from 'vitest';
import type { Report, Source } from '../sources/source.ts';

/** A source to be judged, and the world around it. */
export interface SourceWorld extends AsyncDisposable {
  source: Source;
  /** What it is expected to hand over. */
  event: string;
  data: string;
  /** Spoils the place where the flags come from; undefined where that cannot be. */
  spoil?: () => void;
}

/** What every source keeps, wherever its flags come from. */
export function describeSource(name: string, world: () => Promise<SourceWorld>): void {
  describe(`the ${name} source`, () => {
    test('hands over what it has, raw', async () => {
      await using given = await world();
      const reports = follow(given.source);
      await vi.waitFor(() => expect(messages(reports.all)).toEqual([{ event: given.event, data: given.data }]));
      reports.stop();
    });

    test('is silent once it is closed', async () => {
      await using given = await world();
      const reports = follow(given.source);
      reports.stop();
      const heard = reports.all.length;
      const again = follow(given.source);
      await vi.waitFor(() => expect(messages(again.all)).toHaveLength(1));
      expect(reports.all).toHaveLength(heard);
      again.stop();
    });

    test('fails once, never throws, and can be opened again', async () => {
      await using given = await world();
      if (!given.spoil) return;
      given.spoil();
      for (let attempt = 0; attempt < 2; attempt++) {
        const reports = follow(given.source);
        await vi.waitFor(() => expect(reports.all.map((report) => report.kind)).toEqual(['failed']));
        reports.stop();
      }
    });
  });
}

function follow(source: Source): { all: Report[]; stop: () => void } {
  const all: Report[] = [];
  return { all, stop: source.open((report) => all.push(report)) };
}

function messages(reports: Report[]): { event: string; data: string }[] {
  return reports.flatMap((report) => (report.kind === 'message' ? [{ event: report.event, data: report.data }] : []));
}
