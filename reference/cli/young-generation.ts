// How much memory a process of a broker has for what is new, and mostly garbage soon.
import { setFlagsFromString } from 'node:v8';

/**
 * V8's young generation stays as small as it is, for the whole process. By default it grows up to 48 MB and seldom shrinks: with 5,000
 * idle connections that was a third of all memory, with 100,000 subscriptions half of it, and none of the seven loads
 * that were tried was faster for it (`docs/performance.md`). A program that embeds a broker decides for itself.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
