import { phrase } from '../../tokens/phrase.ts';
import type { Check, Finding } from './check.ts';

export interface ProxyCheckDeps {
  /** Settings of the editor by their full name, with their values in force. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const variables = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
const exceptions = ['NO_PROXY', 'no_proxy'];
const certificates = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/** Which proxy is in force? Passwords are left out. */
export function proxyCheck({ settings, environment }: ProxyCheckDeps): Check {
  return {
    subject: phrase`Proxy`,
    async run() {
      const named = [...variables, ...exceptions, ...certificates].flatMap((name) => {
        const value = environment[name];
        return value ? [`${name}=${withoutCredentials(value)}`] : [];
      });
      return [
        note(
          Object.entries(settings).map(([name, value]) => `${name}=${withoutCredentials(JSON.stringify(value) ?? '')}`),
        ),
        ...(named.length > 0 ? [note(named)] : []),
        ...insecure(settings, environment),
      ];
    },
  };
}

function note(values: readonly string[]): Finding {
  return { level: 'note', subject: phrase`Proxy`, text: values.join(', ') };
}

function* insecure(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): Generator<Finding> {
  if (settings['http.proxyStrictSSL'] === false || environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    yield {
      level: 'fail',
      subject: phrase`Proxy`,
      text: phrase`Certificates are not checked: whoever is on the way can read what you send.`,
      next: phrase`Turn http.proxyStrictSSL on and unset NODE_TLS_REJECT_UNAUTHORIZED; have your organization’s root certificate installed instead.`,
    };
  }
}

/** The address of a proxy without user name and password. */
export function withoutCredentials(text: string): string {
  return text.replace(/(^|\/\/|[",=\s])[^@/\s",]+@/g, '$1…@');
}
