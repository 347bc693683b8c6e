/** Children of the bootstrap: one that is waited for in silence, and one that lives as long as we and our parents do. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command to its end and resolves with what it wrote; says all of it when the command fails. */
export function runToEnd(command, args, options) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32';
    const child = spawn(command, args, { ...options, shell, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = { stdout: '', all: '' };
    child.stdout.on('data', (chunk) => {
      written.stdout += chunk;
      written.all += chunk;
    });
    child.stderr.on('data', (chunk) => {
      written.all += chunk;
    });
    const unwatch = watch(child);
    child.once('error', (error) => {
      unwatch();
      reject(new Error(`${command} did not start: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      unwatch();
      if (code === 0) return resolve(written.stdout);
      reject(new Error(`${written.all.trim()}\n\n${[command, ...args].join(' ')} ended with ${signal ?? code}`));
    });
  });
}

/** Runs a Node program with our terminal, forwards signals to it, and resolves with its exit code. */
export function superviseChild(runtime, args, { cwd, onMessage }) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: runtime.path };
    const child = spawn(runtime.node, args, { cwd, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
    if (onMessage) child.on('message', onMessage);
    const unwatch = watch(child);
    child.once('error', (error) => {
      unwatch();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      unwatch();
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0));
    });
  });
}

/** Forwards signals, and stops the child when npm (or the shell that npm put between) has died without a word. */
function watch(child) {
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  const born = ancestors();
  const poll = setInterval(() => {
    if (ancestors() !== born) child.kill('SIGTERM');
  }, 300);
  return () => {
    clearInterval(poll);
    for (const signal of signals) process.off(signal, forward);
  };
}

/** Our parent, and while that is a shell of npm, its parent too. */
function ancestors() {
  if (process.platform !== 'linux') return String(process.ppid);
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${process.ppid}/stat`, 'utf8')) ?? [];
    return process.env.npm_lifecycle_event && /^(ba|da|z)?sh$/.test(name)
      ? `${process.ppid} ${parent}`
      : `${process.ppid}`;
  } catch {
    return String(process.ppid);
  }
}
