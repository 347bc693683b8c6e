import { spawn } from 'node:child_process';

/**
 * Starts a process of its own that stops the server when this process ends, even by kill -9: its channel to us closes then.
 *
 * @returns  a function that dismisses it, to be called when the server has ended
 */
export function guard(postmasterPid: number): () => void {
  const child = spawn(process.execPath, ['-e', program, String(postmasterPid)], {
    detached: true,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  child.on('error', () => undefined); // without a watchdog the next start clears up
  child.unref();
  child.channel?.unref();
  return () => child.kill('SIGKILL');
}

// Fast shutdown first, then immediate shutdown; both keep the data whole.
const program = `
  const pid = Number(process.argv[1]);
  const stop = (signal) => { try { process.kill(pid, signal) } catch { process.exit() } };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  process.on('disconnect', () => {
    stop('SIGINT');
    setInterval(() => stop(0), 200);
    setTimeout(() => stop('SIGQUIT'), 8000);
    setTimeout(() => process.exit(), 15000);
  });
`;
