import type { Semantics } from './semantics.ts';
import { node } from './unleash/node.ts';
import { unleashSemantics } from './unleash/semantics.ts';

/** Flags of Unleash, decided as its SDK for Node decides them. */
export const unleashNode: Semantics = unleashSemantics(node);
