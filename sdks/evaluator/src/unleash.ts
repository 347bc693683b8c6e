import type { Semantics } from './semantics.ts';
import { unleashSemantics } from './unleash/semantics.ts';
import { yggdrasil } from './unleash/yggdrasil.ts';

/** Flags of Unleash, decided as its Rust core decides them: the SDKs for most languages, and Edge. */
export const unleash: Semantics = unleashSemantics(yggdrasil);
