import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ruleset } from '@burgee/evaluator';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { StoredKey } from '../access/key-source.ts';
import { CONFIG, type Config } from '../config.ts';
import { CLOCK, type Clock, LOGGER } from '../platform.module.ts';

/** What a file holds: enough to serve one environment without the database. */
export interface SavedSnapshot {
  readonly format: 1;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly environmentId: string;
  readonly ruleset: Ruleset;
  readonly keys: readonly StoredKey[];
  readonly auditHead: string | null;
}

/**
 * Snapshots on disk: one file per environment and version, moved into place whole, with a checksum in its first line.
 * Several processes may share the folder without a lock: the newest valid file of an environment wins.
 */
@Injectable()
export class SnapshotFiles {
  readonly #folder: string | undefined;
  readonly #logger: Logger;
  readonly #clock: Clock;
  /** What is still to be written, by environment: of those that came meanwhile only the newest. */
  readonly #unsaved = new Map<string, Omit<SavedSnapshot, 'format' | 'savedAt'>>();
  /** When the newest file of an environment was saved. */
  readonly #savedAt = new Map<string, number>();
  #saving: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(@Inject(CONFIG) config: Config, @Inject(LOGGER) logger: Logger, @Inject(CLOCK) clock: Clock) {
    this.#folder = config.snapshotDir;
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Saves in the background, one after the other; a full or read-only disk is a warning and nothing more. */
  save(snapshot: Omit<SavedSnapshot, 'format' | 'savedAt'>): void {
    const folder = this.#folder;
    if (folder === undefined) return;
    const { environmentId } = snapshot;
    if (!this.#unsaved.has(environmentId)) this.#saving = this.#saving.then(() => this.#write(folder, environmentId));
    this.#unsaved.set(environmentId, snapshot);
  }

  /** Reads the newest valid snapshot of every environment; broken files are passed over. */
  async readAll(): Promise<SavedSnapshot[]> {
    const folder = this.#folder;
    if (folder === undefined) return [];
    const newest = new Map<string, SavedSnapshot>();
    for (const name of await this.#names(folder)) {
      const saved = await this.#read(join(folder, name));
      const other = saved && newest.get(saved.environmentId);
      if (saved && (other === undefined || saved.savedAt > other.savedAt)) newest.set(saved.environmentId, saved);
    }
    for (const { environmentId, savedAt } of newest.values()) this.#savedAt.set(environmentId, savedAt);
    return [...newest.values()];
  }

  /** Resolves when everything handed to {@link save} is on disk or given up. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  async #write(folder: string, environmentId: string): Promise<void> {
    const snapshot = this.#unsaved.get(environmentId);
    this.#unsaved.delete(environmentId);
    if (snapshot === undefined) return;
    // later than the file before, also where the clock was set back: what is written last is the newest
    const savedAt = Math.max(this.#clock(), (this.#savedAt.get(environmentId) ?? 0) + 1);
    try {
      await writeSnapshot(folder, { ...snapshot, format: 1, savedAt });
      this.#savedAt.set(environmentId, savedAt);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) this.#logger.warn({ err: error, folder }, 'a snapshot could not be saved');
      this.#hasFailed = true;
    }
  }

  async #names(folder: string): Promise<string[]> {
    try {
      return await namesIn(folder);
    } catch (error) {
      this.#logger.warn({ err: error, folder }, 'the folder of snapshots cannot be read');
      return [];
    }
  }

  async #read(path: string): Promise<SavedSnapshot | undefined> {
    try {
      return decode(await readWithoutFollowing(path));
    } catch (error) {
      this.#logger.warn({ err: error, path }, 'a snapshot on disk is passed over');
      return undefined;
    }
  }
}

const filesKept = 2;
const fileName = /^[0-9a-f-]{36}_[0-9A-Za-z.-]{1,80}\.snapshot$/;

async function writeSnapshot(folder: string, snapshot: SavedSnapshot): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = `${snapshot.environmentId}_${snapshot.ruleset.version}.snapshot`;
  if (!fileName.test(name)) throw new Error(`no file can be named ${name}`);
  const draft = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(encode(snapshot));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await prune(folder, { environmentId: snapshot.environmentId, newest: name });
}

/** Leaves the newest file and the one before it. */
async function prune(folder: string, kept: { environmentId: string; newest: string }): Promise<void> {
  const others = (await namesIn(folder)).filter((name) => name.startsWith(kept.environmentId) && name !== kept.newest);
  const byCount = others.sort((a, b) => countIn(b) - countIn(a));
  for (const name of byCount.slice(filesKept - 1)) await rm(join(folder, name), { force: true });
}

function countIn(name: string): number {
  return Number(/_(\d+)\./.exec(name)?.[1] ?? 0);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => fileName.test(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readWithoutFollowing(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function encode(snapshot: SavedSnapshot): string {
  const content = JSON.stringify(snapshot);
  return `${checksum(content)}\n${content}\n`;
}

function decode(text: string): SavedSnapshot {
  const end = text.indexOf('\n');
  const content = text.slice(end + 1, -1);
  if (end < 0 || checksum(content) !== text.slice(0, end)) throw new Error('its checksum does not fit');
  const saved = JSON.parse(content) as SavedSnapshot;
  if (saved.format !== 1) throw new Error(`its format ${String(saved.format)} is not known`);
  return saved;
}

function checksum(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
