/** Calls back once when this process is told to stop, or when the supervisor that started it is gone. */
export function onStop(stop: (why: string) => void): void {
  let told = false;
  const once = (why: string): void => {
    if (told) return;
    told = true;
    stop(why);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => once(signal));
  if (process.connected) process.once('disconnect', () => once('the supervisor is gone'));
}
