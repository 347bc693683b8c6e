import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { type JsonValue, OpenFeature, type Provider, ProviderEvents } from '@openfeature/web-sdk';
import type { Question } from './questions.ts';

const client = OpenFeature.getClient();
const changes: (readonly string[])[] = [];
client.addHandler(ProviderEvents.ConfigurationChanged, (event) => {
  changes.push(event?.flagsChanged ?? []);
});

/** What the test calls in the page. */
const page = {
  /** Every change that came by itself, with the keys of its flags. */
  changes,
  async start(baseUrl: string, key: string): Promise<string | undefined> {
    const headers: [string, string][] = [['Authorization', `Bearer ${key}`]];
    // its declarations are not made for exact optional properties
    const provider = new OFREPWebProvider({ baseUrl, headers, cacheMode: 'disabled' }) as unknown as Provider;
    return OpenFeature.setProviderAndWait(provider).then(() => undefined, String);
  },
  /** Without a context of its own a question is about whoever is there. */
  async ask({ flag, type, default: code, context }: Question): Promise<object> {
    if (context !== undefined) await OpenFeature.setContext(context);
    const { errorCode: error, ...details } = detailsOf(flag, type, code);
    return { ...details, error };
  },
};

function detailsOf(flag: string, type: Question['type'], code: unknown) {
  switch (type) {
    case 'boolean':
      return client.getBooleanDetails(flag, code as boolean);
    case 'string':
      return client.getStringDetails(flag, code as string);
    case 'object':
      return client.getObjectDetails(flag, code as JsonValue);
    default:
      return client.getNumberDetails(flag, code as number);
  }
}

export type OfrepPage = typeof page;
Object.assign(globalThis, { ofrep: page });
