import { loopbackHost } from './loopbackPort.ts';

/**
 * Environment variables that keep requests to the local token endpoint away from a proxy for plain http: otherwise programs would
 * send their secret to it. Empty where there is no such proxy, or where loopback is excepted from it already.
 *
 * @param environment what terminals inherit
 */
export function proxyException(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const value = (name: string) => environment[name] ?? environment[name.toLowerCase()] ?? '';
  const isProxied = value('HTTP_PROXY') !== '' || value('ALL_PROXY') !== '';
  const names = ['NO_PROXY', 'no_proxy'];
  if (!isProxied || names.every((name) => isExcepted(environment[name] ?? ''))) {
    return {};
  }
  const known = value('NO_PROXY');
  const exceptions = isExcepted(known) ? known : [known, loopbackHost].filter((part) => part !== '').join(',');
  return Object.fromEntries(names.map((name) => [name, exceptions]));
}

function isExcepted(exceptions: string): boolean {
  return exceptions.split(/[\s,]+/).some((entry) => entry === loopbackHost || entry === '*');
}
