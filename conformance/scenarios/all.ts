// Every scenario, by the folder of its section. A test holds this list against the disk.
import type { Scenario } from './scenario.ts';
import * as section15DataUtf8 from './server/1.5-data/utf-8.ts';
import * as section22FixedHeaderFlags from './server/2.2-fixed-header/flags.ts';
import * as section22FixedHeaderRemainingLength from './server/2.2-fixed-header/remaining-length.ts';
import * as section23PacketIdentifierIdentifiers from './server/2.3-packet-identifier/identifiers.ts';
import * as section31ConnectClientId from './server/3.1-connect/client-id.ts';
import * as section31ConnectFirstPacket from './server/3.1-connect/first-packet.ts';
import * as section31ConnectKeepAlive from './server/3.1-connect/keep-alive.ts';
import * as section31ConnectMalformed from './server/3.1-connect/malformed.ts';
import * as section31ConnectProtocol from './server/3.1-connect/protocol.ts';
import * as section31ConnectSessions from './server/3.1-connect/sessions.ts';
import * as section31ConnectTakeover from './server/3.1-connect/takeover.ts';
import * as section31ConnectWill from './server/3.1-connect/will.ts';
import * as section32ConnackConnack from './server/3.2-connack/connack.ts';
import * as section312PingreqPingreq from './server/3.12-pingreq/pingreq.ts';
import * as section43QosQos2Receiver from './server/4.3-qos/qos-2-receiver.ts';
import * as smqtt31Connect from './server/mqtt-3.1/connect.ts';
import * as smqtt31Messages from './server/mqtt-3.1/messages.ts';
import * as ssweepsCutInConnect from './server/sweeps/cut-in-connect.ts';
import * as ssweepsCutInPackets from './server/sweeps/cut-in-packets.ts';
import * as ssweepsSegments from './server/sweeps/segments.ts';

type Module = Readonly<Record<string, Scenario | readonly Scenario[]>>;

const modules: readonly (readonly [section: string, module: Module])[] = [
  ['1.5-data', section15DataUtf8],
  ['2.2-fixed-header', section22FixedHeaderFlags],
  ['2.2-fixed-header', section22FixedHeaderRemainingLength],
  ['2.3-packet-identifier', section23PacketIdentifierIdentifiers],
  ['3.1-connect', section31ConnectClientId],
  ['3.1-connect', section31ConnectFirstPacket],
  ['3.1-connect', section31ConnectKeepAlive],
  ['3.1-connect', section31ConnectMalformed],
  ['3.1-connect', section31ConnectProtocol],
  ['3.1-connect', section31ConnectSessions],
  ['3.1-connect', section31ConnectTakeover],
  ['3.1-connect', section31ConnectWill],
  ['3.2-connack', section32ConnackConnack],
  ['3.12-pingreq', section312PingreqPingreq],
  ['4.3-qos', section43QosQos2Receiver],
  ['sweeps', ssweepsCutInConnect],
  ['sweeps', ssweepsCutInPackets],
  ['sweeps', ssweepsSegments],
  ['mqtt-3.1', smqtt31Connect],
  ['mqtt-3.1', smqtt31Messages],
];

const scenariosOf = (module: Module): Scenario[] =>
  Object.values(module).flatMap((exported): readonly Scenario[] => ('id' in exported ? [exported] : exported));

/** All scenarios for brokers, in the order of the standard. */
export const serverScenarios = modules.flatMap(([section, module]) =>
  scenariosOf(module).map((scenario) => ({ section, scenario })),
);
