import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAzureCredentialsError } from '../../src/tokens/errors.ts';
import { type Reply as HttpReply, send } from '../unit/endpoint/endpointUnderTest.ts';
import type { ConsumerId } from './faultTypes.ts';
import type { FaultWindow } from './faultWindow.ts';

/** The consumers that plain Node can be. */
export type NodeConsumer = Exclude<ConsumerId, 'command' | 'authenticationProvider' | 'gitProvider'>;

/** What a consumer got, reduced to what the table speaks of. */
export interface Reply {
  /** In the consumer's language: see `Consumer.given`. */
  readonly given: string;
  /** Everything that it could show to somebody. */
  readonly text: string;
  /** The token, when there is one. */
  readonly token?: string;
}

/** What a request is made through, and with. */
export interface Asked {
  readonly window: FaultWindow;
  readonly resource: string;
  /** Folder in which programs have their home. */
  readonly home: string;
}

type Ask = (asked: Asked) => Promise<Reply>;

/** How each consumer asks for a token, over what it really uses: functions, git, HTTP. */
export const askAs: { readonly [consumer in NodeConsumer]: Ask } = {
  api: async ({ window, resource }) => {
    try {
      const { token } = await window.api.getToken({ resource });
      return { given: 'token', text: '', token };
    } catch (error) {
      if (!isAzureCredentialsError(error)) {
        throw error;
      }
      return { given: error.code, text: `${error.message} ${error.advice}` };
    }
  },
  gitHelper: async ({ window, home }) => {
    const { code, stdout, stderr } = await git(['credential', 'fill'], { window, home, input: remote });
    const token = /^password=(.*)$/m.exec(stdout)?.[1];
    const quit = /told us to quit/.test(stderr) ? 'quit' : 'nothing';
    return { given: `${code} ${token ? 'password' : quit}`, text: stderr, ...(token && { token }) };
  },
  appService: async ({ window: { environment }, resource }) =>
    identityReply(
      await send(`${environment['IDENTITY_ENDPOINT']}?${query('2019-08-01', resource)}`, {
        headers: { 'X-IDENTITY-HEADER': environment['IDENTITY_HEADER'] ?? '' },
      }),
    ),
  msi2017: async ({ window: { environment }, resource }) =>
    identityReply(
      await send(`${environment['MSI_ENDPOINT']}?${query('2017-09-01', resource)}`, {
        headers: { secret: environment['MSI_SECRET'] ?? '' },
      }),
    ),
  cloudShell: async ({ window: { environment }, resource }) =>
    identityReply(
      await send(environment['MSI_ENDPOINT'] ?? '', {
        method: 'POST',
        headers: { Metadata: 'true', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ resource }).toString(),
      }),
    ),
  azd: async ({ window: { environment }, resource }) => {
    const { text } = await send(`${environment['AZD_AUTH_ENDPOINT']}/token?api-version=2023-07-12-preview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${environment['AZD_AUTH_KEY']}`, 'content-type': 'application/json' },
      body: JSON.stringify({ scopes: [`${resource}/.default`] }),
    });
    const { status, code, message = '', token } = JSON.parse(text) as Record<string, string>;
    return { given: status === 'success' ? status : (code ?? ''), text: message, ...(token && { token }) };
  },
  positWorkbench: async ({ window: { environment }, resource }) => {
    const cookie = await readFile(join(environment['PWB_SESSION_RUNTIME_DIR'] ?? '', 'rpc_cookie'), 'utf8');
    const { status, text } = await send(`${environment['RS_SERVER_ADDRESS']}/delegated_azure_token`, {
      method: 'POST',
      headers: { 'X-RS-Session-Server-RPC-Cookie': cookie.trim(), 'content-type': 'application/json' },
      body: JSON.stringify({ method: '/delegated_azure_token', params: [resource] }),
    });
    const answer = (text === '' ? {} : JSON.parse(text)) as WorkbenchAnswer;
    const token = answer.token?.access_token;
    return {
      given: token ? 'token' : (answer.oauth2_error?.error ?? `refused with ${status}`),
      text: answer.oauth2_error?.error_description ?? '',
      ...(token && { token }),
    };
  },
};

interface WorkbenchAnswer {
  readonly token?: { readonly access_token: string };
  readonly oauth2_error?: { readonly error: string; readonly error_description: string };
}

export const nodeConsumers = Object.keys(askAs) as readonly NodeConsumer[];

/** Tells git's helper that the server has refused a token, so that the next one comes from Entra. */
export async function rejectGitToken({ window, home }: Omit<Asked, 'resource'>, token: string): Promise<void> {
  await git(['credential', 'reject'], { window, home, input: `${remote}username=ada\npassword=${token}\n` });
}

const remote = 'protocol=https\nhost=dev.azure.com\npath=contoso/Project One/_git/repo\n';

function query(version: string, resource: string): string {
  return new URLSearchParams({ 'api-version': version, resource }).toString();
}

function identityReply({ status, text }: HttpReply): Reply {
  const answer = JSON.parse(text) as { access_token?: string; error?: { code: string; message: string } };
  const token = answer.access_token;
  return {
    given: `${status} ${token ? 'token' : answer.error?.code}`,
    text: answer.error?.message ?? '',
    ...(token && { token }),
  };
}

/** Runs the machine's git, which can ask nobody but our helper. */
function git(
  args: readonly string[],
  { window, home, input }: { readonly window: FaultWindow; readonly home: string; readonly input: string },
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...window.environment,
  };
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: home, env, timeout: 90_000 });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => {
      output.stdout += String(data);
    });
    child.stderr.on('data', (data) => {
      output.stderr += String(data);
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, ...output }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
