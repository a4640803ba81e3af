/**
 * A program in a connected terminal that wears out the local token endpoint: a thousand connections that send nothing or half
 * of their headers, one that sends a thousand requests at once and reads nothing, and one that goes on asking and never
 * reads. Prints how long another client waited meanwhile, once the endpoint has ended all the others.
 */
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const endpoint = new URL(process.env['IDENTITY_ENDPOINT'] ?? '');
const headers = { 'X-IDENTITY-HEADER': process.env['IDENTITY_HEADER'] ?? '' };
const query = '?api-version=2019-08-01&resource=https://storage.azure.com';
const request =
  `GET ${endpoint.pathname}${query} HTTP/1.1\r\nHost: ${endpoint.host}\r\n` +
  `X-IDENTITY-HEADER: ${headers['X-IDENTITY-HEADER']}\r\n\r\n`;

function open(): Socket {
  const socket = connect({ host: endpoint.hostname, port: Number(endpoint.port) });
  socket.on('error', () => {});
  return socket;
}

/** Resolves when the endpoint has ended the connection. */
async function halfOpen(first: string): Promise<void> {
  const socket = open();
  socket.resume();
  socket.write(first);
  await new Promise((resolve) => socket.once('close', resolve));
}

/** Writes until the endpoint takes no more: a socket that is not read does not hear of its end in another way. */
async function neverReads(first: string, next: string): Promise<void> {
  const socket = open();
  await once(socket, 'connect');
  socket.pause();
  for (let text = first; !socket.destroyed; text = next) {
    socket.write(text);
    await wait(2);
  }
}

async function ask(): Promise<number> {
  const start = performance.now();
  // Not fetch: its requests look like those of a browser, which are refused.
  const asked = get(endpoint.href + query, { headers, agent: false });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) {
    throw new Error(`The endpoint answered ${response.statusCode}.`);
  }
  return Math.round(performance.now() - start);
}

await ask();
const start = performance.now();
const ended = [
  ...Array.from({ length: 1_000 }, (_, i) => halfOpen(i % 2 === 0 ? 'GET /msi/token HTTP/1.1\r\nHost: ' : '')),
  neverReads(request.repeat(1_000), '\r\n'),
  neverReads(request, request),
];
await wait(100);
const waited = await ask();
await Promise.all(ended);
console.log(JSON.stringify({ waited, ended: ended.length, milliseconds: Math.round(performance.now() - start) }));
