// Every scenario, by the folder of its section. A test holds this list against the disk.
import type { Scenario } from './scenario.ts';
import * as pingreq from './server/3.12-pingreq/pingreq.ts';
import * as qos2Receiver from './server/4.3-qos/qos-2-receiver.ts';
import * as mqtt31Connect from './server/mqtt-3.1/connect.ts';
import * as mqtt31Messages from './server/mqtt-3.1/messages.ts';
import * as sweepConnect from './server/sweeps/cut-in-connect.ts';
import * as sweepPackets from './server/sweeps/cut-in-packets.ts';
import * as sweepSegments from './server/sweeps/segments.ts';

type Module = Readonly<Record<string, Scenario | readonly Scenario[]>>;

const modules: readonly (readonly [section: string, module: Module])[] = [
  ['3.12-pingreq', pingreq],
  ['4.3-qos', qos2Receiver],
  ['sweeps', sweepConnect],
  ['sweeps', sweepPackets],
  ['sweeps', sweepSegments],
  ['mqtt-3.1', mqtt31Connect],
  ['mqtt-3.1', mqtt31Messages],
];

const scenariosOf = (module: Module): Scenario[] =>
  Object.values(module).flatMap((exported): readonly Scenario[] => ('id' in exported ? [exported] : exported));

/** All scenarios for brokers, in the order of the standard. */
export const serverScenarios = modules.flatMap(([section, module]) =>
  scenariosOf(module).map((scenario) => ({ section, scenario })),
);
