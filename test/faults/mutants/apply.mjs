// Breaks a build on purpose while it is loaded: `node --import test/faults/mutants/apply.mjs services/standalone/dist/server.js api`
// with BURGEE_TEST_MUTANT. A piece that is not found ends the process: a mutant that changes nothing would prove nothing.
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { patches } from './patches.mjs';

const name = process.env.BURGEE_TEST_MUTANT;
const patch = patches[name];
if (patch === undefined) fail(`there is no mutant ${name}`);
const waiting = new Map(Object.entries(patch.files));

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const file = [...waiting.keys()].find((candidate) => isAt(url, candidate));
    if (file === undefined) return loaded;
    let source = String(loaded.source);
    // how a bundler cuts its pieces is its own business
    if (file.includes('*') && !waiting.get(file).every(([find]) => source.includes(find))) return loaded;
    for (const [find, replace] of waiting.get(file)) {
      if (source.split(find).length !== 2) fail(`mutant ${name}: ${file} does not hold exactly once: ${find}`);
      source = source.replace(find, () => replace);
    }
    waiting.delete(file);
    if (waiting.size === 0) writeSync(2, `mutant ${name} is in place\n`);
    return { ...loaded, source };
  },
});

/** `*` stands for any file of a folder: the one that holds the pieces. */
function isAt(url, candidate) {
  const [head, tail] = candidate.split('*');
  const at = url.lastIndexOf(head);
  return tail === undefined
    ? url.endsWith(candidate)
    : at >= 0 && url.endsWith(tail) && !url.slice(at + head.length).includes('/');
}

function fail(sentence) {
  writeSync(2, `${sentence}\n`);
  process.exit(70);
}
