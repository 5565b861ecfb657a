// A client over WebSocket: chapter 6.
import { clientScenario } from '../client-scenario.ts';

export const offersSubprotocol = clientScenario('client-offers-mqtt', {
  title: 'A client over WebSocket offers the subprotocol "mqtt"',
  section: '6-websocket',
  cites: ['MQTT-6.0.0-3'],
  needs: ['websocket'],
  async play(stage) {
    const request = await stage.upgradeRequest();
    const offered = /^sec-websocket-protocol:(.*)$/im.exec(request.text)?.[1] ?? '';
    const tokens = offered.split(',').map((token) => token.trim());
    stage.must(request.peer).satisfy(tokens.includes('mqtt'), {
      expected: '"mqtt" among the subprotocols',
      got: offered === '' ? 'no subprotocol' : offered.trim(),
    });
  },
});
