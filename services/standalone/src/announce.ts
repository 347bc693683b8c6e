import type { Running } from './running-file.ts';

/** What a person reads once everything runs. */
export function announcement(running: Running, setupLink: string | undefined, runningFile: string): string {
  const lines = [
    '',
    '  Burgee runs.',
    '',
    `  admin   ${running.admin}`,
    `  api     ${running.api}`,
    running.shop === null
      ? '  shop    not started: there is no environment "production" for it to live by'
      : `  shop    ${running.shop}   the example; ${running.shop}/?user=<name> is another shopper`,
    '',
    ...signIn(running, setupLink),
    '',
    `  Programs read ${runningFile}. Ctrl-C stops everything; the data stay.`,
    '',
  ];
  return lines.join('\n');
}

function signIn({ admin }: Running, setupLink: string | undefined): string[] {
  if (setupLink === undefined) return [`  Sign in at ${admin} with your e-mail address and password.`];
  return ['  Sign in for the first time with this link; it works once, within an hour:', `  ${setupLink}`];
}
