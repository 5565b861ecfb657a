// Not a broker: answers CONNECT and SUBSCRIBE blindly, and passes every other chunk on to all that have subscribed. What the load
// reaches with it is the most that it can measure.
import { createServer, type Socket } from 'node:net';

const subscribers = new Set<Socket>();
const mostWaiting = 1_048_576;

/** Reads no more from a publisher until a subscriber has taken everything. */
function wait(publisher: Socket, subscriber: Socket): void {
  publisher.pause();
  subscriber.once('drain', () => publisher.resume());
}

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('close', () => subscribers.delete(socket));
  socket.on('data', (chunk) => {
    const type = (chunk[0] as number) >> 4;
    if (chunk[0] === 0x10) return void socket.write(Buffer.from([0x20, 2, 0, 0]));
    if (chunk[0] === 0x82 && type === 8) {
      subscribers.add(socket);
      return void socket.write(Buffer.from([0x90, 3, 0, 1, 0]));
    }
    for (const subscriber of subscribers)
      if (!subscriber.write(chunk) && subscriber.writableLength > mostWaiting) wait(socket, subscriber);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
