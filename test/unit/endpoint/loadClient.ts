import { Agent, get } from 'node:http';

/**
 * A program of its own that loads an endpoint, so that the load does not run in the event loop which is measured.
 * Arguments: address, value of the header with the secret, number of requests, how many at a time.
 * Prints how many were answered with 200, how long they took, and the 99th percentile of a request, in milliseconds.
 */
const [url = '', secret = '', total = '0', atATime = '1'] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Number(atATime) });
const times: number[] = [];
let started = 0;
let answered = 0;

function requestOnce(): Promise<void> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { 'X-IDENTITY-HEADER': secret, 'User-Agent': 'load/1.0' } }, (response) => {
      response.resume();
      response.on('end', () => {
        answered += response.statusCode === 200 ? 1 : 0;
        times.push(performance.now() - start);
        resolve();
      });
    }).on('error', reject);
  });
}

async function worker(): Promise<void> {
  while (started < Number(total)) {
    started++;
    await requestOnce();
  }
}

const start = performance.now();
await Promise.all(Array.from({ length: Number(atATime) }, worker));
const milliseconds = performance.now() - start;
agent.destroy();
const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)];
console.log(JSON.stringify({ answered, milliseconds, p99 }));
