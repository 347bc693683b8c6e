/** The part of a browser's EventSource that OpenFeature's web provider uses, on fetch. */
export class FetchEventSource extends EventTarget {
  readonly url: string;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly #abort = new AbortController();

  constructor(url: string) {
    super();
    this.url = url;
    this.#read().catch(() => {
      if (!this.#abort.signal.aborted) this.onerror?.(new Event('error'));
    });
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    const response = await fetch(this.url, { signal: this.#abort.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    this.onopen?.(new Event('open'));
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#deliver(block);
    }
  }

  #deliver(block: string): void {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) return;
    const event = new MessageEvent('message', { data });
    this.onmessage?.(event);
    this.dispatchEvent(event);
  }
}
