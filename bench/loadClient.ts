import { connect, type Socket } from 'node:net';
import { quantile } from './takeTurns.ts';

/**
 * A program of its own that loads a server over connections that are kept alive, one request after the other on each.
 *
 * Arguments: port, number of requests, connections. The request comes on the standard input, as it goes over the wire. Prints
 * the requests a second and the 99th percentile of a request in milliseconds. It speaks to the socket itself, because a
 * client library would cost more than the servers that are compared.
 */
const [port = '', total = '0', connections = '1'] = process.argv.slice(2);
const request = Buffer.concat(await process.stdin.toArray());
const times: number[] = [];
let started = 0;
let wholeLength: number | undefined;

const begin = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, load));
const seconds = (performance.now() - begin) / 1_000;
console.log(JSON.stringify({ perSecond: times.length / seconds, p99: quantile(times, 0.99) }));

/** Sends requests over one connection until all are sent. */
function load(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
    let sentAt = 0;
    let received = '';
    const next = () => {
      if (started === Number(total)) {
        socket.destroy();
        resolve();
        return;
      }
      started += 1;
      sentAt = performance.now();
      socket.write(request);
    };
    socket.once('connect', next);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The server closed a connection.')));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      if (isWhole(received, socket)) {
        times.push(performance.now() - sentAt);
        received = '';
        next();
      }
    });
  });
}

/** All answers have the length of the first one, whose headers are read. */
function isWhole(received: string, socket: Socket): boolean {
  if (!received.startsWith('HTTP/1.1 200 ')) {
    socket.destroy(new Error(`The server answered ${received.slice(0, 40)}`));
    return false;
  }
  if (wholeLength === undefined) {
    const [head = ''] = received.split('\r\n\r\n', 1);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    wholeLength = length === undefined ? undefined : head.length + 4 + Number(length);
  }
  return received.length === wholeLength;
}
