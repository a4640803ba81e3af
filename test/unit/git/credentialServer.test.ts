import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialServer } from '../../../src/git/credentialServer.ts';
import type { CredentialAnswer } from '../../../src/git/wireFormat.ts';

const logged: string[] = [];
const write = (message: string): void => void logged.push(message);
const log = { trace: write, debug: write, info: write, warn: write, error: write };

describe('git credential server', () => {
  let folder: string;
  let address: string;
  let server: CredentialServer;
  let answer: (request: string, signal: AbortSignal) => Promise<CredentialAnswer>;

  beforeEach(async () => {
    logged.length = 0;
    folder = await mkdtemp(join(tmpdir(), 'adc-'));
    address = join(folder, 'socket');
    answer = async (request) => ({ message: request });
    server = new CredentialServer({
      log,
      requestTimeout: 300,
      answer: (bytes, signal) => answer(String(bytes), signal),
    });
    await server.listen(address);
  });
  afterEach(async () => {
    server.dispose();
    await rm(folder, { recursive: true });
  });

  async function talk(...chunks: (string | undefined)[]): Promise<string> {
    const socket = connect({ path: address, allowHalfOpen: true });
    socket.on('error', () => undefined).on('end', () => socket.end());
    let text = '';
    socket.setEncoding('utf8').on('data', (data) => {
      text += String(data);
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (const chunk of chunks) {
      chunk === undefined ? socket.end() : socket.write(chunk);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await closed;
    return text;
  }

  it('takes a request that the end of the client side ends', async () => {
    assert.equal(await talk('action=get\nhost=', 'x\n', undefined), 'message=action=get host=x \n');
  });

  it('takes a request that an empty line ends, also one cut in two', async () => {
    assert.equal(await talk('action=get\n\n'), 'message=action=get \n');
    assert.equal(await talk('action=get\n', '\n'), 'message=action=get \n');
  });

  it('answers nothing to a client that sends nothing, stalls, or sends too much', async () => {
    answer = () => assert.fail('was asked');
    assert.equal(await talk(undefined), '');
    assert.equal(await talk('action=get\n'), '');
    assert.equal(await talk('x'.repeat(1024 * 1024 + 1)), '');
  });

  it('tells when git goes away', async () => {
    const aborted = new Promise<void>((resolve) => {
      answer = (_, signal) => {
        signal.addEventListener('abort', () => resolve());
        return new Promise(() => undefined);
      };
    });
    const socket = connect(address, () => socket.write('action=get\n\n'));
    setTimeout(() => socket.destroy(), 50);
    await aborted;
  });

  it('answers many at once, each with its own', async () => {
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((number) => talk(`action=get\nhost=${number}\n`, undefined)));
    assert.deepEqual(
      answers,
      numbers.map((number) => `message=action=get host=${number} \n`),
    );
  });

  it('says a plain sentence about a defect and logs nothing of the request', async () => {
    answer = async (request) => {
      throw new TypeError(request);
    };
    assert.match(await talk('action=get\npassword=SECRET\n\n'), /^message=something unexpected.*\nquit=1\n$/);
    assert.deepEqual(logged, ['Git credential server: TypeError']);
  });

  it('ends the connections that wait when it is disposed', async () => {
    answer = () => new Promise(() => undefined);
    const waiting = talk('action=get\n\n');
    setTimeout(() => server.dispose(), 50);
    assert.equal(await waiting, '');
  });
});
