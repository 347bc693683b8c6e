import { execFileSync } from 'node:child_process';

/** A network of its own for one replica, in which packets can be dropped without anybody being told. */
export interface Namespace {
  /** Goes before a command to run it inside. */
  readonly within: readonly string[];
  /** Address of this side, as seen from inside. */
  readonly outside: string;
  /** Address of the inside, as seen from here. */
  readonly inside: string;
  /** Drops every packet from and to a port of this side. */
  drop(port: number): void;
  undrop(port: number): void;
  /** Drops every packet that comes from a port: its owner has vanished, and what is sent to it is never acknowledged. */
  deafen(port: number): void;
  remove(): void;
}

/** @returns undefined: this process may not, or the tools are missing; one loud line says so */
export function makeNamespace(): Namespace | undefined {
  const number = process.pid % 60_000;
  const name = `bgf-${number.toString(36)}-${made}`;
  const net = `10.${200 + (made % 50)}.${number % 256}`;
  made += 1;
  const [outside, inside] = [`${net}.1`, `${net}.2`];
  const [near, far] = [`bf${number.toString(36)}a${made}`, `bf${number.toString(36)}b${made}`];
  const ip = (...args: string[]) => void execFileSync('ip', args, { stdio: 'pipe' });
  const remove = () => {
    process.off('exit', remove);
    for (const args of [
      ['netns', 'del', name],
      ['link', 'del', near],
    ]) {
      try {
        ip(...args);
      } catch {
        // it is gone already
      }
    }
  };
  try {
    ip('netns', 'add', name);
    process.once('exit', remove);
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
    ip('addr', 'add', `${outside}/30`, 'dev', near);
    ip('link', 'set', near, 'up');
    ip('-n', name, 'addr', 'add', `${inside}/30`, 'dev', far);
    for (const device of [far, 'lo']) ip('-n', name, 'link', 'set', device, 'up');
    execFileSync('ip', ['netns', 'exec', name, 'iptables', '-L', '-n'], { stdio: 'pipe' });
  } catch (error) {
    remove();
    process.stderr.write(`\nSKIPPED: no network namespace can be made here (${(error as Error).message}).\n\n`);
    return undefined;
  }
  const rule = (action: '-A' | '-D', port: number) => {
    for (const [chain, side] of [
      ['INPUT', '--sport'],
      ['OUTPUT', '--dport'],
    ] as const) {
      const args = ['netns', 'exec', name, 'iptables', action, chain, '-p', 'tcp', side, String(port), '-j', 'DROP'];
      execFileSync('ip', args, { stdio: 'pipe' });
    }
  };
  return {
    within: ['ip', 'netns', 'exec', name],
    outside,
    inside,
    drop: (port) => rule('-A', port),
    undrop: (port) => rule('-D', port),
    deafen: (port) => {
      const args = [
        'netns',
        'exec',
        name,
        'iptables',
        '-A',
        'INPUT',
        '-p',
        'tcp',
        '--sport',
        String(port),
        '-j',
        'DROP',
      ];
      execFileSync('ip', args, { stdio: 'pipe' });
    },
    remove,
  };
}

let made = 0;
