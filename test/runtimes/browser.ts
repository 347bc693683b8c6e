import { decideSpec, type Spec } from './spec.ts';

/** In a page it is called; in a worker, which has no document, it is sent a message. */
if (typeof document !== 'undefined') Object.assign(globalThis, { decideSpec });
else addEventListener('message', (event: MessageEvent<Spec>) => postMessage(decideSpec(event.data)));
