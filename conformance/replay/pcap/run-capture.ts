// Writes what passes in a run as pcapng, while it passes. In: a file. Out: watchers for the connections of scenarios. Passwords are masked.
import { closeSync, openSync, writeSync } from 'node:fs';
import type { Watcher } from '../../wire/connection.ts';
import { withoutPassword } from '../recording.ts';
import { type PcapngConnection, PcapngWriter } from './write-pcapng.ts';

/** Many small blocks become one write. */
const mostHeldBytes = 1 << 20;

export class RunCapture {
  readonly #descriptor: number;
  readonly #writer: PcapngWriter;
  readonly #began = performance.now();
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  /** Throws Node's error where the file cannot be written. */
  constructor(file: string) {
    this.#descriptor = openSync(file, 'w');
    this.#writer = new PcapngWriter((block) => this.#hold(block), Date.now());
  }

  /** Watches a connection; the first frame of it tells scenario and name. */
  watcher(scenarioId: string, connection: string): Watcher {
    let opened: PcapngConnection | undefined;
    const written = (): PcapngConnection => {
      opened ??= this.#writer.open(this.#atMs(), `${scenarioId}: ${connection}`);
      return opened;
    };
    return {
      sent: (bytes) => written().bytes('client', this.#atMs(), withoutPassword(bytes)),
      received: ({ bytes }) => written().bytes('server', this.#atMs(), bytes),
      ended: (by, how) =>
        written().ended(by === 'tester' ? 'client' : 'server', this.#atMs(), how === 'FIN' ? 'fin' : 'rst'),
    };
  }

  /** Writes what is still held. */
  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #hold(block: Uint8Array): void {
    this.#held.push(block);
    this.#heldBytes += block.length;
    if (this.#heldBytes > mostHeldBytes) this.#flush();
  }

  #flush(): void {
    writeSync(this.#descriptor, Buffer.concat(this.#held));
    this.#held = [];
    this.#heldBytes = 0;
  }

  #atMs(): number {
    return performance.now() - this.#began;
  }
}
