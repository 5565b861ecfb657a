// Why a failing verdict is held against a broker, by statement: what the sentence says, and what could excuse it but does not.

export const reasons: Readonly<Record<string, string>> = {
  'MQTT-1.5.3-1':
    'the sentence names the reaction: close. The packet was acknowledged or ignored, and the connection served on.',
  'MQTT-1.5.3-2':
    'the sentence names the reaction: close. The packet was acknowledged or ignored, and the connection served on.',
  'MQTT-2.2.2-2':
    'the receiver must close on invalid flags; the packets were taken as though the flags were right. That brokers often do not look at them is no excuse in the text.',
  'MQTT-2.3.1-1':
    'an identifier of 0 is a protocol violation, which 4.8.0-1 answers with a close; an acknowledgement with identifier 0 came instead.',
  'MQTT-2.3.1-4':
    'the rules for reuse bind a server as well: an identifier stays in use until its acknowledgement. New messages came with identifiers that were open.',
  'MQTT-3.1.2-2': 'the CONNACK 0x01 is obligatory for a level that is not supported; it did not come.',
  'activemq MQTT-3.1.2-6':
    'CleanSession 1 discards the session before it, whatever is open in it. A client of CleanSession 1 had been let in and had left; the next connection, with CleanSession 0, was sent what the session before both of them was owed. It shows on an idle broker, and seldom on a busy one.',
  'MQTT-3.1.2-8':
    'the will is due unless a DISCONNECT came first. A takeover and a second CONNECT are ends without DISCONNECT (section 3.1.2.5).',
  'MQTT-3.1.2-11': 'the payload has fields that the flags exclude; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-14': 'Will QoS 3 is forbidden; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-18': 'the payload has a field that the flags exclude; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-20': 'the payload has a field that the flags exclude; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-22':
    'a password without user name is forbidden at level 4; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.3-8': 'the sentence names the answer: CONNACK 0x02, then a close. The CONNECT was accepted.',
  'MQTT-3.2.2-2':
    'Session Present has to be 1 where a session is stored, also where it has no subscription: its mere existence is state (section 3.1.2.4).',
  'MQTT-3.3.1-1': 'a resend has DUP 1; the same identifier and payload came again with DUP 0.',
  'MQTT-3.3.1-2':
    'DUP has to be 0 at QoS 0; a receiver answers the violation with a close (4.8.0-1). The rule about the close has no number of its own: read it with that in mind.',
  'MQTT-3.3.1-3': 'DUP of the outgoing packet is decided by whether it is a resend; a first sending came with DUP 1.',
  'MQTT-3.3.1-9':
    'a message for an established subscription has RETAIN 0 whatever the publisher set, also where it was queued.',
  'MQTT-3.3.5-1':
    'with overlapping subscriptions the highest QoS decides; grants were at that QoS, and one copy came at a lower one.',
  'MQTT-4.8.0-1':
    'the packet breaks its format (chapters 2 and 3) or may not be sent by a client (Table 2.1), and no other rule says what to do: the connection has to be closed. It was served on.',
  'rabbitmq MQTT-3.1.4-4':
    'the CONNECT is valid, and clients may ask for another CleanSession than their predecessor. Where the older client had asked for CleanSession 1 and had a subscription, the newer one was cut off without a CONNACK, each time.',
  'MQTT-3.1.4-1':
    'the CONNECT breaks section 3.1: fields that no flag announces, a forbidden combination of flags, or bytes behind the last field. The sentence leaves the close as the only outcome; a CONNACK came, of code 0 or refusing.',
  'MQTT-3.1.3-2':
    'state is identified by the client id, and ids are compared as bytes (1.5.3): the session of another id that only looks alike was resumed.',
  'MQTT-3.1.3-4': 'the client id is a UTF-8 encoded string, so 1.5.3 holds for it; an ill-formed one was accepted.',
  'MQTT-3.1.3-10': 'the Will Topic is a UTF-8 encoded string, so 1.5.3 holds for it; an ill-formed one was accepted.',
  'MQTT-3.1.3-11': 'the User Name is a UTF-8 encoded string, so 1.5.3 holds for it; an ill-formed one was accepted.',
  'MQTT-3.3.1-5':
    'a retained message that had been acknowledged was found by none of three subscriptions, made one after another by three clients, and PINGREQ was answered behind each.',
  'MQTT-3.3.1-6':
    'a topic that the filter matches had a retained message, the subscription was new, and no retained message of that topic came before the barrier or after it. The live matching of the same broker lets the filter match that topic, so it is no other reading of "+".',
  'MQTT-3.3.2-1':
    'the Topic Name is a UTF-8 encoded string, so 1.5.3 holds for it; the message with an ill-formed one was taken.',
  'MQTT-3.3.2-2':
    'a PUBLISH of the broker itself had a wildcard in its Topic Name: the will of a client whose will topic had one. Nothing lets wildcards into a Topic Name.',
  'MQTT-3.8.3-1': 'a Topic Filter is a UTF-8 encoded string, so 1.5.3 holds for it; an ill-formed one was granted.',
  'MQTT-3.8.4-4':
    'several filters in a SUBSCRIBE have to work as several SUBSCRIBEs would, with the answers put into one SUBACK: equal filters too. One answer was missing.',
  'MQTT-3.8.4-5': 'there has to be a return code for each filter and QoS; a filter that stood twice got only one.',
  'MQTT-3.8.4-6':
    'the QoS of a delivery is the lower one of the published and the granted. It was above the grant: for a retained message that a wildcard filter found, or for a message that was sent again. No text lets a server raise it.',
  'MQTT-3.10.3-1':
    'a Topic Filter is a UTF-8 encoded string, so 1.5.3 holds for it; an UNSUBSCRIBE with an ill-formed one was acknowledged.',
  'MQTT-3.10.3-2':
    'at least one Topic Filter is obligatory and its absence a protocol violation, which 4.8.0-1 answers with a close. UNSUBACK came.',
  'MQTT-4.3.1-1': 'a QoS 0 delivery has DUP 0; the DUP of the publisher was passed on.',
  'MQTT-4.3.2-1':
    'a QoS 1 message is unacknowledged until its PUBACK comes, and its first PUBLISH has DUP 0. What the broker did instead: took PUBREC or PUBCOMP for the acknowledgement and never sent the message again, or sent it for the first time with DUP 1, or with an identifier in use. That the client broke the protocol by a wrong acknowledgement allows a close, which does not make the message acknowledged: it was due at the next connection of the session.',
  'mosquitto MQTT-3.1.2-4':
    'a second CONNECT is a protocol violation that ends the connection (MQTT-3.1.0-2), and no more: the session was asked for with CleanSession 0 both times. It had gone afterwards, with its subscriptions.',
  'mosquitto MQTT-3.2.2-2':
    'the session of a client whose second CONNECT ended its connection was not there any more: Session Present 0.',
  'mosquitto MQTT-4.1.0-1':
    'the state of a session is kept over the end of a connection, however that ends; a second CONNECT with CleanSession 0 took subscriptions and queue with it.',
  'mosquitto MQTT-4.3.3-1':
    'once PUBREL was sent a QoS 2 PUBLISH may not be sent again. It was, with DUP 1 and in place of the PUBREL that is owed, when connections of its client had been reset between CONNECT and what follows it: a client that has answered the first PUBREL takes it for a new message, and gets it twice.',
  'MQTT-4.3.3-1':
    'a QoS 2 message is unacknowledged until PUBREC, its PUBREL until PUBCOMP, and its first PUBLISH has DUP 0. What the broker did instead: took another packet for the acknowledgement and never sent the message (or PUBREL) again, or sent it for the first time with DUP 1. A close would have been in order, to forget the message is not.',
  'MQTT-3.8.4-3':
    'a new SUBSCRIBE with the same filter replaces the subscription and leaves the flow of messages alone. The older QoS went on after the SUBACK with the newer one, or deliveries that had begun were not resumed.',
  'rabbitmq MQTT-3.1.4-2':
    'of two clients with one client id the older has to go. The newer one was turned away instead, and the older one stayed.',
  'MQTT-4.4.0-1':
    'unacknowledged PUBLISH and PUBREL packets have to be sent again when the session is resumed; one was missing.',
  'MQTT-4.6.0-1': 'messages that were sent again came in another order than at first.',
  'MQTT-4.6.0-5':
    'topics are ordered unless an administrator says otherwise, and nobody did: the broker runs with its defaults.',
  'aedes MQTT-3.1.2-5':
    'of eighteen QoS 2 messages to a stored session, sent again, queued and live, some never came while all of them were awaited.',
  'aedes MQTT-4.5.0-1':
    'of eighteen QoS 2 messages to a stored session, sent again, queued and live, some never came while all of them were awaited.',
  'mosca MQTT-3.1.2-9':
    'a will with Will QoS 0 came at QoS 1 to a subscription granted QoS 1: the Will QoS of the CONNECT did not count.',
  'mosca MQTT-3.1.2-17':
    'a will with Will Retain 1 was kept, and sent to a new subscription, but with RETAIN 0: it was not published as a retained message. A live copy on its way is no excuse, since the will had reached others before the subscription was made.',
  'MQTT-4.6.0-6':
    'messages of one publisher, on one topic, at one QoS, came in another order than they were published in; all of them were first deliveries.',
  'MQTT-4.7.1-1':
    'a CONNECT whose will topic has a wildcard was accepted, and the will published to just that topic. To refuse the CONNECT or to keep silent would both have been accepted.',
  'MQTT-4.7.1-3':
    '"+" has to fill its level and matches an empty level too (section 4.7.1.3 says so of "sport/+" and "sport/"). Filters like "a+" were granted, or retained messages on topics with an empty level not found.',
  'MQTT-4.7.3-2': 'Topic Names and Topic Filters must not hold U+0000; such a one was taken.',
  'MQTT31-07':
    'in MQTT 3.1 a Client Identifier has 1 to 23 characters, and a server that gets another one answers with return code 2. An empty one was accepted at level 3, as only MQTT 3.1.1 allows.',
  'MQTT-3.1.0-1':
    'the first packet has to be CONNECT, and anything else is a violation (4.8.0-1: close). A complete packet of another type was answered or swallowed, and the connection kept open beyond the time in which others were served.',
  'MQTT-3.1.0-2':
    'a second CONNECT on a connection ends it. It was answered by a second CONNACK, or by nothing, and the connection served on.',
  'MQTT-3.1.2-3':
    'the sentence names the reaction: the reserved flag is checked, and 1 closes the connection. CONNACK 0 came.',
  'MQTT-3.1.2-4':
    'CleanSession 0 asks for the stored session with all of its subscriptions; those of QoS 0 were gone after a reconnect, those of QoS 1 and 2 were not.',
  'MQTT-3.1.2-13': 'Will Flag 0 asks for Will QoS 0; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.1.2-15': 'Will Flag 0 asks for Will Retain 0; 3.1.4-1 then demands a close without CONNACK.',
  'MQTT-3.2.0-1':
    'another packet came on a connection ahead of, or without, the CONNACK: CONNACK has to be the first packet of the server.',
  'MQTT-3.3.1-4': 'both QoS bits set close the connection. The packet was taken, or passed on with both bits set.',
  'activemq MQTT-3.3.1-6': 'a retained message was due; its topic came changed: the blank at its end was cut off.',
  'activemq MQTT-3.3.1-9':
    'no subscription was made: a session was resumed. RETAIN 1 marks what a new subscription brings, and a message for an established one has RETAIN 0.',
  'MQTT-3.3.1-8':
    'a message that is sent because a new subscription is made has RETAIN 1. It came with RETAIN 0; that it was kept and sent at all is not held against the broker.',
  'MQTT-3.3.2-3':
    'what came matches no filter of the client by the rules of 4.7: a $-topic for a filter that begins with a wildcard, a name without a leading "/" for "/#", or another Topic Name than the one published.',
  'MQTT-3.3.4-1':
    'the answer to a QoS 2 PUBLISH is PUBREC (Table 3.4). PUBACK came, or nothing. To grant QoS 1 at most is allowed for subscriptions (3.8.4-6); no sentence lets a server lower the QoS of an incoming message.',
  'MQTT-3.6.1-1':
    'PUBREL has the flags 0010, anything else closes the connection. PUBCOMP came, or the connection was served on.',
  'MQTT-3.8.1-1': 'SUBSCRIBE has the flags 0010, anything else closes the connection. SUBACK came.',
  'MQTT-3.8.3-3': 'a SUBSCRIBE without a Topic Filter is a protocol violation (4.8.0-1: close). SUBACK came.',
  'MQTT-3.8.3-4':
    'the sentence names the reaction: reserved bits of the Requested QoS, or QoS 3, close the connection. SUBACK came.',
  'MQTT-3.9.3-2': 'the codes of a SUBACK are 0x00, 0x01, 0x02 and 0x80; all others are reserved. Another one came.',
  'MQTT-3.10.1-1': 'UNSUBSCRIBE has the flags 0010, anything else closes the connection. UNSUBACK came.',
  'MQTT-3.10.4-3':
    'a delivery that had begun was to be completed although its subscription is deleted. After a reconnect to the stored session the unacknowledged message did not come again.',
  'MQTT-3.14.1-1':
    'the reserved flags of DISCONNECT are checked, and the client disconnected if they are not 0. What came was treated as a valid DISCONNECT: the will, due at any other end, was dropped.',
  'MQTT-4.1.0-1':
    'both ends keep the session state of section 4.1. After a reconnect to the stored session part of it was gone: QoS 0 subscriptions, the state of QoS 2 messages that had got their PUBREC (PUBLISH came again in place of PUBREL), or identifiers of QoS 2 messages received (a repeated PUBLISH was delivered again).',
  'MQTT-4.3.3-2':
    'a receiver of QoS 2 answers with PUBREC and does not pass the message on again until PUBREL. The broker answered otherwise, or passed the repeat on.',
  'MQTT-4.7.1-2':
    '"#" stands alone or behind "/", and last, and stands for the levels below what is before it. A filter that breaks this was granted, or got no answer at all; or "/#" found retained messages of topics without a "/" at their beginning.',
  'MQTT-4.7.2-1': 'a filter that begins with a wildcard does not match topics that begin with "$". A message came.',
  'MQTT-4.7.3-1':
    'Topic Names and Topic Filters have at least one character. An empty one was granted, acknowledged or sent, or accepted as a will topic, on which no will may be published.',
  'MQTT-4.7.3-4':
    'Topic Names and Topic Filters are not normalised and no character replaced. A message came under another name than it was published to, or a filter matched a name that differs from it.',
  'MQTT-3.2.2-6':
    'a server that has no code of Table 3.1 for its reason closes without a CONNACK. One of code 128 came, which is a code of MQTT 5.',
  'MQTT-3.10.4-1':
    'UNSUBSCRIBE with the very filter deletes the subscription. It was acknowledged, and what was published afterwards was kept for the session and came with the next subscription.',
  'MQTT-3.10.4-2':
    'nothing new may be added for delivery once the subscription is deleted. Messages published after UNSUBACK were kept for the session, and came.',
};
