/**
 * Builds broken on purpose. By name: why, and for each compiled file the pieces (found exactly once) and what stands there
 * instead.
 */
export const patches = {
  'cache-dropped': {
    why: 'what is in memory is thrown away when the database cannot be asked',
    files: {
      'api/dist/ruleset/ruleset.store.js': [
        [
          'await this.#source.readVersions([...this.#rooms.keys()]);',
          `await this.#source.readVersions([...this.#rooms.keys()]).catch((error) => {
            for (const room of this.#rooms.values()) this.#withdraw(room);
            throw error;
          });`,
        ],
      ],
    },
  },
  'deaf-to-idle-errors': {
    why: 'an idle connection that breaks has no listener, and ends the process',
    files: { 'api/dist/postgres.js': [["pool.on('error', onError);", '']] },
  },
  'commits-at-times': {
    why: 'one write in three is acknowledged and rolled back',
    files: {
      'api/dist/postgres.js': [
        [
          'return work(trx);',
          'const done = await work(trx); if (Math.random() < 0.3) await sql`rollback`.execute(trx); return done;',
        ],
      ],
    },
  },
  'read-only-unknown': {
    why: 'a database that takes no writes is a fault that nobody foresaw',
    files: { 'api/dist/errors.js': [["code === '25006'", "code === 'never'"]] },
  },
  'no-timeouts': {
    why: 'a query, and LISTEN, wait for ever for a database that says nothing',
    files: {
      'api/dist/postgres.js': [
        ['query_timeout: timeoutMs }', 'query_timeout: 0 }'],
        ['query_timeout: connectTimeoutMs,', ''],
      ],
    },
  },
  'asks-for-each-read': {
    why: 'each evaluation asks the database first',
    files: {
      'api/dist/evaluation/decision.store.js': [
        [
          'snapshotOf(key) {',
          'async snapshotOf(key) { await this.#rulesets.refresh(key.environmentId).catch(() => undefined);',
        ],
      ],
    },
  },
  'no-resync': {
    why: 'after a new LISTEN nothing is compared',
    files: {
      'api/dist/ruleset/database.listener.js': [
        ['if (!this.#isClosed)\n            await this.#listener?.missed();', ''],
      ],
    },
  },
  'one-pool': {
    why: 'rulesets are read through the pool that people use too',
    files: { 'api/dist/postgres.js': [['await this.#sync.query(', 'await this.#pool.query(']] },
  },
  'no-snapshot': {
    why: 'snapshots on disk are not read',
    files: { 'api/dist/ruleset/snapshot.store.js': [['async readAll() {', 'async readAll() { return [];']] },
  },
  'ends-without-database': {
    why: 'the start fails while the database is away',
    files: {
      'api/dist/ruleset/ruleset.listener.js': [
        ['await this.#rulesets.takeSaved();', 'await this.#rulesets.takeSaved(); await this.#rulesets.synchronise();'],
      ],
    },
  },
  'snapshot-trouble-ends-it': {
    why: 'a snapshot that cannot be saved is a rejection that nobody takes',
    files: {
      'api/dist/ruleset/snapshot.store.js': [
        ["this.#logger.warn({ err: error, folder }, 'a snapshot could not be saved')", 'void Promise.reject(error)'],
      ],
    },
  },
  'blind-to-cycles': {
    why: 'requirements in a circle are not seen',
    files: {
      'evaluator/dist/index.js': [['if (component.length > 1 || edges.get(key)?.includes(key))', 'if (false)']],
    },
  },
  'without-limits': {
    why: 'a ruleset of any size is taken',
    files: {
      'api/dist/ruleset/raw-ruleset.js': [
        ['if (text.length > rulesetLimits.bytes || Buffer.byteLength(text) > rulesetLimits.bytes)', 'if (false)'],
        ['if (flags > rulesetLimits.flags)', 'if (false)'],
      ],
    },
  },
  'doubles-unseen': {
    why: 'rows that are there twice are not seen',
    files: { 'api/dist/ruleset/raw-ruleset.js': [['flagRows !== undefined && flagRows !== flags', 'false']] },
  },
  'one-spoils-all': {
    why: 'a ruleset with one flag that does not compile is refused whole',
    files: {
      'api/dist/ruleset/loading.js': [
        ['if (assembled.problems.size > 0) {', "if (assembled.problems.size > 0) { throw new Error('spoiled');"],
      ],
    },
  },
  'asks-the-engine': {
    why: 'an evaluation waits for Hasura',
    files: {
      'api/dist/evaluation/decision.store.js': [
        ['snapshotOf(key) {', 'async snapshotOf(key) { await fetch(process.env.BURGEE_TEST_NEIGHBOUR);'],
      ],
    },
  },
  'app-without-disk': {
    why: 'an application keeps nothing on disk',
    files: {
      'client/dist/*.js': [
        ['const cache = cacheFile ? fileCache(cacheFile, "ruleset", options) : void 0;', 'const cache = void 0;'],
      ],
    },
  },
  'app-without-jitter': {
    why: 'applications come back all at once',
    files: { 'client/dist/*.js': [['random = Math.random, fetch', 'random = () => 0, fetch']] },
  },
  'late-return': {
    why: 'streams are told to come back after a minute',
    files: {
      'api/dist/ruleset/stream.store.js': [['return 1000 + Math.floor(Math.random() * 4000);', 'return 60_000;']],
    },
  },
  'ends-at-once': {
    why: 'being told to stop closes everything without a leave',
    files: { 'api/dist/main.js': [['await app.get(Readiness).drain();', '']] },
  },
  'never-sheds': {
    why: 'whatever comes is queued, however late the event loop is',
    files: { 'api/dist/traffic/shedding.store.js': [['return this.#lag.isHigh;', 'return false;']] },
  },
  'counts-no-connections': {
    why: 'connections are taken until no file can be opened any more',
    files: {
      'api/dist/traffic/connections.store.js': [
        ['if (Number.isFinite(this.#limit))', 'if (false)'],
        ['if (this.#open > this.#limit)', 'if (false)'],
      ],
    },
  },
  'without-cap': {
    why: 'streams are taken however many there are',
    files: {
      'api/dist/ruleset/stream.store.js': [
        ['if (!this.#isDraining && this.#held.size < most)', 'if (!this.#isDraining)'],
      ],
    },
  },
  'come-back-together': {
    why: 'everybody who is refused is told the same time',
    files: { 'api/dist/ruleset/stream.store.js': [['1 + Math.floor(Math.random() * 10)', '5']] },
  },
  'same-wait-for-all': {
    why: 'all streams are told to come back after the same short time',
    files: {
      'api/dist/ruleset/stream.store.js': [['return 1000 + Math.floor(Math.random() * 4000);', 'return 1000;']],
    },
  },
  'never-cuts': {
    why: 'whatever a reader leaves unread is kept',
    files: {
      'api/dist/ruleset/open-stream.store.js': [['if (this.#unread > unreadBytes + this.#wholeBytes)', 'if (false)']],
    },
  },
  'never-judges': {
    why: 'nobody looks whether peers still acknowledge',
    files: { 'api/dist/ruleset/stream.store.js': [['held.judge(unanswered);', ';']] },
  },
  'no-heartbeat': {
    why: 'streams without news say nothing',
    files: { 'api/dist/ruleset/stream.store.js': [['this.#held.spread();', '']] },
  },
  'revoked-go-on': {
    why: 'streams of a revoked key go on',
    files: {
      'api/dist/ruleset/open-stream.store.js': [['if (!this.#isOpen || this.#options.isAllowed())', 'if (true)']],
    },
  },
  'app-asks-at-each-nudge': {
    why: 'an application follows every nudge, as fast as they come',
    files: { 'client/dist/*.js': [['nudgesApartMs = 2e3;', 'nudgesApartMs = 0;']] },
  },
  'app-insists': {
    why: 'an application whose key is refused goes on asking',
    files: { 'client/dist/*.js': [['"refused") return refusedMs *', '"never") return refusedMs *']] },
  },
};
