// A broker that keeps its sessions in a store, and dies now and then. What it has committed survives, nothing else does.
import { BrokerRecords } from '../../../reference/broker/broker-records.ts';
import type { RuleChanges } from '../../../reference/broker/core/rules/rules.ts';
import { SampleBroker, type SampleClient } from '../../../reference/broker/core/sample-broker.ts';
import { openMemoryStore } from '../../../reference/storage/memory-store.ts';
import type { Store } from '../../../reference/storage/store.ts';

export class CrashingBroker {
  readonly #rules: RuleChanges;
  readonly #disk = new Map<string, Uint8Array>();
  #life: { readonly broker: SampleBroker; readonly store: Store };

  constructor(rules: RuleChanges) {
    this.#rules = rules;
    this.#life = this.#begin();
  }

  dial(): SampleClient {
    return this.#life.broker.dial();
  }

  /** What this turn has changed is on the disk: its answers may leave. */
  commit(): void {
    void this.#life.store.commit();
  }

  /** It dies without another commit, and begins anew with what is on the disk. */
  crash(): void {
    this.#life = this.#begin();
  }

  #begin(): { readonly broker: SampleBroker; readonly store: Store } {
    const broker = new SampleBroker({ rules: this.#rules });
    const opened = openMemoryStore(this.#disk);
    const { journal, state } = BrokerRecords.open(opened);
    broker.core.keep(journal, state);
    return { broker, store: opened.store };
  }
}
