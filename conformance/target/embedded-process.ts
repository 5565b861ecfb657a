// The reference broker in a process of its own, so that tester and target don't share a core: embedded-process.ts DATA-FOLDER PORT
// WEBSOCKET-PORT. Tells its ports, and ends with its parent.
import { type Broker, startBroker } from '../../reference/broker/index.ts';
import { type EmbeddedPlaces, forbiddenTopic, letsIn } from './embedded-rules.ts';

const [data = '', port, websocketPort] = process.argv.slice(2);

/** It waits only shortly for a CONNECT, so that this too can be seen in a run of seconds. */
const start = ({ port, websocketPort }: EmbeddedPlaces): Promise<Broker> =>
  startBroker({
    listeners: [
      { kind: 'tcp', port },
      { kind: 'ws', port: websocketPort },
    ],
    data,
    connectTimeoutMs: 2_000,
    authenticate: letsIn,
    authorize: ({ topic }) => topic !== forbiddenTopic,
  });

let broker = await start({ port: Number(port), websocketPort: Number(websocketPort) });
const [tcp, ws] = broker.places;
const places: EmbeddedPlaces = { port: tcp?.port ?? 0, websocketPort: ws?.port ?? 0 };

/** Another broker at the same ports: of the one before it has the data folder alone. */
async function restart(): Promise<void> {
  await broker.stop();
  broker = await start(places);
  process.send?.(places);
}

process.send?.(places);
// The parent asks for nothing but that.
process.on('message', () => void restart());
process.on('disconnect', () => void broker.stop().then(() => process.exit()));
// Ctrl-C goes to the whole group: the tester cleans up first, and then lets go.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
