// Every scenario, by the folder of its section. A test holds this list against the disk.
import type { Scenario } from './scenario.ts';
import * as section15DataCharacters from './server/1.5-data/characters.ts';
import * as section15DataUtf8 from './server/1.5-data/utf-8.ts';
import * as section22FixedHeaderFlags from './server/2.2-fixed-header/flags.ts';
import * as section22FixedHeaderRemainingLength from './server/2.2-fixed-header/remaining-length.ts';
import * as section23PacketIdentifierIdentifiers from './server/2.3-packet-identifier/identifiers.ts';
import * as section23PacketIdentifierResumed from './server/2.3-packet-identifier/resumed.ts';
import * as section31ConnectBehindRefusal from './server/3.1-connect/behind-refusal.ts';
import * as section31ConnectClientId from './server/3.1-connect/client-id.ts';
import * as section31ConnectCredentials from './server/3.1-connect/credentials.ts';
import * as section31ConnectFirstPacket from './server/3.1-connect/first-packet.ts';
import * as section31ConnectKeepAlive from './server/3.1-connect/keep-alive.ts';
import * as section31ConnectKeepAliveInExchanges from './server/3.1-connect/keep-alive-in-exchanges.ts';
import * as section31ConnectMalformed from './server/3.1-connect/malformed.ts';
import * as section31ConnectMalformedOfKnown from './server/3.1-connect/malformed-of-known.ts';
import * as section31ConnectProtocol from './server/3.1-connect/protocol.ts';
import * as section31ConnectQueuedAlike from './server/3.1-connect/queued-alike.ts';
import * as section31ConnectResumedAgain from './server/3.1-connect/resumed-again.ts';
import * as section31ConnectSessions from './server/3.1-connect/sessions.ts';
import * as section31ConnectTakeover from './server/3.1-connect/takeover.ts';
import * as section31ConnectWhoeverItIs from './server/3.1-connect/whoever-it-is.ts';
import * as section31ConnectWhoseState from './server/3.1-connect/whose-state.ts';
import * as section31ConnectWill from './server/3.1-connect/will.ts';
import * as section31ConnectWillAfterViolations from './server/3.1-connect/will-after-violations.ts';
import * as section31ConnectWillInExchanges from './server/3.1-connect/will-in-exchanges.ts';
import * as section31ConnectWillOfWhom from './server/3.1-connect/will-of-whom.ts';
import * as section32ConnackConnack from './server/3.2-connack/connack.ts';
import * as section33PublishAnswers from './server/3.3-publish/answers.ts';
import * as section33PublishDup from './server/3.3-publish/dup.ts';
import * as section33PublishForbidden from './server/3.3-publish/forbidden.ts';
import * as section33PublishOverlap from './server/3.3-publish/overlap.ts';
import * as section33PublishPublish from './server/3.3-publish/publish.ts';
import * as section33PublishRetained from './server/3.3-publish/retained.ts';
import * as section33PublishRetainedByQos from './server/3.3-publish/retained-by-qos.ts';
import * as section33PublishRetainedForWhom from './server/3.3-publish/retained-for-whom.ts';
import * as section33PublishRetainedInDetail from './server/3.3-publish/retained-in-detail.ts';
import * as section33PublishRetainedOnceKnown from './server/3.3-publish/retained-once-known.ts';
import * as section33PublishRetainedOnceMore from './server/3.3-publish/retained-once-more.ts';
import * as section34AcknowledgementsLengths from './server/3.4-acknowledgements/lengths.ts';
import * as section34AcknowledgementsUnprompted from './server/3.4-acknowledgements/unprompted.ts';
import * as section34AcknowledgementsWrongAcknowledgements from './server/3.4-acknowledgements/wrong-acknowledgements.ts';
import * as section38SubscribeAlike from './server/3.8-subscribe/alike.ts';
import * as section38SubscribeInFlight from './server/3.8-subscribe/in-flight.ts';
import * as section38SubscribeMalformed from './server/3.8-subscribe/malformed.ts';
import * as section38SubscribeMany from './server/3.8-subscribe/many.ts';
import * as section38SubscribeSubscribe from './server/3.8-subscribe/subscribe.ts';
import * as section39SubackSuback from './server/3.9-suback/suback.ts';
import * as section310UnsubscribeMalformed from './server/3.10-unsubscribe/malformed.ts';
import * as section310UnsubscribeUnsubscribe from './server/3.10-unsubscribe/unsubscribe.ts';
import * as section310UnsubscribeWithinOneAnother from './server/3.10-unsubscribe/within-one-another.ts';
import * as section312PingreqPingreq from './server/3.12-pingreq/pingreq.ts';
import * as section314DisconnectDisconnect from './server/3.14-disconnect/disconnect.ts';
import * as section41SessionStateAnswers from './server/4.1-session-state/answers.ts';
import * as section41SessionStateLikeAnyOther from './server/4.1-session-state/like-any-other.ts';
import * as section41SessionStateRestart from './server/4.1-session-state/restart.ts';
import * as section41SessionStateState from './server/4.1-session-state/state.ts';
import * as section41SessionStateSurvival from './server/4.1-session-state/survival.ts';
import * as section41SessionStateViolations from './server/4.1-session-state/violations.ts';
import * as section43QosIdentifiersWrap from './server/4.3-qos/identifiers-wrap.ts';
import * as section43QosQos1 from './server/4.3-qos/qos-1.ts';
import * as section43QosQos2Identifiers from './server/4.3-qos/qos-2-identifiers.ts';
import * as section43QosQos2Receiver from './server/4.3-qos/qos-2-receiver.ts';
import * as section43QosReceiverOverConnections from './server/4.3-qos/receiver-over-connections.ts';
import * as section43QosRepeats from './server/4.3-qos/repeats.ts';
import * as section44RedeliveryEveryResume from './server/4.4-redelivery/every-resume.ts';
import * as section44RedeliveryLeftOpen from './server/4.4-redelivery/left-open.ts';
import * as section44RedeliveryOnceRetained from './server/4.4-redelivery/once-retained.ts';
import * as section44RedeliveryRedelivery from './server/4.4-redelivery/redelivery.ts';
import * as section44RedeliveryWhateverItIs from './server/4.4-redelivery/whatever-it-is.ts';
import * as section45ReceiptByQos from './server/4.5-receipt/by-qos.ts';
import * as section45ReceiptEveryRecipient from './server/4.5-receipt/every-recipient.ts';
import * as section45ReceiptPayloads from './server/4.5-receipt/payloads.ts';
import * as section45ReceiptReceipt from './server/4.5-receipt/receipt.ts';
import * as section45ReceiptUnderUserNames from './server/4.5-receipt/under-user-names.ts';
import * as section46OrderingEverySubscription from './server/4.6-ordering/every-subscription.ts';
import * as section46OrderingOrdering from './server/4.6-ordering/ordering.ts';
import * as section46OrderingPipelined from './server/4.6-ordering/pipelined.ts';
import * as section46OrderingRedelivered from './server/4.6-ordering/redelivered.ts';
import * as section47TopicsDollar from './server/4.7-topics/dollar.ts';
import * as section47TopicsEveryLevel from './server/4.7-topics/every-level.ts';
import * as section47TopicsExtreme from './server/4.7-topics/extreme.ts';
import * as section47TopicsFilters from './server/4.7-topics/filters.ts';
import * as section47TopicsFirstLevel from './server/4.7-topics/first-level.ts';
import * as section47TopicsMatching from './server/4.7-topics/matching.ts';
import * as section48ErrorsErrors from './server/4.8-errors/errors.ts';
import * as section6WebsocketWebsocket from './server/6-websocket/websocket.ts';
import * as section7ConformanceConformance from './server/7-conformance/conformance.ts';
import * as sfixturesReplay from './server/fixtures/replay.ts';
import * as smqtt31Connect from './server/mqtt-3.1/connect.ts';
import * as smqtt31Messages from './server/mqtt-3.1/messages.ts';
import * as ssweepsCutInConnect from './server/sweeps/cut-in-connect.ts';
import * as ssweepsCutInPackets from './server/sweeps/cut-in-packets.ts';
import * as ssweepsMalformed from './server/sweeps/malformed.ts';
import * as ssweepsSegments from './server/sweeps/segments.ts';

type Module = Readonly<Record<string, Scenario | readonly Scenario[]>>;

const modules: readonly (readonly [section: string, module: Module])[] = [
  ['1.5-data', section15DataCharacters],
  ['1.5-data', section15DataUtf8],
  ['2.2-fixed-header', section22FixedHeaderFlags],
  ['2.2-fixed-header', section22FixedHeaderRemainingLength],
  ['2.3-packet-identifier', section23PacketIdentifierIdentifiers],
  ['2.3-packet-identifier', section23PacketIdentifierResumed],
  ['3.1-connect', section31ConnectBehindRefusal],
  ['3.1-connect', section31ConnectClientId],
  ['3.1-connect', section31ConnectCredentials],
  ['3.1-connect', section31ConnectFirstPacket],
  ['3.1-connect', section31ConnectKeepAlive],
  ['3.1-connect', section31ConnectKeepAliveInExchanges],
  ['3.1-connect', section31ConnectMalformed],
  ['3.1-connect', section31ConnectMalformedOfKnown],
  ['3.1-connect', section31ConnectProtocol],
  ['3.1-connect', section31ConnectQueuedAlike],
  ['3.1-connect', section31ConnectResumedAgain],
  ['3.1-connect', section31ConnectSessions],
  ['3.1-connect', section31ConnectTakeover],
  ['3.1-connect', section31ConnectWhoseState],
  ['3.1-connect', section31ConnectWhoeverItIs],
  ['3.1-connect', section31ConnectWill],
  ['3.1-connect', section31ConnectWillAfterViolations],
  ['3.1-connect', section31ConnectWillInExchanges],
  ['3.1-connect', section31ConnectWillOfWhom],
  ['3.2-connack', section32ConnackConnack],
  ['3.3-publish', section33PublishAnswers],
  ['3.3-publish', section33PublishDup],
  ['3.3-publish', section33PublishForbidden],
  ['3.3-publish', section33PublishOverlap],
  ['3.3-publish', section33PublishPublish],
  ['3.3-publish', section33PublishRetainedByQos],
  ['3.3-publish', section33PublishRetainedForWhom],
  ['3.3-publish', section33PublishRetainedInDetail],
  ['3.3-publish', section33PublishRetainedOnceKnown],
  ['3.3-publish', section33PublishRetained],
  ['3.3-publish', section33PublishRetainedOnceMore],
  ['3.4-acknowledgements', section34AcknowledgementsLengths],
  ['3.4-acknowledgements', section34AcknowledgementsUnprompted],
  ['3.4-acknowledgements', section34AcknowledgementsWrongAcknowledgements],
  ['3.8-subscribe', section38SubscribeAlike],
  ['3.8-subscribe', section38SubscribeInFlight],
  ['3.8-subscribe', section38SubscribeMalformed],
  ['3.8-subscribe', section38SubscribeMany],
  ['3.8-subscribe', section38SubscribeSubscribe],
  ['3.9-suback', section39SubackSuback],
  ['3.10-unsubscribe', section310UnsubscribeMalformed],
  ['3.10-unsubscribe', section310UnsubscribeUnsubscribe],
  ['3.10-unsubscribe', section310UnsubscribeWithinOneAnother],
  ['3.12-pingreq', section312PingreqPingreq],
  ['3.14-disconnect', section314DisconnectDisconnect],
  ['4.1-session-state', section41SessionStateState],
  ['4.1-session-state', section41SessionStateAnswers],
  ['4.1-session-state', section41SessionStateLikeAnyOther],
  ['4.1-session-state', section41SessionStateRestart],
  ['4.1-session-state', section41SessionStateSurvival],
  ['4.1-session-state', section41SessionStateViolations],
  ['4.3-qos', section43QosIdentifiersWrap],
  ['4.3-qos', section43QosQos1],
  ['4.3-qos', section43QosQos2Identifiers],
  ['4.3-qos', section43QosQos2Receiver],
  ['4.3-qos', section43QosRepeats],
  ['4.3-qos', section43QosReceiverOverConnections],
  ['4.4-redelivery', section44RedeliveryEveryResume],
  ['4.4-redelivery', section44RedeliveryLeftOpen],
  ['4.4-redelivery', section44RedeliveryOnceRetained],
  ['4.4-redelivery', section44RedeliveryRedelivery],
  ['4.4-redelivery', section44RedeliveryWhateverItIs],
  ['4.5-receipt', section45ReceiptByQos],
  ['4.5-receipt', section45ReceiptEveryRecipient],
  ['4.5-receipt', section45ReceiptPayloads],
  ['4.5-receipt', section45ReceiptReceipt],
  ['4.5-receipt', section45ReceiptUnderUserNames],
  ['4.6-ordering', section46OrderingEverySubscription],
  ['4.6-ordering', section46OrderingOrdering],
  ['4.6-ordering', section46OrderingPipelined],
  ['4.6-ordering', section46OrderingRedelivered],
  ['4.7-topics', section47TopicsDollar],
  ['4.7-topics', section47TopicsEveryLevel],
  ['4.7-topics', section47TopicsExtreme],
  ['4.7-topics', section47TopicsFilters],
  ['4.7-topics', section47TopicsFirstLevel],
  ['4.7-topics', section47TopicsMatching],
  ['4.8-errors', section48ErrorsErrors],
  ['6-websocket', section6WebsocketWebsocket],
  ['7-conformance', section7ConformanceConformance],
  ['sweeps', ssweepsCutInConnect],
  ['sweeps', ssweepsCutInPackets],
  ['sweeps', ssweepsMalformed],
  ['sweeps', ssweepsSegments],
  ['mqtt-3.1', smqtt31Connect],
  ['mqtt-3.1', smqtt31Messages],
  ['fixtures', sfixturesReplay],
];

const scenariosOf = (module: Module): Scenario[] =>
  Object.values(module).flatMap((exported): readonly Scenario[] => ('id' in exported ? [exported] : exported));

/** All scenarios for brokers, in the order of the standard. */
export const serverScenarios = modules.flatMap(([section, module]) =>
  scenariosOf(module).map((scenario) => ({ section, scenario })),
);
