/** The part of WebCrypto that opens a payload; `crypto.subtle` is one. */
export interface Subtle {
  importKey(
    format: 'raw',
    key: Uint8Array,
    algorithm: { name: 'AES-CBC' },
    extractable: false,
    usages: ['decrypt'],
  ): Promise<unknown>;
  decrypt(algorithm: { name: 'AES-CBC'; iv: Uint8Array }, key: never, data: Uint8Array): Promise<ArrayBuffer>;
}

/**
 * Opens a text that GrowthBook encrypted, such as `encryptedFeatures`.
 *
 * @param encrypted  `iv.ciphertext`, each in base64 (AES-CBC)
 * @param key        in base64
 * @returns          undefined: it is not such a text, or another key closed it
 */
export async function decryptGrowthbook(encrypted: string, key: string, subtle: Subtle): Promise<string | undefined> {
  try {
    const [iv = '', data = ''] = encrypted.split('.');
    const opener = await subtle.importKey('raw', bytesOf(key), { name: 'AES-CBC' }, false, ['decrypt']);
    return textOf(
      new Uint8Array(await subtle.decrypt({ name: 'AES-CBC', iv: bytesOf(iv) }, opener as never, bytesOf(data))),
    );
  } catch {
    return undefined;
  }
}

/** A payload with its encrypted parts opened, as text for `growthbook.read`; undefined where one does not open. */
export async function decryptGrowthbookPayload(text: string, key: string, subtle: Subtle): Promise<string | undefined> {
  try {
    const payload = JSON.parse(text) as Record<string, unknown>;
    for (const [closed, open] of PARTS) {
      const encrypted = payload[closed];
      if (typeof encrypted !== 'string' || encrypted === '') continue;
      payload[open] = JSON.parse((await decryptGrowthbook(encrypted, key, subtle)) ?? '');
      delete payload[closed];
    }
    return JSON.stringify(payload);
  } catch {
    return undefined;
  }
}

const PARTS = [
  ['encryptedFeatures', 'features'],
  ['encryptedExperiments', 'experiments'],
  ['encryptedSavedGroups', 'savedGroups'],
  ['encryptedContextualBandits', 'contextualBandits'],
] as const;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function bytesOf(base64: string): Uint8Array {
  const digits = [...base64.replace(/\s/g, '').replace(/={1,2}$/, '')].map((character) => ALPHABET.indexOf(character));
  if (digits.includes(-1) || digits.length % 4 === 1) throw new Error('not base64');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  for (let i = 0; i < bytes.length; i++) {
    const at = Math.floor((i * 4) / 3);
    const shift = (i % 3) * 2;
    bytes[i] = ((digits[at] ?? 0) << (shift + 2)) | ((digits[at + 1] ?? 0) >> (4 - shift));
  }
  return bytes;
}

function textOf(utf8: Uint8Array): string {
  let escaped = '';
  for (const byte of utf8) escaped += `%${byte.toString(16).padStart(2, '0')}`;
  return decodeURIComponent(escaped);
}
