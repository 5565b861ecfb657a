// Decisions of chapter 6: MQTT over WebSocket.

export interface TransportRules {
  /** MQTT-6.0.0-1: MQTT travels in binary frames; any other frame ends the connection. */
  reactionToTextFrame(): 'close' | 'accept';
  /** MQTT-6.0.0-4: the subprotocol that the server chooses of those that a client offers; undefined refuses it. */
  subprotocolOf(offered: readonly string[]): string | undefined;
  /** MQTT-6.0.0-2: packets and frames need not line up: every byte of a frame is read. */
  readsOf(frame: Uint8Array): Uint8Array;
  /** MQTT-6.0.0-1. */
  sendsBinaryFrames(): boolean;
}

/** Names of the subprotocols: of MQTT 3.1.1, and that under which MQTT 3.1 is known. */
const known = ['mqtt', 'mqttv3.1'];

export const transportRules: TransportRules = {
  reactionToTextFrame: () => 'close',
  subprotocolOf: (offered) => known.find((name) => offered.includes(name)),
  readsOf: (frame) => frame,
  sendsBinaryFrames: () => true,
};
