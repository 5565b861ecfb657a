// A faulty broker: the reference broker with one deliberate violation. In: a declaration. Out: options of `startBroker`.
import type { BrokerOptions } from '../../reference/broker/index.ts';
import type { AnyStatementId } from '../spec/catalogue.ts';
import type { Protocol } from '../verdict/verdict.ts';

export interface Fault {
  /** Kebab-case; `--fault NAME` chooses it. */
  readonly name: string;
  /** What the broker does wrong. */
  readonly title: string;
  /** The statements that it violates; a detection has to blame one of them. */
  readonly violates: readonly [AnyStatementId, ...AnyStatementId[]];
  /** Against a SHOULD the verdict is a warning. */
  readonly breaks: 'MUST' | 'SHOULD';
  /** The protocol at which it shows; 3.1.1 unless told otherwise. */
  readonly protocols?: readonly Protocol[];
  /** New options for each broker, so that faults that remember something don't share it. */
  readonly options: NonNullable<BrokerOptions['fault']>['options'];
}

export interface FaultText extends Pick<Fault, 'title' | 'violates' | 'protocols'> {
  readonly breaks?: Fault['breaks'];
}

/** Declares a fault. */
export function fault(name: string, text: FaultText, options: ReturnType<Fault['options']> | Fault['options']): Fault {
  return { breaks: 'MUST', ...text, name, options: typeof options === 'function' ? options : () => options };
}
