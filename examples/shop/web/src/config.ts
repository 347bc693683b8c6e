export interface StorefrontConfig {
  burgeeUrl: string;
  clientKey: string;
}

/** Asks the shop's api where Burgee is; without an answer the page works with the defaults in its code. */
export async function readConfig(): Promise<StorefrontConfig> {
  try {
    const answer = await fetch('/config.json');
    return (await answer.json()) as StorefrontConfig;
  } catch {
    return { burgeeUrl: location.origin, clientKey: '' };
  }
}
